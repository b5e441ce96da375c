"""One unit, measured: in a fork of a warm process, again where something outside ended it, and never a zero of ours."""

import traceback
from collections.abc import Iterable

from ..core.outcomes import CheckResult, Outcome
from ..core.registry import Check, select
from ..isolation.fork_server import Worker, WorkerLost
from ..isolation.process import ProcessChannel
from ..subject.subject import Subject
from .checking import GRADER_FAILED, INSTRUCTOR_TOLD, Progress, run_checks, unheard
from .tasks import Measured, Unit

TRIES = 2  # of a unit whose process was ended by something outside


def measure(unit: Unit, worker: Worker, progress: Progress = unheard) -> Measured:
    """Measure a unit in a process of its own, forked by `worker`."""
    checks, problem = select(unit.checks), ""
    for _ in range(TRIES):
        try:
            return _measure(unit, checks, worker, progress)
        except WorkerLost as loss:
            problem = f"{loss}, {TRIES} times"
            if not worker.is_alive():
                worker.close()  # what ended the submission's process hit this one too; the next try starts another
        except Exception:  # noqa: BLE001 - ours, whatever it is: nobody else's work shall wait for it
            return unmeasurable(checks, traceback.format_exc(limit=-3))
    return unmeasurable(checks, problem, f"{GRADER_FAILED}: {problem}")


def _measure(unit: Unit, checks: tuple[Check, ...], worker: Worker, progress: Progress) -> Measured:
    """All checks of the unit once, from the beginning. Raises WorkerLost."""
    channel = ProcessChannel(unit.submission, worker, unit.limits)
    try:
        results = run_checks(Subject(channel, unit.seed), checks, progress, lambda: channel.out_of_time)
    finally:
        channel.close()
    return Measured(results, channel.stdout, channel.stderr)


def unmeasurable(checks: Iterable[Check], problem: str, message: str = f"{GRADER_FAILED}.") -> Measured:
    """What a unit is worth that we failed to measure: no points, and the instructor is told."""
    results = (CheckResult(c.id, c.part, c.points, 0.0, Outcome.ERROR, message, INSTRUCTOR_TOLD) for c in checks)
    return Measured(tuple(results), problem=problem)
