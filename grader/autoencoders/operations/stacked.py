"""Operations on the stacked classifier, which is trained on pictures alone and then on pictures with labels."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from itertools import cycle
from typing import Any

import numpy as np

from ...harness.guard import submission_code
from ...harness.operations import Harness, operation
from ...protocol.messages import Reply, Request


@operation
def pretrain(harness: Harness, request: Request) -> Reply:
    """Call `pretrain` on a stream of batches (n, B, 28, 28, 1).

    Opened again, the stream goes on where it was left, so that later stages see later batches. Returns how many batches
    were drawn (prefetching draws some more than are used), and the steps of each optimizer that took some meanwhile.
    """
    import tensorflow as tf

    (batches,) = request.arrays
    stream, drawn = iter(cycle(batches)), 0

    def go_on() -> Iterator[np.ndarray]:
        nonlocal drawn
        for batch in stream:
            drawn += 1
            yield batch

    dataset = tf.data.Dataset.from_generator(go_on, output_signature=tf.TensorSpec(batches.shape[1:], tf.float32))
    with optimizers_made() as made:
        _call_training(harness, request, "pretrain", dataset)
        return Reply([drawn, *(steps for optimizer in made if (steps := int(optimizer.iterations)))])


@contextmanager
def optimizers_made() -> Iterator[list[Any]]:
    """Lists Keras' optimizers that are made."""
    import tensorflow as tf

    made: list[Any] = []
    kinds = (tf.keras.optimizers.Optimizer, tf.keras.optimizers.legacy.Optimizer)
    makers = [kind.__init__ for kind in kinds]

    def noting(make: Any) -> Any:
        def noted(optimizer: Any, *args: Any, **kwargs: Any) -> None:
            made.append(optimizer)
            make(optimizer, *args, **kwargs)

        return noted

    for kind, make in zip(kinds, makers, strict=True):
        kind.__init__ = noting(make)
    try:
        yield made
    finally:
        for kind, make in zip(kinds, makers, strict=True):
            kind.__init__ = make


@operation
def fit_labels(harness: Harness, request: Request) -> Reply:
    """Call `fit` on batches of (images, labels), repeated for ever."""
    import tensorflow as tf

    _call_training(harness, request, "fit", tf.data.Dataset.from_tensor_slices(request.arrays).repeat())
    return Reply()


def _call_training(harness: Harness, request: Request, name: str, dataset: object) -> None:
    method = harness.attribute(harness.model_of(request), name)
    epochs, steps = request.parameters["epochs"], request.parameters["steps_per_epoch"]
    with submission_code(f"calling {name}"), redirect_stdout(StringIO()):
        method(dataset, epochs=epochs, steps_per_epoch=steps)
