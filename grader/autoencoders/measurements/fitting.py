"""What `fit` trains: whether a `fit` of a part's own minimizes what `fit_iteration` does, and draws its noise anew."""

import numpy as np

from ...core import expect
from ...core.expect import Evidence, Failed, rounded
from ..subject import Model, Subject
from .training import RATE
from .weights import is_moved, losses_of_frozen_weights

REPEATS = 4
FAINT = np.float32(0.3)  # of the ink, in every other epoch
ROOM = 0.1  # of a loss, beside what its repeats scatter by
DEVIATIONS = 5.0


def expect_same_loss_in_fit(model: Model, images: np.ndarray) -> None:
    """A `fit` that is not that of part `autoencoder` records what `fit_iteration` returns for the same batches.

    images: one batch, as large as those the model was trained on.
    """
    if not model.has_own_fit():
        return
    batches = np.stack([images, FAINT * images])
    losses = losses_of_frozen_weights(model, np.tile(batches, (REPEATS, 1, 1, 1, 1))).reshape(REPEATS, 2)
    recorded = model.fit(np.repeat(batches, 2, axis=0), 2, 2)
    middle, room = losses.mean(axis=0), ROOM * np.abs(losses.mean(axis=0)) + DEVIATIONS * losses.std(axis=0)
    units = (1.0, len(images), 1 / len(images))  # Keras' own fit may record a mean where a step returns a sum
    if not any(np.all(np.abs(recorded - unit * middle) <= unit * room) for unit in units):
        raise Failed(
            "fit.other_loss",
            "fit records a loss of {recorded:.4g} for a batch for which fit_iteration returns {loss:.4g}: it trains "
            "on something else.",
            "What does fit do with a batch before fit_iteration gets it?",
            Evidence([rounded(m) for m in middle], [rounded(r) for r in recorded]),
            recorded=float(recorded[0]),
            loss=float(middle[0]),
        )
    expect_fit_trains(model, np.repeat(images[None], 2, axis=0))


def expect_fit_trains(model: Model, batches: np.ndarray) -> None:
    """Some steps of `fit` move the weights."""
    model.set_learning_rate(RATE)
    before = model.trainable_variables()
    model.fit(batches, 1, 2)
    after = model.trainable_variables()
    moved = any(is_moved(values, after.get(name)) for name, values in before.items())
    message = "`fit` does not change the weights."
    expect.that(moved, "fit.weights_frozen", message, "Let `fit` take a training step on each batch.")


def expect_fresh_noise_in_fit(subject: Subject, model: Model, batch_size: int) -> None:
    """Where a trace freezes the noise, `fit` shows whether it uses one: the same batch twice at learning rate 0."""
    if model.is_frozen_in_a_trace():
        model.set_learning_rate(0.0)
        first, second = model.fit(np.repeat(subject.images.batches(0, 1, batch_size), 4, axis=0), 2, 1)
        expect.that(
            first != second,
            "noise.frozen_in_fit",
            "In fit the noise is frozen: it was drawn once, when the training step was compiled.",
            "NumPy draws its numbers while TensorFlow compiles. Which generator is asked at each step?",
        )
