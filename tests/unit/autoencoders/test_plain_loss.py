"""A loss that is the cross-entropy alone: what else it may be is told from stand-ins for models."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.measurements.plain_loss import expect_cross_entropy_of, expect_no_penalty
from grader.autoencoders.measurements.situations import grey_and_inked
from grader.core.expect import Diverged, Failed
from grader.stats.metrics import cross_entropy

DIGITS = (np.random.default_rng(0).random((8, 28, 28, 1)) ** 3).astype(np.float32)
Loss = Callable[[np.ndarray, np.ndarray], float]  # of images and their reconstructions


def nats(images: np.ndarray, answers: np.ndarray) -> float:
    return float(cross_entropy(images, answers).sum())


class Trained:
    """Answers with a darker copy, whatever its weights; a loss of one's choice, and a penalty on its weights."""

    def __init__(self, loss: Loss = nats, penalty: float = 0.0):
        self.loss, self.penalty = loss, penalty
        self.weights = {"encoder": 1.0, "decoder": 1.0}

    def set_learning_rate(self, value: float) -> float:
        return value

    def note_phases(self, batch: np.ndarray) -> None:
        """There are no layers."""

    def trainable_variables(self) -> dict[str, np.ndarray]:
        return {}

    def scale_weights(self, factor: float, *, decoder: bool) -> None:
        self.weights["decoder" if decoder else "encoder"] *= factor

    def reconstruct(self, images: np.ndarray, training: bool = False) -> np.ndarray:
        return np.asarray(0.5 + self.weights["decoder"] * (0.1 + 0.5 * images - 0.5), np.float32)

    def fit_iteration(self, images: np.ndarray) -> float:
        return self.loss(images, self.reconstruct(images)) + self.penalty * self.weights["encoder"] ** 2

    def train(self, batches: np.ndarray) -> np.ndarray:
        return np.array([self.fit_iteration(batch) for batch in batches])


@pytest.mark.parametrize("loss", [nats, lambda x, y: nats(x, y) / len(x)], ids=["sum", "mean"])
def test_the_cross_entropy_passes_as_sum_and_as_mean(loss: Loss) -> None:
    """Both reductions are right, for a trained model and for one without a decoder."""
    expect_cross_entropy_of(Trained(loss), grey_and_inked(DIGITS))
    expect_no_penalty(Trained(loss), DIGITS[:1])


class Remembering:
    """The mean of all losses so far, after a thousand of 4,000 nats."""

    def __init__(self) -> None:
        self.sum, self.count = 4_000_000.0, 1000

    def __call__(self, images: np.ndarray, answers: np.ndarray) -> float:
        self.sum, self.count = self.sum + nats(images, answers), self.count + 1
        return self.sum / self.count


WRONG: dict[str, Loss] = {
    "loss.binarized_targets": lambda x, y: nats((x > 0.5).astype(np.float32), y),
    "loss.other_factor": lambda x, y: 1.28 * nats(x, y),
    "loss.poisson": lambda x, y: float((y - x * np.log(y)).sum()),
    "loss.unknown": lambda x, y: 1.1 * nats(x, y) + 30.0 * np.log(np.mean(x)),  # near a factor for batches of much ink
    "loss.in_bits": lambda x, y: nats(x, y) / np.log(2),
    "loss.mean_of_all_so_far": Remembering(),
}


@pytest.mark.parametrize("code", WRONG)
def test_other_losses_are_named(code: str) -> None:
    """By what they come to for two very different batches."""
    with pytest.raises(Failed) as failed:
        expect_cross_entropy_of(Trained(WRONG[code]), grey_and_inked(DIGITS))
    assert failed.value.code == code


def test_a_penalty_shows_where_the_cross_entropy_does_not_change() -> None:
    """A hundredth of a nat is a nat once the weights are ten times as large, of the 543 of one image."""
    with pytest.raises(Failed) as failed:
        expect_no_penalty(Trained(penalty=0.01), DIGITS[:1])
    assert failed.value.code == "loss.penalty_added"
    expect_no_penalty(Trained(penalty=0.001), DIGITS[:1])


def test_nothing_is_said_where_numbers_end_or_the_decoder_answers() -> None:
    """Half precision overflows with larger weights, and some model may keep its decoder under another name."""

    class Overflowing(Trained):
        def reconstruct(self, images: np.ndarray, training: bool = False) -> Any:
            if self.weights["encoder"] > 1:
                raise Diverged("numbers.not_finite", "")
            return super().reconstruct(images)

    class Hidden(Trained):
        def scale_weights(self, factor: float, *, decoder: bool) -> None:
            if not decoder:
                self.weights["encoder"] *= factor

    expect_no_penalty(Overflowing(penalty=100.0), DIGITS[:1])
    expect_no_penalty(Hidden(penalty=100.0), DIGITS[:1])
