"""A `fit` that trains something else, and answers that depend on the batch, are told from stand-ins for models."""

import numpy as np
import pytest

from grader.autoencoders.measurements.alone import expect_answers_alone, expect_same
from grader.autoencoders.measurements.fitting import expect_same_loss_in_fit
from grader.autoencoders.subject import Pretrained
from grader.core.expect import Failed

STRENGTHS = np.linspace(1, 0.3, 8).reshape(8, 1, 1, 1)
IMAGES = (STRENGTHS * np.random.default_rng(0).random((8, 28, 28, 1))).astype(np.float32)


class Fitting:
    """Returns the sum of a batch for its loss; `fit` records something of that, and moves the weights or does not."""

    def __init__(self, own: bool = True, factor: float = 1.0, more: float = 0.0, moves: bool = True):
        self.own, self.factor, self.more, self.moves = own, factor, more, moves
        self.weights, self.rate = np.zeros(3), 1e-3

    def has_own_fit(self) -> bool:
        return self.own

    def set_learning_rate(self, value: float) -> float:
        self.rate, before = value, self.rate
        return before

    def trainable_variables(self) -> dict[str, np.ndarray]:
        return {"w": self.weights.copy()}

    def train(self, batches: np.ndarray) -> np.ndarray:
        return batches.sum(axis=(1, 2, 3, 4))

    def fit(self, batches: np.ndarray, epochs: int, steps: int) -> np.ndarray:
        self.weights += self.rate * self.moves
        losses = self.factor * batches[: epochs * steps].sum(axis=(1, 2, 3, 4)) + self.more
        return losses.reshape(epochs, steps).mean(axis=1)


@pytest.mark.parametrize("model", [Fitting(), Fitting(factor=1 / 8), Fitting(own=False, more=1e6)])
def test_what_fit_records_is_what_a_step_returns(model: Fitting) -> None:
    """As a sum or as a mean per image; the `fit` of part `autoencoder` is measured there."""
    expect_same_loss_in_fit(model, IMAGES)


@pytest.mark.parametrize(
    ("model", "code"),
    [(Fitting(factor=3.0), "fit.other_loss"), (Fitting(more=2000.0), "fit.other_loss"),
     (Fitting(moves=False), "fit.weights_frozen")],
)  # fmt: skip
def test_a_fit_that_trains_something_else_is_named(model: Fitting, code: str) -> None:
    """Another loss, and no step at all."""
    with pytest.raises(Failed) as failed:
        expect_same_loss_in_fit(model, IMAGES)
    assert failed.value.code == code


class Answering:
    """Encodes the mean of an image and decodes it into a grey; looks at its batch, or draws noise, if it is told."""

    def __init__(self, looks: bool = False, noise: float = 0.0):
        self.looks, self.noise, self.random = looks, noise, np.random.default_rng(1)

    def encode(self, images: np.ndarray) -> np.ndarray:
        codes = images.mean(axis=(1, 2, 3))[:, None] * [[1.0, 2.0]]
        return codes - self.looks * codes.mean(axis=0) + self.noise * self.random.normal(size=codes.shape)

    def encode_often(self, images: np.ndarray, draws: int) -> np.ndarray:
        return np.stack([self.encode(images) for _ in range(draws)])

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return np.repeat(codes[:, :1], 784, axis=1).reshape(-1, 28, 28, 1)


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_answers_are_the_same_alone(noise: float) -> None:
    """Exactly, or in their mean where encodings are drawn."""
    expect_answers_alone(Answering(noise=noise), IMAGES)
    with pytest.raises(Failed) as failed:
        expect_answers_alone(Answering(looks=True, noise=noise), IMAGES)
    assert failed.value.code == "answers.depend_on_batch"


def test_rounding_is_no_difference() -> None:
    """Other batch sizes add up in another order: a thousandth of the largest number is allowed."""
    expect_same(np.array([1000.0]), np.array([1000.9]))
    with pytest.raises(Failed):
        expect_same(np.array([1000.0]), np.array([1001.1]))


def test_stages_are_counted_by_the_steps_of_optimizers() -> None:
    """One optimizer for each stage, or one for both."""
    assert [Pretrained(20, steps).stages_of(20) for steps in ((20, 20), (41,), (20,), (19, 39), ())] == [2, 2, 1, 1, 0]
