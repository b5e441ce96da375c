"""One submission, from its files to its report: read, divided into units, measured, put together."""

import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..core.limits import Limits
from ..core.outcomes import CheckResult, Report, Status
from ..core.registry import Check
from ..isolation.fork_server import ForkServer
from ..submissions.reading import Submission, UnreadableSubmission, read_submission
from .cache import Cache, CacheError
from .carried_forward import CarriedForward, carried_forward
from .checking import Progress, unheard, unmeasured
from .isolated import measure, unmeasurable
from .tasks import Task, TaskResult, tasks_of


@dataclass(frozen=True)
class SubmissionPlan:
    """What is to be measured of one submission.

    submission: None if it cannot be read, and `problem` says why; or `fault` does, if that is our own doing.
    units: one for each part; none of what cannot be read.
    """

    name: str
    checks: tuple[Check, ...]
    seed: int
    limits: Limits
    submission: Submission | None
    problem: str = ""
    fault: str = ""
    tasks: tuple[Task, ...] = ()

    def carried_forward(self, measured: Mapping[str, TaskResult]) -> tuple[CarriedForward, ...]:
        """What is to be measured again, with the lab's version of earlier parts, when all units are measured."""
        if self.submission is None:
            return ()
        return carried_forward(self.submission, self.checks, measured, self.seed, self.limits)

    def report(self, measured: Mapping[str, TaskResult], isolation: str) -> Report:
        """Put together what came of the units, by part."""
        if self.fault:
            return Report(
                self.name, Status.ERROR, unmeasurable(self.checks, "").results, isolation, self.seed, 0.0, self.fault
            )
        if self.submission is None:
            told = f"The submission could not be read: {self.problem}."
            results = tuple(unmeasured(c, told) for c in self.checks)
            return Report(self.name, Status.UNREADABLE, results, isolation, self.seed, 0.0, self.problem)
        within = _within_time(measured, self.limits.submission_seconds)
        results = tuple(result for part in within.values() for result in part.results)
        problems = [part.problem for part in within.values() if part.problem]
        lost = len(problems) == len(within)
        return Report(
            self.name, Status.ERROR if lost else Status.GRADED, results, isolation, self.seed,
            sum(part.seconds for part in measured.values()),
            " ".join(dict.fromkeys([*self.submission.notes, *problems])),
            "".join(part.stdout for part in measured.values()), "".join(part.stderr for part in measured.values()),
        )  # fmt: skip


def plan_of(name: str, path: Path, checks: tuple[Check, ...], seed: int, limits: Limits) -> SubmissionPlan:
    """Read the submission at `path`."""
    try:
        submission = read_submission(name, path)
        return SubmissionPlan(name, checks, seed, limits, submission, tasks=tasks_of(submission, checks, seed, limits))
    except (UnreadableSubmission, OSError) as error:
        return SubmissionPlan(name, checks, seed, limits, None, str(error))
    except Exception:  # noqa: BLE001 - ours, whatever it is: the class must not wait for it
        return SubmissionPlan(name, checks, seed, limits, None, fault=traceback.format_exc(limit=-3))


def _within_time(measured: Mapping[str, TaskResult], seconds: float) -> dict[str, TaskResult]:
    """Parts that begin when the submission's time is used up count as not measured, in the order of the lab."""
    used, within = 0.0, {}
    for part, found in measured.items():
        within[part] = found if used < seconds or found.problem else TaskResult(tuple(map(_too_late, found.results)))
        used += found.seconds
    return within


def _too_late(result: CheckResult) -> CheckResult:
    return unmeasured(result, "The submission's time was used up before this check.")


def grade_submission(
    name: str,
    path: Path,
    checks: tuple[Check, ...],
    seed: int,
    server: ForkServer,
    progress: Progress = unheard,
    cache: Cache | None = None,
) -> Report:
    """Grade the submission at `path`, one part after the other, each in a process of its own, forked by `worker`.

    What is in the cache is not measured again, and what is measured is kept there.
    """
    plan = plan_of(name, path, checks, seed, server.limits)
    measured = {task.part: _found_or_measured(task, server, progress, cache) for task in plan.tasks}
    for chance in plan.carried_forward(measured):
        part = chance.task.part
        second = _found_or_measured(chance.task, server, progress, cache)
        measured[part] = chance.better_of(measured[part], second)
    return plan.report(measured, server.tier.name)


def _found_or_measured(task: Task, server: ForkServer, progress: Progress, cache: Cache | None) -> TaskResult:
    if cache is None:
        return measure(task, server, progress)
    key = task.key(server.tier.name)
    found = cache.find(key)
    if found is None:
        found = measure(task, server, progress)
        if found.is_final:
            with suppress(CacheError):  # on a full disk, say: then it is measured again another time
                cache.keep(key, task.part, found)
    return found
