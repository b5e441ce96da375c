"""Points by check, by part, and scaled to a total."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.points import total
from grader.course.points import shared
from grader.course.reading import CourseError

from . import course

FEW = settings(max_examples=25)


def points(assignment: Assignment) -> dict[str, float]:
    return {check.id: check.points for check in assignment.checks}


def test_half_the_points() -> None:
    """50 instead of 100 are exactly half of each check's."""
    assert points(course("[points]\ntotal = 50")) == {check.id: check.points / 2 for check in ASSIGNMENT.checks}
    assert str(points(course("[points]\ntotal = 50"))["data.batches_shuffle_samples"]) == "2"


def test_a_part_has_the_points_that_it_is_given() -> None:
    """In the lab's proportions: 8 and 4 of 12, as 4 and 2 were of 6."""
    found = course("[points]\ndata = 12")
    assert points(found)["data.batches_shuffle_samples"] == 8
    assert total(check.points for check in found.checks) == 100 - 6 + 12


def test_a_check_has_the_points_that_it_is_given() -> None:
    """Its part's others share the rest of the part, all others the rest of the total."""
    text = "[points]\ntotal = 80\ndata = 10\n'data.batches_shuffle_samples' = 9.5\nvae.loss_is_negative_elbo = 0"
    found = points(course(text))
    assert (found["data.batches_shuffle_samples"], found["data.normalize_scales_to_unit_interval"]) == (9.5, 0.5)
    assert found["vae.loss_is_negative_elbo"] == 0
    assert total(found.values()) == 80


@pytest.mark.parametrize("text", ["data = 3\n'data.batches_shuffle_samples' = 4", "total = 3\nvae = 4"])
def test_more_than_there_is_cannot_be_given(text: str) -> None:
    """Points of single checks beyond those of their part, or of parts beyond the total."""
    with pytest.raises(
        CourseError, match=r"course.toml, line 2: the checks that have points of their own make 4, not 3"
    ):
        course(f"[points]\n{text}")


@FEW
@given(st.lists(st.integers(0, 9), min_size=1, max_size=40).filter(any), st.integers(0, 10_000))
def test_shares_add_up(weights: list[int], amount: int) -> None:
    """None is a hundredth or more off its exact share, and one without a weight gets nothing."""
    shares = shared([Fraction(each) for each in weights], amount)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(amount * weight, sum(weights))) < 1


@FEW
@given(st.sets(st.sampled_from(ASSIGNMENT.part_names), min_size=1), st.integers(0, 20_000))
def test_any_parts_make_any_total(parts: set[str], cents: int) -> None:
    """To the hundredth."""
    found = course(f"parts = {sorted(parts)}\n[points]\ntotal = {cents / 100}")
    assert total(check.points for check in found.checks) == cents / 100
