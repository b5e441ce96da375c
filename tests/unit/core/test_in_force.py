"""What a course sets holds while its checks run, and at no other time."""

import pytest

from grader.core.in_force import Range, in_force
from grader.core.thresholds import Threshold, recording

ACCURACY = Threshold("accuracy", "at least", 0.78)
SIZES = Range("sizes", "sizes that are tried", (1, 64), lowest=1, highest=100)


def test_another_limit_holds_within_the_block() -> None:
    """For every module that names the threshold; outside of it the lab's own limit does."""
    with in_force({"accuracy": 0.9}):
        assert not ACCURACY.admits(0.8)
        assert ACCURACY.limit == 0.9
    assert ACCURACY.admits(0.8)


def test_a_threshold_is_recorded_under_another_limit() -> None:
    """A check declares it by its name, whatever its limit is."""
    with in_force({"accuracy": 0.9}), recording([Threshold("accuracy", "at least", 0.9)]) as values:
        assert ACCURACY.within(0.95)
    assert values == {"accuracy": 0.95}
    with recording([]), pytest.raises(LookupError):
        ACCURACY.within(0.95)


def test_a_range_of_its_own() -> None:
    """Its ends and the nearest number in it."""
    assert (SIZES.bounds, SIZES.nearest(0), SIZES.nearest(33)) == ((1, 64), 1, 33)
    with in_force({"sizes": (2, 16)}):
        assert (SIZES.bounds, SIZES.nearest(1), SIZES.nearest(33)) == ((2, 16), 2, 16)
