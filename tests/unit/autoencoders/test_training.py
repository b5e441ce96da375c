"""Training in stages: shown with a toy whose cost falls as fast as its rate lets it."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.images import Images
from grader.autoencoders.measurements.training import FIRST_STEPS, RATE, TrainingBudget, train_in_stages
from grader.core.expect import Diverged, finite
from grader.core.thresholds import Threshold, recording

STEPS = Threshold("training steps", "at most", 120)  # 60, and as many again
BUDGET = TrainingBudget(at_least=20, stage=10, batch_size=2, threshold=STEPS)
ORIGIN = SimpleNamespace(part="toy", name="Toy", arguments={"encoding_size": 1})


class Toy:
    """Starts at a cost of 100, which each step lowers by a share of its rate; diverges above `limit`."""

    def __init__(self, rate: float, speed: float, limit: float = 1.0):
        self.rate, self.speed, self.limit, self.steps, self.cost = rate, speed, limit, 0, 100.0
        self.origin = ORIGIN

    def set_learning_rate(self, rate: float) -> float:
        before, self.rate = self.rate, rate
        return before

    def train(self, batches: np.ndarray) -> None:
        if self.rate > self.limit:
            raise Diverged("training.diverged", "not finite")
        self.steps += len(batches)
        self.cost *= (1 - self.speed * self.rate) ** len(batches)

    def encode(self, images: np.ndarray) -> np.ndarray:
        return np.full((len(images), 1), self.cost)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return np.full((len(codes), 28, 28, 1), self.cost / 200)


def trained(toy: Toy, bar: float) -> tuple[Any, Any, list[Toy]]:
    """The model and the curve that are judged, and what else was made."""
    made: list[Toy] = []
    own = toy.rate, toy.speed, toy.limit

    def create(part: str, name: str, **arguments: Any) -> Toy:
        made.append(Toy(*own))
        return made[-1]

    subject: Any = SimpleNamespace(images=Images(np.random.default_rng(2)), create=create)
    given: Any = toy
    model, curve = train_in_stages(subject, given, lambda m: m.cost, bar, BUDGET)
    return model, curve, made


def test_training_stops_after_the_first_stage_below_the_bar() -> None:
    """No step is taken once the verdict is certain, and none less than the plan says."""
    model, curve, made = trained(Toy(1e-3, speed=10), bar=45)
    assert curve.steps == 30  # (1 - 0.03) ** 30 = 0.40, after 20 steps it is 0.54
    assert np.isclose(curve.costs, [100 * 0.97**n for n in (0, FIRST_STEPS, 20, 30)]).all()
    assert model.rate == RATE
    assert made == []


def test_what_is_slow_and_still_learning_goes_on() -> None:
    """At the end of the plan one that gets better by more than 1 % a stage gets as many steps again."""
    _, curve, _ = trained(Toy(1e-3, speed=1), bar=75)
    assert curve.steps == 100  # 0.997 ** 100 = 0.74, after 60 steps it is 0.84


class Halting(Toy):
    """Rests for ten steps around the end of the plan."""

    def train(self, batches: np.ndarray) -> None:
        speed, self.speed = self.speed, 0.0 if self.steps == BUDGET.at_most - BUDGET.stage else self.speed
        super().train(batches)
        self.speed = speed


def test_one_stage_that_brings_nothing_is_no_end() -> None:
    """The last of several stages may bring nothing by chance."""
    _, curve, _ = trained(Halting(1e-3, speed=1), bar=75)
    assert curve.costs[-1] < 75


def test_what_learns_nothing_ends_with_the_plan() -> None:
    """Hopeless cases cost no more than the plan, and no second try where the own rate is much like 3e-3."""
    _, curve, made = trained(Toy(1e-3, speed=0), bar=75)
    assert curve.steps == BUDGET.at_most
    assert made == []


@pytest.mark.parametrize("limit", [1e-4, 1.0], ids=["diverges", "too slow"])
def test_an_optimizer_of_another_kind_is_tried_at_its_own_rate(limit: float) -> None:
    """Where 3e-3 is of no use and the own rate is far from it, a fresh model trains at that."""
    rate, speed = (1e-5, 3000.0) if limit < RATE else (1.0, 0.03)
    model, curve, made = trained(Toy(rate, speed, limit), bar=60)
    assert made == [model]
    assert model.rate == rate
    assert curve.costs[-1] < 60


def test_the_steps_that_were_needed_are_recorded_as_a_part_of_those_there_are() -> None:
    """A model at its own rate has twice as many, so half of them are recorded; nothing where it failed."""
    for rate, speed, steps, recorded in ((1e-3, 10, 30, 30), (1.0, 0.03, 30, 15), (1e-3, 0, 60, None)):
        with recording([STEPS]) as found:
            _, curve, _ = trained(Toy(rate, speed), bar=45)
        assert (curve.steps, found.get("training steps")) == (steps, recorded)


def test_what_diverges_at_a_usual_rate_has_diverged() -> None:
    """No second try for what is like the first."""
    with pytest.raises(Diverged):
        trained(Toy(1e-3, speed=1, limit=2e-3), bar=60)


def test_reconstructions_that_are_not_finite_are_a_divergence_too() -> None:
    """The last step of a stage may corrupt the weights, and the next reconstruction shows it first."""
    with pytest.raises(Diverged, match="holds 1 of 3 values"):
        finite(np.array([1.0, np.nan, 2.0]), "What reconstruct returned")
