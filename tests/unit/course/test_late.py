"""What late work loses, as a course says it. The rule that is applied has its own tests, in core/test_lateness.py."""

from datetime import timedelta

import pytest

from grader.core.lateness import LatePolicy, late_penalty
from grader.course.keys import Late
from grader.course.late import lateness_text, rule_of

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
    assert lateness_text(TEN) == (
        "Late work loses 10% of its points for each day that has begun, after 30 minutes of grace."
    )
    assert lateness_text(None) == ""
