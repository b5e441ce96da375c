"""One unit, measured: in a fork of a warm process, again where something outside ended it, and never a zero of ours."""

import traceback
from collections.abc import Iterable

from ..core.outcomes import CheckResult, Outcome
from ..core.registry import Check, select
from ..isolation.fork_server import ForkServer, ProcessLost
from ..isolation.process import ProcessChannel
from ..subject.subject import Subject
from .checking import GRADER_FAILED, INSTRUCTOR_TOLD, Progress, run_checks, unheard
from .tasks import Task, TaskResult

TRIES = 2  # of a unit whose process was ended by something outside


def measure(task: Task, server: ForkServer, progress: Progress = unheard) -> TaskResult:
    """Measure a unit in a process of its own, forked by `worker`."""
    checks, problem = select(task.checks), ""
    for _ in range(TRIES):
        try:
            return _measure(task, checks, server, progress)
        except ProcessLost as loss:
            problem = f"{loss}, {TRIES} times"
            if not server.is_alive():
                server.close()  # what ended the submission's process hit this one too; the next try starts another
        except Exception:  # noqa: BLE001 - ours, whatever it is: nobody else's work shall wait for it
            return unmeasurable(checks, traceback.format_exc(limit=-3))
    return unmeasurable(checks, problem, f"{GRADER_FAILED}: {problem}")


def _measure(task: Task, checks: tuple[Check, ...], server: ForkServer, progress: Progress) -> TaskResult:
    """All checks of the unit once, from the beginning. Raises WorkerLost."""
    channel = ProcessChannel(task.submission, server, task.limits)
    try:
        results = run_checks(Subject(channel, task.seed), checks, progress, lambda: channel.out_of_time)
    finally:
        channel.close()
    return TaskResult(results, channel.stdout, channel.stderr)


def unmeasurable(checks: Iterable[Check], problem: str, message: str = f"{GRADER_FAILED}.") -> TaskResult:
    """What a unit is worth that we failed to measure: no points, and the instructor is told."""
    results = (CheckResult(c.id, c.part, c.points, 0.0, Outcome.ERROR, message, INSTRUCTOR_TOLD) for c in checks)
    return TaskResult(tuple(results), problem=problem)
