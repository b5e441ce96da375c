"""The loss that a step returns: which formulas pass, and how often a right one may be off by chance."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.checks import autoencoder
from grader.autoencoders.checks.autoencoder import TRIES, loss_is_cross_entropy
from grader.core.expect import Failed
from grader.stats.metrics import cross_entropy

DIGITS = np.random.default_rng(0).uniform(size=(TRIES, 16, 28, 28, 1)).astype(np.float32)


def untrainable(_: object) -> None:
    raise Failed("training.unknown", "The training has failed, which has a check of its own.")


LAB: Any = SimpleNamespace(images=SimpleNamespace(training=lambda batch, _: DIGITS[batch]), once=untrainable)


class Played:
    """A model that answers a half for every pixel, and returns its loss times a factor."""

    def __init__(self, factor: float):
        self.factor = factor

    def set_learning_rate(self, rate: float) -> None:
        """There is nothing to learn."""

    def note_phases(self, images: np.ndarray) -> None:
        """It has no layers."""

    def reconstruct(self, images: np.ndarray, training: bool = False) -> np.ndarray:
        return np.full_like(images, 0.5)

    def fit_iteration(self, images: np.ndarray) -> float:
        return self.factor * float(cross_entropy(images, self.reconstruct(images)).sum())


def judge(monkeypatch: pytest.MonkeyPatch, *factors: float) -> None:
    """Run the check on models with these factors, in order; there are no more."""
    models = iter([Played(factor) for factor in factors])
    monkeypatch.setattr(autoencoder.shapes, "of_size", lambda *_: next(models))
    monkeypatch.setattr(autoencoder, "expect_no_penalty", lambda *_: None)
    monkeypatch.setattr(autoencoder, "fresh", lambda *_: next(models, None))
    loss_is_cross_entropy(LAB)


@pytest.mark.parametrize("factors", [(1,), (1 / 16,), (1.29,), (1.35, 1.0), (0.6, 1.5, 1 / 16)])
def test_one_model_has_to_be_near(monkeypatch: pytest.MonkeyPatch, factors: tuple[float, ...]) -> None:
    """A sum or a mean an image; another is asked only where one is off, as batch normalization may be by chance."""
    judge(monkeypatch, *factors)


@pytest.mark.parametrize("factor", [1 / np.log(2), 1 / 784, 1 / 28, -1, 1.31, 0.69])
def test_a_wrong_formula_is_off_every_time(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    """No luck saves it, and the message is that of the loss."""
    with pytest.raises(Failed, match="The loss is not the cross-entropy"):
        judge(monkeypatch, *[factor] * TRIES)
