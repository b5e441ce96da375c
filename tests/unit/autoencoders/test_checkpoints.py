"""A restored model has to go on where the saved one was: shown with a toy that is trained by gradient descent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.images import Images
from grader.autoencoders.measurements.checkpoints import (
    after_one_more_step,
    expect_same_state,
    expect_same_step,
    state_of,
    take_opposite_steps,
    take_steps,
)
from grader.core.expect import Evidence, Failed
from grader.stats.causes import Diagnosis

OTHER, FORGETFUL = Diagnosis("weights.other", "other"), Diagnosis("optimizer.forgetful", "forgetful")


class ToySubject:
    """Images, and a seed that is of no concern to the toy."""

    def __init__(self) -> None:
        self.images = Images(np.random.default_rng(1))

    def seed_submission(self, purpose: str) -> None:
        """The toy draws from a generator of its own."""


@dataclass
class Toy:
    """Answers one grey, which momentum pulls towards that of its batches."""

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


def saved(subject: Any, toy: Any) -> tuple[np.ndarray, np.ndarray]:
    """The state at the time of saving, and after one more step; then the toy is restored."""
    take_opposite_steps(subject, toy, 0, 3)
    toy.save()
    states = state_of(subject, toy), after_one_more_step(subject, toy)
    toy.restore()
    return states


@pytest.mark.parametrize("noise", [0.0, 0.3], ids=["exact", "random"])
def test_a_model_that_remembers_all_passes(noise: float) -> None:
    """State and next step are the same, or as different as two steps of one state are."""
    subject: Any = ToySubject()
    toy: Any = Toy(noise=noise)
    state, step = saved(subject, toy)
    expect_same_state(subject, toy, state, OTHER)
    expect_same_step(subject, toy, state, step, FORGETFUL)


def test_an_optimizer_that_forgets_is_found_out_and_gets_half() -> None:
    """The grey comes back, the momentum does not."""
    subject: Any = ToySubject()
    toy: Any = Toy(forgets=True)
    state, step = saved(subject, toy)
    expect_same_state(subject, toy, state, OTHER)
    with pytest.raises(Failed, match="forgetful") as failed:
        expect_same_step(subject, toy, state, step, FORGETFUL)
    assert failed.value.credit == 0.5


def test_other_weights_are_found_out() -> None:
    """A restored model that answers another grey fails, with nothing to be earned."""
    subject: Any = ToySubject()
    toy: Any = Toy()
    state, _ = saved(subject, toy)
    toy.grey += 0.01
    with pytest.raises(Failed, match="other") as failed:
        expect_same_state(subject, toy, state, OTHER)
    assert failed.value.credit == 0


def test_the_evidence_is_the_largest_difference() -> None:
    """Two digits of the largest distance between pixels, whatever its sign, and one next step."""
    subject: Any = ToySubject()
    toy: Any = Toy(grey=0.5)
    wanted = state_of(subject, toy)
    wanted[3, 4, 5] += 0.1234
    with pytest.raises(Failed) as failed:
        expect_same_state(subject, toy, wanted, OTHER)
    assert failed.value.evidence == Evidence("the same reconstructions", "largest difference 0.12")
    assert failed.value.hint


class Recorder:
    """A stand-in for a model and its subject: keeps what it is given, and answers as it is told to."""

    def __init__(self, greys: tuple[float, ...] = (0.5,), losses: tuple[float, ...] = (1.0,)) -> None:
        self.images = Images(np.random.default_rng(2))
        self.greys, self.losses = iter(greys), iter(losses * 100)
        self.seeds: list[str] = []
        self.batches: list[np.ndarray] = []
        self.rates: list[float] = []
        self.restored = 0

    def seed_submission(self, purpose: str) -> None:
        self.seeds.append(purpose)

    def fit_iteration(self, batch: np.ndarray) -> float:
        self.batches.append(batch)
        return next(self.losses)

    def set_learning_rate(self, rate: float) -> None:
        self.rates.append(rate)

    def restore(self) -> None:
        self.restored += 1

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        return np.full(images.shape, next(self.greys))


@pytest.mark.parametrize(("take", "sign"), [(take_steps, 1), (take_opposite_steps, -1)])
def test_steps_are_taken_on_the_batches_of_their_numbers(take: Callable, sign: int) -> None:
    """Batches 2, 3 and 4 of 8 images each, in order; of negatives a pixel x is 1 - x."""
    model: Any = Recorder()
    take(model, model, 2, 5)
    digits = model.images.training(16, 40).reshape(3, 8, 28, 28, 1)
    np.testing.assert_array_equal(model.batches, digits if sign == 1 else 1 - digits)


def test_one_more_step_is_always_the_same_one() -> None:
    """One step, on batch 4, after seeding for a purpose; what is reconstructed are 8 images."""
    model: Any = Recorder(greys=(0.5, 0.5))
    assert after_one_more_step(model, model).shape == (8, 28, 28, 1)
    after_one_more_step(model, model)
    np.testing.assert_array_equal(model.batches, [model.images.training(32, 40)] * 2)
    assert model.seeds[0]
    assert model.seeds[0] == model.seeds[1]


def grey(value: float) -> np.ndarray:
    return np.full((8, 28, 28, 1), value)


@pytest.mark.parametrize("missed", [0.375, 0.5, -0.5])
def test_a_random_step_may_miss_by_twice_what_two_steps_differ(missed: float) -> None:
    """Two steps of one state differ by 0.25, and two losses of one batch at learning rate 0 differ, too."""
    model: Any = Recorder(greys=(1 + missed, 1.25 + missed), losses=(1.0, 2.0, 3.0, 4.0))
    expect_same_step(model, model, grey(0), grey(1), FORGETFUL)
    assert (model.restored, model.rates) == (1, [0.0])
    np.testing.assert_array_equal(model.batches[-2:], [model.images.training(0, 8)] * 2)


@pytest.mark.parametrize(
    ("missed", "losses"), [(0.625, (1.0, 2.0, 3.0, 4.0)), (0.375, (1.0, 1.0, 1.0, 1.0))], ids=["far off", "not random"]
)
def test_a_step_that_misses_by_more_than_chance_fails(missed: float, losses: tuple[float, ...]) -> None:
    """More than twice the usual difference is no chance, and without randomness none is: half of the points."""
    model: Any = Recorder(greys=(1 + missed, 1.25 + missed), losses=losses)
    with pytest.raises(Failed, match="forgetful") as failed:
        expect_same_step(model, model, grey(0), grey(1), FORGETFUL)
    assert failed.value.credit == 0.5


def test_the_evidence_is_the_share_of_the_step_that_is_missed() -> None:
    """A step of length 0.5 that is missed by 0.25 is missed by 50 % of its length."""
    model: Any = Recorder(greys=(0.75, 0.75))
    with pytest.raises(Failed) as failed:
        expect_same_step(model, model, grey(0), grey(0.5), FORGETFUL)
    assert failed.value.evidence == Evidence("the same step", "one that misses it by 50% of its length")
    assert failed.value.hint
