"""Which of somebody's attempts counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Counts(StrEnum):
    """The rule of a course."""

    LAST = "last"
    LAST_IN_TIME = "last in time"
    BEST = "best"


@dataclass(frozen=True)
class Attempt:
    """is_late: beyond due time, extension and grace. score: less what lateness costs; None where it is not final."""

    is_late: bool = False
    score: float | None = None


def counting(attempts: Sequence[Attempt], rule: Counts) -> int:
    """The place of the one that counts among the attempts, which are in their order.

    The last in time, or else the first late one. Of equal scores the later one; an attempt without a final score counts
    before all that have one, so that a person decides.
    """
    places = range(len(attempts))
    if rule is Counts.BEST:
        scores = [math.inf if each.score is None else each.score for each in attempts]
        return max(places, key=lambda place: (scores[place], place))
    if rule is Counts.LAST_IN_TIME:
        return max((place for place in places if not attempts[place].is_late), default=0)
    return places[-1]
