"""What many measurements of one submission under different seeds come to, check by check."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.assignment import Assignment
from ..core.limits import Limits
from ..core.outcomes import CheckResult, Outcome, Report
from ..core.registry import Check
from ..core.thresholds import Threshold
from ..stats.calibration import STATED, Calibrated, Calibration
from ..stats.repeats import Repeats
from ..submissions.handed_in import HandedIn
from .plan import plan_of


@dataclass(frozen=True)
class MeasuredQuantity:
    """Values of one quantity, one for each seed under which there was one, and what is known of it from others."""

    threshold: Threshold
    values: tuple[float, ...]
    calibrated: Calibrated


@dataclass(frozen=True)
class AppealedCheck:
    """One check under all seeds. quantities: those that were measured and held against a threshold.

    repeats: how often a threshold was missed; None where that never decided. other: results that neither passed nor
    missed a threshold. unmeasured: seeds under which the grader failed.
    """

    check: Check
    passed: int
    quantities: tuple[MeasuredQuantity, ...]
    repeats: Repeats | None
    other: tuple[CheckResult, ...]
    unmeasured: int


def is_random(check: Check) -> bool:
    """Whether the verdict of a check may depend on the seed: it holds a measured quantity against a threshold."""
    return bool(check.thresholds)


def with_needed(
    assignment: Assignment, handed_in: HandedIn, checks: Sequence[Check], limits: Limits
) -> tuple[Check, ...]:
    """`checks`, and where their parts build on others, all that decides how a grading measures them.

    These are the checks of the parts that they build on, and the others of their own: an error there is carried
    forward.
    """
    plan = plan_of(assignment, handed_in, tuple(checks), 0, limits)
    parts = {need for check in checks for need in plan.needs.get(check.part, ())}
    whole = parts and parts | {check.part for check in checks}
    return tuple(check for check in assignment.checks if check in checks or check.part in whole)


def appealed(assignment: Assignment, checks: Sequence[Check], reports: Sequence[Report]) -> list[AppealedCheck]:
    """Each check over the reports, of which every one is of another seed."""
    by_check = {
        check.id: [result for report in reports for result in report.checks if result.id == check.id]
        for check in checks
    }
    return [_appealed(assignment, check, by_check[check.id]) for check in checks]


def _appealed(assignment: Assignment, check: Check, results: Sequence[CheckResult]) -> AppealedCheck:
    calibration = Calibration.read(assignment.calibration)
    passed = sum(result.outcome is Outcome.PASSED for result in results)
    missed = [result for result in results if result.missed]
    unmeasured = sum(result.outcome is Outcome.ERROR for result in results)
    counted = (Outcome.PASSED, Outcome.ERROR)
    others = tuple(result for result in results if result.outcome not in counted and not result.missed)
    rates = [
        odds
        for name in {each.quantity for result in missed for each in result.missed}
        for each in check.thresholds
        if each.name == name
        and (odds := calibration.odds(check.id, each, each.limit, assignment.thresholds)) is not None
    ]
    decided = passed + len(missed)
    return AppealedCheck(
        check,
        passed,
        tuple(_quantities(check, calibration, results)),
        Repeats(len(missed), decided, max(rates, default=STATED)) if decided else None,
        others,
        unmeasured,
    )


def _quantities(check: Check, calibration: Calibration, results: Sequence[CheckResult]) -> list[MeasuredQuantity]:
    found = []
    for threshold in check.thresholds:
        values = (result.recorded.get(threshold.name, math.nan) for result in results)
        finite = tuple(value for value in values if math.isfinite(value))
        if finite:
            known = calibration.get((check.id, threshold.name), Calibrated())
            found.append(MeasuredQuantity(threshold, finite, known))
    return found
