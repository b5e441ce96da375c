"""Runs checks in order on a subject, and turns what happens into outcomes."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping

from ..core import thresholds
from ..core.assignment import Assignment
from ..core.expect import Evidence, Failed, GraderFault, NotImplementedYet, SubmissionDied, rounded
from ..core.outcomes import CheckResult, Outcome
from ..core.registry import Check
from ..subject.subject import Subject

GRADER_FAILED, INSTRUCTOR_TOLD = "The grader failed, not you", "Your instructor has been told."
log = logging.getLogger(__name__)


def run_checks(
    assignment: Assignment,
    subject: Subject,
    checks: Iterable[Check],
    out_of_time: Callable[[], bool] = lambda: False,
    known: Mapping[str, CheckResult] | None = None,
) -> tuple[CheckResult, ...]:
    """Run `checks` and all they need, but for what is `known`; the results of `checks`, in the order of the lab."""
    checks = tuple(checks)
    wanted = {c.id for c in checks}
    results = dict(known or {})
    for item in assignment.with_needs(checks):
        if item.id in results:
            continue
        blocker = next((n for n in item.needs if results[n].outcome is not Outcome.PASSED), None)
        if blocker is not None:
            results[item.id] = _skipped(item, results[blocker])
        elif out_of_time():
            results[item.id] = unmeasured(item, "The submission's time was used up before this check.")
        else:
            results[item.id] = _run(subject, item)
    return tuple(result for identity, result in results.items() if identity in wanted)


def _run(subject: Subject, item: Check) -> CheckResult:
    started = time.perf_counter()
    subject.pictures = []
    with thresholds.recording(item.thresholds) as recorded:
        outcome, credit, message, hint, evidence = _verdict(subject, item)
    return CheckResult(
        item.id, item.part, item.points, round(credit * item.points, 2), outcome, message, hint,
        evidence={} if evidence is None else {"expected": evidence.expected, "measured": evidence.measured},
        seconds=time.perf_counter() - started, pictures=tuple(subject.pictures),
        recorded={name: rounded(value) for name, value in recorded.items()},
    )  # fmt: skip


def _verdict(subject: Subject, item: Check) -> tuple[Outcome, float, str, str, Evidence | None]:
    try:
        subject.seed_submission(item.id)
        return Outcome.PASSED, 1.0, "", "", item.function(subject)
    except NotImplementedYet as stub:
        return Outcome.NOT_IMPLEMENTED, 0.0, str(stub), "Replace the stub by your own code.", None
    except Failed as failed:
        return Outcome.FAILED, failed.credit, failed.message, failed.hint, failed.evidence
    except SubmissionDied as death:
        subject.forget_shared()
        return (
            Outcome.FAILED,
            0.0,
            str(death),
            "Run the same call yourself and see how long it takes and how it ends.",
            None,
        )
    except GraderFault as fault:
        return Outcome.ERROR, 0.0, f"{GRADER_FAILED}: {fault}", INSTRUCTOR_TOLD, None
    except Exception as bug:  # a bug of ours must not end the class, nor cost a student points unseen
        log.exception("the check %s failed", item.id)
        return Outcome.ERROR, 0.0, f"{GRADER_FAILED}: {type(bug).__name__} in {item.id}", INSTRUCTOR_TOLD, None


def _skipped(item: Check, blocker: CheckResult) -> CheckResult:
    """Skipped for want of another check, which is named."""
    message = f"Not measured, because {blocker.id} has not passed."
    return CheckResult(item.id, item.part, item.points, 0.0, Outcome.SKIPPED, message, f"Look at {blocker.id} first.")


def unmeasured(item: Check | CheckResult, message: str) -> CheckResult:
    """No points, without having been measured."""
    hint = "Look at the check before this one: what took so long, or could not be read?"
    return CheckResult(item.id, item.part, item.points, 0.0, Outcome.FAILED, message, hint)
