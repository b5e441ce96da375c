"""Where a limit goes, given what right solutions and mistakes measured."""

import numpy as np
import pytest

from benchmarks.quantities import REFERENCE, Quantity, new_limit, quantities_of
from benchmarks.verdicts import Verdict
from grader.core.thresholds import Threshold
from tests.submissions.corpus import Mutant, Variant

CHECK = "vae.loss_is_negative_elbo"
STEPS = Threshold("training steps", "at most", 800)
LOSS = Threshold("loss off the clean targets", "at most", 0.3)
THRICE = Threshold("loss off the cross-entropy", "at most", 0.3)
UNTRAINED = Threshold("cost of an untrained model", "at least", 1)
SHARE = Threshold("share of the mean image's cost", "at most", 0.88)
WRONG = Mutant("halved", "vae", "The KL is halved.", CHECK, "halved", ())


def quantity(threshold: Threshold, spread: float, *wrong: float) -> Quantity:
    """A hundred exponential values of that mean, and what mutants measured beyond the limit."""
    values = list(np.random.default_rng(0).exponential(spread, size=100))
    return Quantity(CHECK, threshold, {REFERENCE: values}, {f"mutant {n}": value for n, value in enumerate(wrong)})


def test_a_limit_that_right_solutions_hardly_ever_miss_stays() -> None:
    """Also where there is room to move it: grades of two years are to be comparable."""
    assert new_limit([quantity(LOSS, 0.01, 0.9)]) == 0.3
    assert new_limit([quantity(LOSS, 0.0)]) == 0.3


def test_a_limit_that_they_miss_moves_between_them_and_the_nearest_mutant() -> None:
    """By the model they miss 0.3 once in 20; once in 10,000 they come to about 0.95, and the mutant has 3."""
    moved = new_limit([quantity(LOSS, 0.1, 3.0, 40.0)])
    assert moved == pytest.approx((0.1 * np.log(1e4) + 3.0) / 2, rel=0.1)


def test_without_a_mutant_it_moves_as_far_as_needed() -> None:
    """Where right solutions come to once in 10,000."""
    assert new_limit([quantity(LOSS, 0.1)]) == pytest.approx(0.1 * np.log(1e4), rel=0.25)


def test_where_there_is_no_room_there_is_no_limit() -> None:
    """The nearest mutant lies where right solutions come, too: the measurement has to change."""
    assert new_limit([quantity(LOSS, 0.1, 0.5)]) is None


def test_one_check_that_needs_room_moves_the_limit_of_all() -> None:
    """A limit is one number for all its checks."""
    moved = new_limit([quantity(LOSS, 0.01), quantity(LOSS, 0.1)])
    assert moved is not None
    assert moved > 0.5


def test_what_a_training_stops_at_is_told_by_its_steps() -> None:
    """Trainings end just below .88, so their last cost says nothing about the next one's."""
    cost = Quantity(CHECK, SHARE, {REFERENCE: list(np.linspace(0.80, 0.8799, 100))})
    assert cost.tails() == {}
    assert new_limit([cost]) == 0.88


def test_what_has_to_miss_several_times_misses_seldom() -> None:
    """Off once in 50 times is off thrice once in 125,000, so the limit stays below a mutant, which is always off."""
    once, thrice = quantity(LOSS, 0.075, 0.4), quantity(THRICE, 0.075, 0.4)
    assert thrice.worst()[1] == pytest.approx(once.worst()[1] ** 3)
    assert once.worst()[1] > 0.01
    assert new_limit([once]) is None
    assert new_limit([thrice]) == 0.3


def test_a_bound_by_theory_is_no_matter_of_tails() -> None:
    """Costs of untrained models spread far from the mean image's, and below it they cannot come."""
    cost = Quantity(CHECK, UNTRAINED, {REFERENCE: list(1.3 + np.random.default_rng(0).exponential(0.5, size=100))})
    assert new_limit([cost]) == 1


def test_values_are_sorted_by_who_measured_them() -> None:
    """By check and quantity; of a mutant only its own check's value beyond the limit, and nothing of other parts."""

    def verdict(name: str, **recorded: dict[str, float]) -> Verdict:
        return Verdict(name, 0, 1.0, (), {f"vae.{check}": values for check, values in recorded.items()}, {})

    loss, steps = LOSS.name, STEPS.name
    reference, variant = (Variant(name, "vae", "") for name in (REFERENCE, "dense"))
    elsewhere = Verdict("dense", 0, 1.0, (), {"autoencoder.x": {loss: 9.0}}, {})
    graded = [
        (reference, verdict(REFERENCE, loss_is_negative_elbo={loss: 0.1})),
        (reference, verdict(REFERENCE, loss_is_negative_elbo={loss: 0.2})),
        (variant, verdict("dense", loss_is_negative_elbo={loss: 0.15}, beta={steps: 200.0})),
        (variant, elsewhere),
        (WRONG, verdict("halved", loss_is_negative_elbo={loss: 0.7}, beta={steps: 900.0})),
        (WRONG, verdict("halved", loss_is_negative_elbo={loss: 0.1})),
    ]
    found = {(q.check, q.name): q for q in quantities_of(graded)}
    assert set(found) == {(CHECK, loss), ("vae.beta", steps)}
    assert found[CHECK, loss].right == {REFERENCE: [0.1, 0.2], "dense": [0.15]}
    assert found[CHECK, loss].wrong == {"halved": 0.7}
    assert found["vae.beta", steps].wrong == {}
