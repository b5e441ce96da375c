"""What late work loses, and which attempt counts: as a course says it, as it is applied, and as students read it."""

from datetime import timedelta

from ..core.attempts import Counts
from ..core.lateness import LatePolicy
from .keys import Late

SEVERAL = {
    Counts.LAST: "",
    Counts.LAST_IN_TIME: "Of several hand-ins the last one in time counts, or else the first late one.",
    Counts.BEST: "Of several hand-ins the best one counts, after what lateness costs.",
}


def rule_of(late: Late | None) -> LatePolicy:
    """The rule; lateness is free where the course says nothing."""
    return LatePolicy(late.percent_a_day, timedelta(minutes=late.grace_minutes)) if late else LatePolicy()


def lateness_text(late: Late | None, attempt: Counts) -> str:
    """Both rules as students read them; "" where there is none."""
    return " ".join(filter(None, [_loss_text(late) if late else "", SEVERAL[attempt]]))


def _loss_text(late: Late) -> str:
    """Each case whole, for translators."""
    percent, minutes = late.percent_a_day, late.grace_minutes
    if not minutes:
        return f"Late work loses {percent:g}% of its points for each day that has begun."
    return (
        f"Late work loses {percent:g}% of its points for each day that has begun, after {minutes:g} minutes of grace."
    )
