"""What a late hand-in costs: rules as pure functions, the same on every route.

The extension comes first, then lateness: a hand-in within somebody's extension is in time.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = 86_400  # seconds


@dataclass(frozen=True)
class LatePolicy:
    """percent_a_day: of the points that were earned, taken off for each day that has begun. grace: what costs nothing.

    Without arguments lateness is free.
    """

    percent_a_day: float = 0.0
    grace: timedelta = timedelta()


def seconds_late(handed_in: datetime | None, due: datetime | None, extension: timedelta = timedelta()) -> float:
    """Seconds after the due time and the extension; 0 in time, and where one of the times is not known."""
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - due - extension).total_seconds())


def days_late(policy: LatePolicy, seconds: float) -> int:
    """The days of lateness that have begun; 0 within the grace."""
    return 0 if seconds <= policy.grace.total_seconds() else math.ceil(seconds / DAY)


def late_penalty(policy: LatePolicy, score: float, seconds: float) -> float:
    """The points that lateness takes off those that were earned, which are never more than these."""
    share = min(1.0, days_late(policy, seconds) * policy.percent_a_day / 100)
    return max(0.0, score) * share
