"""Which known mistake explains the losses that a `fit` recorded: told from the losses of the single batches."""

import numpy as np

NEAR = 0.02  # of the larger number; what a story predicts has to fit as well as this


def is_within(recorded: np.ndarray, each: np.ndarray) -> np.ndarray:
    """For each epoch, whether its recorded loss lies among those of its batches: (epochs,), (epochs, steps)."""
    room = NEAR * np.abs(each).max(axis=1)
    inside: np.ndarray = (each.min(axis=1) - room <= recorded) & (recorded <= each.max(axis=1) + room)
    return inside


def story_of(recorded: np.ndarray, losses: np.ndarray, steps: int) -> str:
    """The mistake whose prediction fits best, in a sentence, or ''.

    recorded: one loss an epoch, (epochs,); losses: those of the single batches in order, at least
    2 * epochs * steps + 1 of them.
    """
    misses = {story: _miss(recorded, wrong) for story, wrong in _known(losses, len(recorded), steps).items()}
    story = min(misses, key=lambda known: misses[known])
    return story if misses[story] <= NEAR else ""


def _known(losses: np.ndarray, epochs: int, steps: int) -> dict[str, np.ndarray]:
    each = losses[: epochs * steps].reshape(epochs, steps)
    means = each.mean(axis=1)

    def every(length: int, stride: int = 1, offset: int = 0) -> np.ndarray:
        """Means of epochs of `length` batches, one in `stride` of them used."""
        used = losses[offset::stride][: epochs * length].reshape(epochs, length)
        return np.asarray(used.mean(axis=1))

    return {
        "It looks as if one batch for ever were drawn, the first.": np.full(epochs, losses[0]),
        "It looks as if each epoch begins again with the first batch.": np.full(epochs, means[0]),
        "It is the sum of the losses, not their mean.": each.sum(axis=1),
        "It is the mean over all epochs so far.": np.cumsum(means) / np.arange(1, epochs + 1),
        f"It looks like {steps - 1} steps an epoch.": every(steps - 1),
        f"It looks like {steps + 1} steps an epoch.": every(steps + 1),
        "It looks as if every other batch were left out.": every(steps, 2, 1),
        "It looks as if every other batch were left out, from the second on.": every(steps, 2),
    }


def _miss(recorded: np.ndarray, wrong: np.ndarray) -> float:
    """How far the worst epoch is from what a story predicts, as a share of the prediction."""
    return float(np.max(np.abs(recorded - wrong) / np.abs(wrong)))
