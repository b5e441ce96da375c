"""Operations on the functions of the part `data`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...harness.arrays import as_array
from ...harness.guard import SubmissionError, submission_code
from ...harness.operations import Harness, operation
from ...protocol.frames import Want
from ...protocol.messages import Reply, Request


@operation
def normalize(harness: Harness, request: Request) -> Reply:
    """Map `normalize` over a dataset of (image, label) pairs, as the lab does; says the dtype it found."""
    import tensorflow as tf

    images, labels = request.arrays
    function = harness.definitions.find("data", "normalize")
    with submission_code("mapping normalize over a dataset"):
        mapped = _mapped(tf.data.Dataset.from_tensor_slices((images, labels)), function)
        if isinstance(mapped.element_spec, tuple | list | dict):
            raise _no_image(f"{len(mapped.element_spec)} values")
        found = next(iter(mapped.batch(len(images))))
        floats = tf.cast(found, tf.float32)
    array = as_array(floats, "normalize", Want("float32", images.shape))
    return Reply(found.dtype.name, (array,))


def _mapped(dataset: Any, function: Callable[..., Any]) -> Any:
    """`dataset.map(function)`. TensorFlow's word for a function that returns None is that it has no shapes."""
    import tensorflow as tf

    try:
        return dataset.map(function)
    except tf.errors.InvalidArgumentError as error:
        if "of 0 must be at least minimum 1" in str(error):
            raise _no_image("nothing") from error
        raise


def _no_image(received: str) -> SubmissionError:
    return SubmissionError({"kind": "shape", "what": "normalize", "expected": "one image", "received": received})


@operation
def training_batches(harness: Harness, request: Request) -> Reply:
    """Draw `count` batches; returns the batches' lengths and their images, one after the other."""
    import tensorflow as tf

    function = harness.definitions.find("data", "training_batches")
    (images,) = request.arrays
    dataset = tf.data.Dataset.from_tensor_slices(images)
    with submission_code("drawing batches from training_batches"):
        batches = [
            np.asarray(b) for b in function(dataset, request.parameters["batch_size"]).take(request.parameters["count"])
        ]
    image = Want("float32", (None, *images.shape[1:]))
    checked = [as_array(b, "a batch of training_batches", image) for b in batches]
    joined = np.concatenate(checked) if checked else np.zeros((0, *images.shape[1:]), np.float32)
    return Reply([len(b) for b in checked], (joined,))
