"""Which known mistake explains the losses that a `fit` recorded: told from the losses of the single batches."""

from collections.abc import Mapping

import numpy as np

from .causes import Diagnosis, best_fit

NEAR = 0.02  # of the larger number; what a cause predicts has to fit as well as this


def is_within(recorded: np.ndarray, each: np.ndarray) -> np.ndarray:
    """For each epoch, whether its recorded loss lies among those of its batches: (epochs,), (epochs, steps)."""
    room = NEAR * np.abs(each).max(axis=1)
    inside: np.ndarray = (each.min(axis=1) - room <= recorded) & (recorded <= each.max(axis=1) + room)
    return inside


def diagnosis_of(recorded: np.ndarray, losses: np.ndarray, steps: int) -> Diagnosis:
    """The mistake whose prediction fits best.

    recorded: one loss for each epoch, (epochs,); losses: those of the single batches in order, at least
    2 * epochs * steps + 1 of them.
    """
    known = known_histories(losses, len(recorded), steps)
    return best_fit(known, lambda wrong: _miss(recorded, wrong), NEAR, "history.unknown")


def known_histories(losses: np.ndarray, epochs: int, steps: int) -> Mapping[str, tuple[str, np.ndarray]]:
    """What each mistake records, (epochs,)."""
    each = losses[: epochs * steps].reshape(epochs, steps)
    means = each.mean(axis=1)

    def every(length: int, stride: int = 1, offset: int = 0) -> np.ndarray:
        """Means of epochs of `length` batches, one in `stride` of them used."""
        used = losses[offset::stride][: epochs * length].reshape(epochs, length)
        return np.asarray(used.mean(axis=1))

    return {
        "history.one_batch": (
            "It looks as if the first batch were used for ever.", np.full(epochs, losses[0])
        ),
        "history.restarted": (
            "It looks as if each epoch begins again with the first batch.", np.full(epochs, means[0])
        ),
        "history.sum": ("It is the sum of the losses, not their mean.", each.sum(axis=1)),
        "history.mean_of_all_epochs": (
            "It is the mean over all epochs so far.", np.cumsum(means) / np.arange(1, epochs + 1)
        ),
        "history.too_few_steps": (f"It looks like {steps - 1} steps per epoch.", every(steps - 1)),
        "history.too_many_steps": (f"It looks like {steps + 1} steps per epoch.", every(steps + 1)),
        "history.every_other_batch": ("It looks as if every other batch were left out.", every(steps, 2, 1)),
        "history.every_other_batch_after_the_first": (
            "It looks as if every other batch were left out, from the second on.", every(steps, 2)
        ),
    }  # fmt: skip


def _miss(recorded: np.ndarray, wrong: np.ndarray) -> float:
    """How far the worst epoch is from what a cause predicts, as a share of the prediction."""
    return float(np.max(np.abs(recorded - wrong) / np.abs(wrong)))
