"""What a late hand-in costs, and which attempt counts: rules as pure functions, the same on every route.

The extension comes first, then lateness: a hand-in within somebody's extension is in time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

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


class Counts(StrEnum):
    """Which of somebody's attempts counts."""

    LAST = "last"
    LAST_IN_TIME = "last in time"
    BEST = "best"


@dataclass(frozen=True)
class Attempt:
    """One hand-in of a student. number: from 1. seconds_late: as above. score: less the penalty; None if not final."""

    number: int
    seconds_late: float = 0.0
    score: float | None = None


def counting(attempts: Sequence[Attempt], rule: Counts) -> Attempt:
    """The attempt that counts: the last one, the last one in time or else the first late one, or the best.

    Of equal scores the later one counts. An attempt without a final score counts before all that have one, so that a
    person decides.
    """
    by_number = sorted(attempts, key=lambda attempt: attempt.number)
    if rule is Counts.BEST:
        return max(by_number, key=lambda each: (math.inf if each.score is None else each.score, each.number))
    in_time = [attempt for attempt in by_number if not attempt.seconds_late]
    if rule is Counts.LAST_IN_TIME:
        return in_time[-1] if in_time else by_number[0]
    return by_number[-1]
