"""What lateness costs and which attempt counts, held against arithmetic by hand and by Hypothesis."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.lateness import DAY, LatePolicy, days_late, late_penalty, seconds_late

DUE = datetime(2027, 1, 31, 23, 59, tzinfo=UTC)
SECONDS = st.floats(0, 400 * DAY)
SCORES = st.floats(0, 120)
POLICIES = st.builds(LatePolicy, percent_a_day=st.floats(0, 100), grace=st.timedeltas(timedelta(), timedelta(days=2)))


@pytest.mark.parametrize(
    ("handed_in", "extension", "late"),
    [
        (DUE, timedelta(), 0),
        (DUE - timedelta(days=3), timedelta(), 0),
        (DUE + timedelta(seconds=1), timedelta(), 1),
        (DUE + timedelta(days=2), timedelta(days=2), 0),
        (DUE + timedelta(days=2, seconds=5), timedelta(days=2), 5),
        (None, timedelta(), 0),
    ],
)
def test_the_extension_comes_first(handed_in: datetime | None, extension: timedelta, late: float) -> None:
    """Lateness begins after it; what has no time is not late."""
    assert seconds_late(handed_in, DUE, extension) == late
    assert seconds_late(handed_in, None, extension) == 0


@pytest.mark.parametrize(
    ("seconds", "penalty"), [(0, 0), (1, 8), (DAY, 8), (DAY + 1, 16), (2 * DAY, 16), (9 * DAY, 72), (30 * DAY, 80)]
)
def test_a_penalty_by_hand(seconds: float, penalty: float) -> None:
    """10 % of the 80 points earned for a day begun; never more than these."""
    assert late_penalty(LatePolicy(percent_a_day=10), 80, seconds) == pytest.approx(penalty)
    assert late_penalty(LatePolicy(), 80, seconds) == 0


def test_the_grace_costs_nothing_and_shifts_nothing() -> None:
    """An hour of grace: the 61st minute is the first day."""
    policy = LatePolicy(10, grace=timedelta(hours=1))
    assert [days_late(policy, seconds) for seconds in (0, 3600, 3601, DAY, DAY + 1)] == [0, 0, 1, 1, 2]


@given(POLICIES, SCORES, SECONDS, SECONDS)
def test_a_penalty_never_exceeds_the_score_and_never_falls_with_time(
    policy: LatePolicy, score: float, first: float, second: float
) -> None:
    """In time it is nothing, whatever the policy; later never costs less."""
    early, late = sorted((first, second))
    penalties = [late_penalty(policy, score, seconds) for seconds in (0, early, late)]
    assert penalties[0] == 0
    assert penalties == sorted(penalties)
    assert penalties[-1] <= score


@given(POLICIES, SECONDS, SCORES, SCORES)
def test_better_work_is_never_worth_less(policy: LatePolicy, seconds: float, one: float, other: float) -> None:
    """At the same time of hand-in, more points stay more points, or as many."""
    low, high = sorted((one, other))
    left = [score - late_penalty(policy, score, seconds) for score in (low, high)]
    assert 0 <= left[0] <= left[1] + 1e-9
