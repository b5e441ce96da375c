"""Runs checks in order on a subject, and turns what happens into outcomes."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..core import thresholds
from ..core.assignment import Assignment
from ..core.evidence import json_ready
from ..core.expect import Evidence, Failed, GraderFault, NotImplementedYet, SubmissionDied, filled, rounded
from ..core.in_force import in_force
from ..core.outcomes import CheckResult, Outcome
from ..core.registry import Check
from ..subject.subject import Subject

GRADER_FAILED, INSTRUCTOR_TOLD = "The grader failed, not you", "Your instructor has been told."
TIME_USED_UP = "time.used_up", "The time of this part was used up before this check."
RUN_IT_YOURSELF = "Run the same call yourself and see how long it takes and how it ends."
HINTS = {
    "process.timeout": "Run the same call yourself: does a loop never end, or does it compute more than it has to?",
    "process.slept": "Look for what it waits for there: input, a lock, a queue, a thread, a pause.",
}
TOOK_LONG = "Look at the check before this one: what took so long?"
log = logging.getLogger(__name__)


def run_checks(
    assignment: Assignment,
    subject: Subject,
    checks: Iterable[Check],
    out_of_time: Callable[[], bool] = lambda: False,
    known: Mapping[str, CheckResult] | None = None,
) -> tuple[CheckResult, ...]:
    """Run `checks` and all they need, but for what is `known`; the results of `checks`, in the order of the parts."""
    with in_force(assignment.in_force):
        return _run_checks(assignment, subject, checks, out_of_time, known)


def _run_checks(
    assignment: Assignment,
    subject: Subject,
    checks: Iterable[Check],
    out_of_time: Callable[[], bool],
    known: Mapping[str, CheckResult] | None,
) -> tuple[CheckResult, ...]:
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
            results[item.id] = unmeasured(item, *TIME_USED_UP)
        else:
            results[item.id] = _run(subject, item)
    return tuple(result for identity, result in results.items() if identity in wanted)


def _run(subject: Subject, item: Check) -> CheckResult:
    started = time.perf_counter()
    subject.pictures = []
    with thresholds.recording(item.thresholds) as recorded:
        result = _verdict(subject, item)
    return replace(
        result,
        seconds=time.perf_counter() - started,
        pictures=tuple(subject.pictures),
        recorded={name: rounded(value) for name, value in recorded.items()},
    )


def _verdict(subject: Subject, item: Check) -> CheckResult:
    try:
        subject.seed_submission(item.id)
        evidence = item.function(subject)
        return _result(item, Outcome.PASSED, "", score=float(item.points), evidence=_sides(evidence))
    except NotImplementedYet as stub:
        return _result(item, Outcome.NOT_IMPLEMENTED, str(stub), hint="Replace the stub by your own code.")
    except Failed as failed:
        score = round(failed.credit * item.points, 2)
        return _failed(item, failed, failed.hint, score=score, evidence=_sides(failed.evidence))
    except SubmissionDied as death:
        subject.forget_shared()
        return _failed(item, death, HINTS.get(death.code, RUN_IT_YOURSELF))
    except GraderFault as fault:
        return _result(item, Outcome.ERROR, f"{GRADER_FAILED}: {fault}", hint=INSTRUCTOR_TOLD)
    except Exception as bug:  # a bug of ours must not end the class, nor cost a student points unseen
        log.exception("the check %s failed", item.id)
        text = f"{GRADER_FAILED}: {type(bug).__name__} in {item.id}"
        return _result(item, Outcome.ERROR, text, hint=INSTRUCTOR_TOLD)


def _sides(evidence: Evidence | None) -> dict[str, Any]:
    return {} if evidence is None else {"expected": evidence.expected, "measured": evidence.measured}


def _result(
    item: Check | CheckResult, outcome: Outcome, message: str, score: float = 0.0, **fields: Any
) -> CheckResult:
    return CheckResult(item.id, item.part, item.points, score, outcome, message, bonus=item.bonus, **fields)


def _failed(item: Check, cause: Failed | SubmissionDied, hint: str, **fields: Any) -> CheckResult:
    told: dict[str, Any] = {"code": cause.code, "template": cause.template, "parameters": json_ready(cause.parameters)}
    return _result(item, Outcome.FAILED, cause.message, hint=hint, **told, **fields)


def _skipped(item: Check, blocker: CheckResult) -> CheckResult:
    """Skipped for want of another check, which is named."""
    message = f"Not measured, because {blocker.id} has not passed."
    return _result(item, Outcome.SKIPPED, message, hint=f"Look at {blocker.id} first.")


def unmeasured(
    item: Check | CheckResult, code: str, template: str, hint: str = TOOK_LONG, **parameters: Any
) -> CheckResult:
    """No points, without having been measured: a failure of this cause."""
    told: dict[str, Any] = {"code": code, "template": template, "parameters": json_ready(parameters)}
    return _result(item, Outcome.FAILED, filled(template, parameters), hint=hint, **told)
