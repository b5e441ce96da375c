"""Mistakes that a library reports in its own words are told in those of the lab, with a hint that fits."""

import re
import time

import pytest

from grader.autoencoders.known_errors import KNOWN_ERRORS
from grader.core.expect import Failed
from grader.subject.errors import as_exception


def told(kind: str, message: str) -> Failed:
    """What becomes of an exception that a submission raised while encode was called."""
    failure = {"kind": "raised", "type": kind, "message": message, "doing": "calling encode", "where": "vae.py, line 3"}
    found = as_exception(failure, KNOWN_ERRORS)
    assert isinstance(found, Failed)
    return found


@pytest.mark.parametrize(
    ("kind", "message", "code", "says", "hint"),
    [
        ("ValueError", "No gradients provided for any variable: (['conv2d/kernel:0'],). Provided `grads_and_vars` is …",
         "raised.no_gradient", "the tape has not recorded", "forward pass and the loss belong in there"),
        ("TypeError", "The added layer must be an instance of class Layer. Received: layer=<Conv2D name=conv2d, built="
         "False> of type <class 'keras.src.layers.convolutional.conv2d.Conv2D'>.",
         "raised.other_keras", "a `Conv2D` of Keras 3", "from `tf.keras`, and nothing from `keras`"),
        ("ValueError", "Dimension -1 must be >= 0 (in the layer `multivariate_normal_tri_l`, a MultivariateNormalTriL)",
         "raised.parameters_do_not_fit", "a MultivariateNormalTriL, could make no distribution", "`params_size` ask"),
        ("TypeError", "'NoneType' object is not callable",
         "raised.none", "`None` where a value was needed", "without a `return`"),
        ("AttributeError", "'NoneType' object has no attribute 'layers'",
         "raised.none", "`None` where a value was needed", "without a `return`"),
        ("ValueError", "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor.",
         "raised.none", "`None` where a value was needed", "without a `return`"),
        ("InvalidArgumentError", "Incompatible shapes: [3,10] vs. [3,20]",
         "raised.shapes_do_not_fit", "did not fit together. Incompatible shapes: [3,10] vs.", "Print both shapes"),
        ("InvalidArgumentError", "Matrix size-incompatible: In[0]: [3,10], In[1]: [9,1568]",
         "raised.shapes_do_not_fit", "did not fit together. Matrix size-incompatible: In", "Print both shapes"),
    ],
)  # fmt: skip
def test_a_known_mistake_is_told_in_the_words_of_the_lab(
    kind: str, message: str, code: str, says: str, hint: str
) -> None:
    """What was done when it happened, where, and one next step; the library's own words are kept apart."""
    found = told(kind, message)
    assert found.code == code
    assert found.message.startswith("While calling encode (vae.py, line 3)")
    assert says in found.message
    assert hint in found.hint
    assert message[:40] in found.parameters["original"]


@pytest.mark.parametrize(
    "message",
    ["name 'x' is not defined", "<class 'tf_keras.src.layers.core.dense.Dense'> got an unexpected argument", ""],
)
def test_everything_else_is_told_as_it_was_raised(message: str) -> None:
    """Keras 2 of this lab is no other Keras."""
    assert told("TypeError", message).code == "raised.in_submission"


def test_no_message_holds_what_only_tensorflow_can_read() -> None:
    """Nodes, devices, classes of its own: what is said is of the lab."""
    assert not [e for e in KNOWN_ERRORS if re.search(r"inspect|device|node|NoneType", e.message + e.hint)]


@pytest.mark.parametrize(
    "piece", ["[", "Incompatible shapes: [", "'NoneType' object is ", "keras.src.", "(in the layer `"]
)
def test_a_hostile_text_takes_little_time(piece: str) -> None:
    """It is cut before it is looked at."""
    start = time.thread_time()
    told("E", piece * 10**6)
    assert time.thread_time() - start < 0.5
