"""What late work loses."""

import math
from datetime import datetime, timedelta

from .keys import Late

DAY = timedelta(days=1)
NONE = timedelta(0)


def points_after(
    points: float, due: datetime, handed_in: datetime, policy: Late | None, extension: timedelta = NONE
) -> float:
    """What is left of the points that work has earned, to the hundredth; never below 0.

    due, handed_in: with their offsets from UTC. extension: of one student, who is late only after it. Work within the
    grace is not late; later work has lost a share for each day that has begun since it was due.
    """
    late = handed_in - (due + extension)
    if policy is None or late <= timedelta(minutes=policy.grace_minutes):
        return points
    days = math.ceil(late / DAY)
    return round(points * max(0.0, 1 - policy.percent_a_day / 100 * days), 2)


def lateness_text(policy: Late | None) -> str:
    """The policy as students read it; "" where there is none."""
    if policy is None:
        return ""
    grace = f", after {policy.grace_minutes:g} minutes of grace" if policy.grace_minutes else ""
    return f"Late work loses {policy.percent_a_day:g}% of its points for each day that has begun{grace}."
