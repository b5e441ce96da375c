"""Discrimination of a check, against SciPy's."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import pointbiserialr

from grader.core.outcomes import Outcome, Report
from grader.render.discrimination import discriminations, point_biserial

from . import samples


@pytest.mark.parametrize("seed", range(20))
def test_point_biserial_is_that_of_scipy(seed: int) -> None:
    """For random classes of 3 to 60 submissions."""
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 61))
    passed = np.r_[True, False, random.random(count - 2) < random.uniform(0.1, 0.9)]
    rest = random.uniform(0, 100, count) + 20 * passed * random.normal()
    assert point_biserial(passed, rest) == pytest.approx(pointbiserialr(passed, rest).statistic, abs=1e-12)


def test_what_all_or_none_pass_has_no_correlation() -> None:
    """Nor has one whose rest is the same for everybody: no number, rather than a warning or NaN."""
    assert point_biserial(np.array([True, True]), np.array([1.0, 2.0])) is None
    assert point_biserial(np.array([False, False]), np.array([1.0, 2.0])) is None
    assert point_biserial(np.array([True, False]), np.array([2.0, 2.0])) is None


def class_in_which(passes: list[bool], others: list[float]) -> list[Report]:
    """Reports of two checks: the first is worth 2 points, the second gets a share of its own."""
    reports = []
    for number, (passed, share) in enumerate(zip(passes, others, strict=True)):
        whole = samples.solved(f"student{number}")
        first, second = whole.checks[:2]
        first = first if passed else replace(first, outcome=Outcome.FAILED, score=0.0)
        second = replace(second, score=share * second.points, outcome=Outcome.FAILED)
        reports.append(replace(whole, checks=(first, second)))
    return reports


def test_a_check_is_held_against_the_points_of_the_others() -> None:
    """Its own points do not count, nor do submissions without a final score."""
    passes, others = [True, True, False, False, True], [0.9, 0.1, 0.3, 0.5, 0.2]
    reports = class_in_which(passes, others)
    first, second = (check.id for check in reports[0].checks)
    expected = pointbiserialr(passes, others).statistic
    assert discriminations([*reports, samples.unreadable()]) == pytest.approx({first: expected})
    assert second not in discriminations(reports), "none passed it"


def test_an_empty_class_has_no_discriminations() -> None:
    """No submission, no check."""
    assert discriminations([]) == {}
