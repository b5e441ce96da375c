"""What late work loses: as a course says it, as the rule that is applied, and as students read it."""

from datetime import timedelta

from ..core.lateness import LatePolicy
from .keys import Late


def rule_of(late: Late | None) -> LatePolicy:
    """The rule; lateness is free where the course says nothing."""
    return LatePolicy(late.percent_a_day, timedelta(minutes=late.grace_minutes)) if late else LatePolicy()


def lateness_text(late: Late | None) -> str:
    """The rule as students read it; "" where there is none."""
    if late is None:
        return ""
    grace = f", after {late.grace_minutes:g} minutes of grace" if late.grace_minutes else ""
    return f"Late work loses {late.percent_a_day:g}% of its points for each day that has begun{grace}."
