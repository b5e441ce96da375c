"""What TensorFlow, Keras and Python say of mistakes that are close at hand here, told in the words of the lab."""

import re

from ..subject.errors import KnownError

KNOWN_ERRORS = (
    KnownError(
        "raised.no_gradient",
        re.compile("No gradients provided for any variable"),
        "While {doing}{place}, no gradient reached any variable: the tape has not recorded what the loss is made of.",
        "Which lines does the `with` block of the tape hold? The forward pass and the loss belong in there, and all "
        "that stands between them has to be TensorFlow's.",
    ),
    KnownError(
        "raised.other_keras",
        re.compile(r"\bkeras\.src\.(?:\w+\.)*(?P<layer>\w+)"),
        "While {doing}{place}, a `{layer}` of Keras 3 met Keras 2, which this lab is written for.",
        "Look at the imports: take layers, models, losses and optimizers from `tf.keras`, and nothing from `keras`.",
    ),
    KnownError(
        "raised.parameters_do_not_fit",
        re.compile(r"\(in the layer `[^`]*`, a (?P<layer>MultivariateNormal\w+|IndependentNormal)\)"),
        "While {doing}{place}, the sampling layer, a {layer}, could make no distribution of the numbers that it got.",
        "How many numbers does the layer below give for an image, and how many does `params_size` ask for?",
    ),
    KnownError(
        "raised.none",
        re.compile(
            r"'NoneType' object (?:is|has) |object of type 'NoneType' |"
            r"convert a value \(None\)|Inputs to a layer should be tensors\. Got: None|not 'NoneType'"
        ),
        "While {doing}{place}, there was `None` where a value was needed.",
        "Where does the `None` come from? A method without a `return` gives it, such as one that builds a network.",
    ),
    KnownError(
        "raised.shapes_do_not_fit",
        re.compile(
            r"(?P<said>(?:Incompatible shapes|Matrix size-incompatible): [^\n]*|required broadcastable shapes|"
            r"Dimensions must be equal, but are \d+ and \d+)"
        ),
        "While {doing}{place}, two arrays did not fit together. {said}",
        "Print both shapes on the line before, and find the axis that is not what you meant.",
    ),
)
