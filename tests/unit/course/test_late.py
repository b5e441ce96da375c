"""What late work loses."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.keys import Late
from grader.course.late import lateness_text, points_after

DUE = datetime(2027, 5, 3, 22, tzinfo=UTC)
FEW = settings(max_examples=25)
TEN = Late(percent_a_day=10, grace_minutes=30)
MINUTES = st.integers(-100_000, 100_000).map(lambda minutes: timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("hours", "left"), [(-1, 50), (0, 50), (0.5, 50), (0.6, 45), (24, 45), (24.1, 40), (239, 0), (10_000, 0)]
)
def test_each_day_that_has_begun_costs(hours: float, left: float) -> None:
    """Ten percent of 50 points a day, after half an hour of grace; never below 0."""
    assert points_after(50, DUE, DUE + timedelta(hours=hours), TEN) == left


def test_an_extension_moves_the_day() -> None:
    """One more day for one student."""
    handed_in = DUE + timedelta(hours=30)
    assert points_after(50, DUE, handed_in, TEN, timedelta(days=1)) == 45


def test_time_zones_do_not_matter() -> None:
    """Midnight in Berlin is 22:00 UTC in summer."""
    berlin = datetime(2027, 5, 4, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert points_after(50, DUE, berlin, TEN) == 50


@FEW
@given(st.floats(0, 200), MINUTES, MINUTES, st.floats(0.1, 100), st.floats(0, 600))
def test_later_never_earns_more(
    points: float, first: timedelta, second: timedelta, percent: float, grace: float
) -> None:
    """Nobody loses more than all or wins by waiting, and without a policy nobody loses anything."""
    policy = Late(percent_a_day=percent, grace_minutes=grace)
    early, late = (points_after(points, DUE, DUE + at, policy) for at in sorted((first, second)))
    assert 0 <= late <= early + 0.005
    assert early <= points + 0.005
    assert points_after(points, DUE, DUE + first, None) == points


@FEW
@given(st.floats(0, 200), MINUTES, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_an_extension_is_another_due_date(points: float, late: timedelta, extension: timedelta) -> None:
    """Nothing else."""
    handed_in = DUE + extension + late
    assert points_after(points, DUE, handed_in, TEN, extension) == points_after(points, DUE + extension, handed_in, TEN)


def test_students_read_the_policy() -> None:
    """In one sentence."""
    assert lateness_text(TEN) == (
        "Late work loses 10% of its points for each day that has begun, after 30 minutes of grace."
    )
    assert lateness_text(None) == ""
