"""Whether weights change, and what a model costs while they do not."""

import numpy as np

from ...core import expect
from ...core.expect import rounded
from ..subject import Model


def is_moved(before: np.ndarray, after: np.ndarray | None) -> bool:
    """Whether finite numbers changed; NaN is not a change."""
    return (
        after is not None and after.shape == before.shape and bool(np.isfinite(after).all() and np.any(after != before))
    )


def losses_of_frozen_weights(model: Model, batches: np.ndarray) -> np.ndarray:
    """The loss of each batch, for weights that a learning rate of 0 keeps as they are; momentum carries on for a while.

    After 5 times 12 steps a momentum of 0.9 has less than 1 % of its force left.
    """
    model.set_learning_rate(0.0)
    for _ in range(5):
        before = model.trainable_variables()
        losses = model.train(batches)
        rate, after = model.set_learning_rate(0.0), model.trainable_variables()
        expect.that(
            rate == 0,
            "optimizer.made_anew",
            "The learning rate was set to 0, and after some steps it is another: the optimizer is made anew.",
            "Make the optimizer once, in the constructor, and use it in every step.",
            0.0,
            rounded(rate),
        )
        if not any(is_moved(values, after.get(name)) for name, values in before.items()):
            break
    return losses
