"""One submission, from its files to its report: read, divided into tasks, and put together from their results."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..core.assignment import Assignment
from ..core.limits import Limits
from ..core.outcomes import CheckResult, LeftOut, Provenance, Report, Status, now
from ..core.registry import Check
from ..isolation.reading import read_submission
from ..submissions.handed_in import HandedIn
from ..submissions.reading import Submission, UnreadableSubmission
from .carried_forward import CarriedForward, carried_forward, needs_of, not_carried
from .checking import unmeasured
from .fingerprint import fingerprint_of
from .isolated import unmeasurable
from .odds import with_odds
from .tasks import Task, TaskResult, tasks_of

UNREADABLE = "submission.unreadable", "The submission could not be read: {problem}."
HAND_IN = "Hand in {notebook} or your folder of modules."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SubmissionPlan:
    """What to measure of one submission.

    submission: None if it cannot be read, and `problem` says why; or `fault` does, if that is a bug of the grader.
    tasks: by part; none of what cannot be read. needs: by part, those that have to be measured before it.
    """

    assignment: Assignment
    handed_in: HandedIn
    checks: tuple[Check, ...]
    seed: int
    limits: Limits
    submission: Submission | None
    problem: str = ""
    fault: str = ""
    tasks: Mapping[str, Task] = field(default_factory=dict)
    needs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the submission."""
        return self.handed_in.name

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What the student handed in and what is not graded."""
        return self.handed_in.left_out + (self.submission.left_out if self.submission else ())

    def carried_forward(self, part: str, measured: Mapping[str, TaskResult]) -> CarriedForward | None:
        """How to measure a part with the reference solution of earlier ones; None where those are right."""
        if self.submission is None:
            return None
        needed = {name: measured[name] for name in self.needs[part] if name in measured}
        return carried_forward(self.assignment, self.submission, self.checks, needed, part, self.seed, self.limits)

    def report(self, measured: Mapping[str, TaskResult], isolation: str) -> Report:
        """Put together what came of the tasks, by part."""
        if self.fault:
            return self._report(Status.ERROR, unmeasurable(self.checks, "").results, isolation, message=self.fault)
        if self.submission is None:
            hint = HAND_IN.format(notebook=self.assignment.notebook)
            results = tuple(unmeasured(check, *UNREADABLE, hint, problem=self.problem) for check in self.checks)
            return self._report(Status.UNREADABLE, results, isolation, message=self.problem)
        problems = [part.problem for part in measured.values() if part.problem]
        found = [note for part in measured.values() for note in part.left_out]
        notes = [*problems, not_carried(self.assignment, self.submission, measured)]
        return self._report(
            Status.ERROR if len(problems) == len(measured) else Status.GRADED,
            tuple(with_odds(self.assignment, result) for part in measured.values() for result in part.results),
            isolation,
            sum(part.seconds for part in measured.values()),
            " ".join(dict.fromkeys(filter(None, notes))),
            "".join(part.stdout for part in measured.values()),
            "".join(part.stderr for part in measured.values()),
            at=max(part.measured_at for part in measured.values()),
            found=found,
        )

    def _report(
        self,
        status: Status,
        results: tuple[CheckResult, ...],
        isolation: str,
        seconds: float = 0.0,
        message: str = "",
        stdout: str = "",
        stderr: str = "",
        at: str = "",
        found: Iterable[LeftOut] = (),
    ) -> Report:
        """The record. at: when its last part was measured; now where none was. found: left out where it was loaded."""
        return Report(
            submission=self.name,
            student=self.handed_in.student,
            attempt=self.handed_in.attempt,
            assignment=self.assignment.name,
            graded=Provenance.here(
                at=at or now(),
                calibration=self.assignment.thresholds.version,
                submission_sha256=self.submission.sha256 if self.submission else "",
                code_sha256=fingerprint_of(self.assignment, {check.part for check in self.checks}),
            ),
            left_out=tuple(dict.fromkeys((*self.left_out, *found))),
            isolation=isolation,
            seed=self.seed,
            seconds=seconds,
            status=status,
            message=message,
            checks=results,
            stdout=stdout,
            stderr=stderr,
        )


def plan_of(
    assignment: Assignment, handed_in: HandedIn, checks: tuple[Check, ...], seed: int, limits: Limits
) -> SubmissionPlan:
    """Read what was handed in."""
    if handed_in.problem:
        return SubmissionPlan(assignment, handed_in, checks, seed, limits, None, handed_in.problem)
    try:
        with handed_in.unpacked() as path:
            submission = read_submission(handed_in.name, path, assignment)
        tasks = {task.part: task for task in tasks_of(assignment, submission, checks, seed, limits)}
        needs = needs_of(assignment, submission)
        return SubmissionPlan(assignment, handed_in, checks, seed, limits, submission, tasks=tasks, needs=needs)
    except (UnreadableSubmission, OSError) as error:
        return SubmissionPlan(assignment, handed_in, checks, seed, limits, None, str(error))
    except Exception as bug:  # a bug of the grader: the class must not wait for it
        log.exception("the submission %s could not be planned", handed_in.name)
        fault = f"{type(bug).__name__} while the submission was read"
        return SubmissionPlan(assignment, handed_in, checks, seed, limits, None, fault=fault)
