"""The thresholds that a failed check missed, each with how often a right solution would miss it."""

import math
from dataclasses import replace

from ..core.assignment import Assignment
from ..core.outcomes import CheckResult, Missed, Outcome
from ..stats.calibration import Calibration


def with_odds(assignment: Assignment, result: CheckResult) -> CheckResult:
    """The result, and if it failed, what it missed; of values that are no numbers nothing is said."""
    if result.outcome is not Outcome.FAILED:
        return result
    declared = (each for check in assignment.checks if check.id == result.id for each in check.thresholds)
    calibration = Calibration.read(assignment.calibration)
    missed = tuple(
        Missed(
            each.name,
            each.side,
            each.limit,
            value,
            calibration.odds(result.id, each, value, assignment.thresholds),
        )
        for each in declared
        if math.isfinite(value := result.recorded.get(each.name, math.nan)) and not each.admits(value)
    )
    return replace(result, missed=missed)
