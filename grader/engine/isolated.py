"""Measures one task in a process of its own; again where that was ended from outside. No fault of ours is a zero."""

import logging
from collections.abc import Iterable
from dataclasses import replace

from ..core.assignment import Assignment
from ..core.outcomes import CheckResult, Outcome, now
from ..core.registry import Check
from ..isolation.fork_server import ForkServer, ProcessLost, Starved
from ..isolation.process import ProcessChannel
from .checking import GRADER_FAILED, INSTRUCTOR_TOLD, run_checks
from .tasks import Task, TaskResult

TRIES = 2  # of a task whose process was ended by something outside
TOO_BUSY = "This machine was too busy to measure it"
log = logging.getLogger(__name__)


def measure(task: Task, assignment: Assignment, server: ForkServer) -> TaskResult:
    """Measure a task in a process of its own, forked by `server`."""
    checks, problem = assignment.select(task.checks), ""
    for _ in range(TRIES):
        try:
            return _measure(task, assignment, checks, server)
        except Starved as starved:
            log.warning("the part %s got no core: %s", task.part, starved)
            result = unmeasurable(checks, f"{TOO_BUSY}: {starved}", f"{TOO_BUSY}.")
            return replace(result, starved=True)
        except ProcessLost as loss:
            problem = f"{loss}, {TRIES} times"
            if not server.is_alive():
                server.close()  # what ended the submission's process hit this one too; the next try starts another
        except Exception as bug:  # a bug of the grader: nobody else's work may wait for it
            log.exception("the part %s could not be measured", task.part)
            return unmeasurable(checks, f"{type(bug).__name__} while the part {task.part} was measured")
    return unmeasurable(checks, problem, f"{GRADER_FAILED}: {problem}")


def _measure(task: Task, assignment: Assignment, checks: tuple[Check, ...], server: ForkServer) -> TaskResult:
    """All checks of the task once, from the beginning. Raises ProcessLost."""
    channel = ProcessChannel(task.submission, server, task.limits)
    try:
        subject = assignment.subject(channel, task.seed)
        results = run_checks(assignment, subject, checks, lambda: channel.out_of_time)
    finally:
        channel.close()
    return TaskResult(results, channel.stdout, channel.stderr, measured_at=now(), left_out=tuple(subject.left_out))


def unmeasurable(checks: Iterable[Check], problem: str, message: str = f"{GRADER_FAILED}.") -> TaskResult:
    """What a task is worth that we failed to measure: no points, and the instructor is told."""
    results = (
        CheckResult(c.id, c.part, c.points, 0.0, Outcome.ERROR, message, INSTRUCTOR_TOLD, bonus=c.bonus) for c in checks
    )
    return TaskResult(tuple(results), problem=problem)
