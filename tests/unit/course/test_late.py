"""What late work loses, as a course says it. The rule that is applied has its own tests, in core/test_lateness.py."""

from datetime import timedelta

import pytest

from grader.core.attempts import Counts
from grader.core.lateness import LatePolicy, late_penalty
from grader.course.keys import Late
from grader.course.late import lateness_text, rule_of
from grader.course.reading import CourseError

from . import course

TEN = Late(percent_a_day=10, grace_minutes=30)


@pytest.mark.parametrize(("hours", "lost"), [(0, 0), (0.5, 0), (0.6, 5), (24, 5), (24.1, 10), (239, 50), (10_000, 50)])
def test_each_day_that_has_begun_costs(hours: float, lost: float) -> None:
    """Ten percent of 50 points a day, after half an hour of grace; never more than all."""
    assert late_penalty(rule_of(TEN), 50, hours * 3600) == lost


def test_without_a_policy_lateness_is_free() -> None:
    """Nothing is taken off, however late."""
    assert rule_of(None) == LatePolicy()
    assert late_penalty(rule_of(None), 50, timedelta(days=30).total_seconds()) == 0


def test_students_read_the_policy() -> None:
    """In one sentence."""
    assert lateness_text(TEN, Counts.LAST) == (
        "Late work loses 10% of its points for each day that has begun, after 30 minutes of grace."
    )
    assert lateness_text(None, Counts.LAST) == ""


def test_students_read_which_hand_in_counts() -> None:
    """Where it is not simply the last one; the last in time needs to know what is in time."""
    assert lateness_text(TEN, Counts.BEST).endswith(
        "Of several hand-ins the best one counts, after what lateness costs."
    )
    told = 'due = 2027-05-03T23:59:00+02:00\nattempt = "last in time"'
    assert course(told).texts.attempt is Counts.LAST_IN_TIME
    assert course(told).texts.lateness.startswith("Of several hand-ins the last one in time counts")
    assert course("").texts.attempt is Counts.LAST
    with pytest.raises(CourseError, match=r"line 1: 'last in time' needs `due`: in time for what\?"):
        course('attempt = "last in time"')
    with pytest.raises(CourseError, match=r"line 1: attempt must be 'last', 'last in time' or 'best', got 'first'"):
        course('attempt = "first"')
