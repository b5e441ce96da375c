"""A restored model has to go on where the saved one was: shown with a toy that is trained by gradient descent."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from grader.checkpoints import after_one_more_step, expect_same_state, expect_same_step, state_of, take_opposite_steps
from grader.expect import Failed
from grader.images import Images


class ToyLab:
    """Images, and a seed that is of no concern to the toy."""

    def __init__(self) -> None:
        self.images = Images(np.random.default_rng(1))

    def seed_submission(self, purpose: str) -> None:
        """The toy draws from a generator of its own."""


@dataclass
class Toy:
    """Paints one grey, which momentum pulls towards that of its batches."""

    forgets: bool = False
    noise: float = 0.0
    grey: float = 0.5
    momentum: float = 0.0
    rate: float = 0.1
    saved: tuple[float, float] = (0.0, 0.0)
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def fit_iteration(self, batch: np.ndarray) -> float:
        gradient = self.grey - float(batch.mean()) + self.noise * self.random.normal()
        self.momentum = 0.9 * self.momentum + gradient
        self.grey -= self.rate * self.momentum
        return gradient**2

    def set_learning_rate(self, rate: float) -> None:
        self.rate = rate

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        return np.full(images.shape, self.grey)

    def save(self) -> None:
        self.saved = self.grey, self.momentum

    def restore(self) -> None:
        self.grey = self.saved[0]
        self.momentum = 0.0 if self.forgets else self.saved[1]


def saved(lab: Any, toy: Any) -> tuple[np.ndarray, np.ndarray]:
    """The state at the time of saving, and after one more step; then the toy is restored."""
    take_opposite_steps(lab, toy, 0, 3)
    toy.save()
    states = state_of(lab, toy), after_one_more_step(lab, toy)
    toy.restore()
    return states


@pytest.mark.parametrize("noise", [0.0, 0.3], ids=["exact", "random"])
def test_a_model_that_remembers_all_passes(noise: float) -> None:
    """State and next step are the same, or as different as two steps of one state are."""
    lab: Any = ToyLab()
    toy: Any = Toy(noise=noise)
    state, step = saved(lab, toy)
    expect_same_state(lab, toy, state, "other")
    expect_same_step(lab, toy, state, step, "forgetful")


def test_an_optimizer_that_forgets_is_found_out_and_gets_half() -> None:
    """The grey comes back, the momentum does not."""
    lab: Any = ToyLab()
    toy: Any = Toy(forgets=True)
    state, step = saved(lab, toy)
    expect_same_state(lab, toy, state, "other")
    with pytest.raises(Failed, match="forgetful") as failed:
        expect_same_step(lab, toy, state, step, "forgetful")
    assert failed.value.credit == 0.5


def test_other_weights_are_found_out() -> None:
    """A restored model that paints another grey fails, with nothing to be earned."""
    lab: Any = ToyLab()
    toy: Any = Toy()
    state, _ = saved(lab, toy)
    toy.grey += 0.01
    with pytest.raises(Failed, match="other") as failed:
        expect_same_state(lab, toy, state, "other")
    assert failed.value.credit == 0
