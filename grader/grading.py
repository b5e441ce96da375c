"""One submission, from its files to its report, in a process of its own."""

import time
from pathlib import Path

from .checking import GRADER_FAILED, INSTRUCTOR_TOLD, Progress, run_checks, unheard, unmeasured
from .isolation.process import ProcessChannel
from .isolation.worker import Worker, WorkerLost
from .lab import Lab
from .outcomes import CheckResult, Outcome, Report, Status
from .registry import Check
from .submissions import Submission, UnreadableSubmission, read_submission

TRIES = 2  # of a submission whose process was ended by something outside


def grade_submission(
    name: str, path: Path, checks: tuple[Check, ...], seed: int, worker: Worker, progress: Progress = unheard
) -> Report:
    """Grade the submission at `path` in a process of its own, forked by `worker`."""
    started = time.perf_counter()
    isolation = worker.tier.name
    try:
        submission = read_submission(name, path)
    except (UnreadableSubmission, OSError) as error:
        results = tuple(unmeasured(c, f"The submission could not be read: {error}.") for c in checks)
        return Report(name, Status.UNREADABLE, results, isolation, seed, 0.0, str(error))
    for _ in range(TRIES):
        try:
            results, *printed = _measure(submission, checks, seed, worker, progress)
        except WorkerLost as loss:
            if not worker.is_alive():
                worker.close()  # what ended the submission's process hit this one too; the next try starts another
            problem = f"{loss}, {TRIES} times"
            continue
        notes = " ".join(submission.notes)
        return Report(name, Status.GRADED, results, isolation, seed, time.perf_counter() - started, notes, *printed)
    results = tuple(_grader_failed(c, problem) for c in checks)
    return Report(name, Status.ERROR, results, isolation, seed, time.perf_counter() - started, problem)


def _measure(
    submission: Submission, checks: tuple[Check, ...], seed: int, worker: Worker, progress: Progress
) -> tuple[tuple[CheckResult, ...], str, str]:
    """All checks once, from the beginning, and what was printed to stdout and stderr. Raises WorkerLost."""
    channel = ProcessChannel(submission, worker)
    try:
        results = run_checks(Lab(channel, seed), checks, progress, lambda: channel.out_of_time)
    finally:
        channel.close()
    return results, channel.stdout, channel.stderr


def _grader_failed(item: Check, problem: str) -> CheckResult:
    message = f"{GRADER_FAILED}: {problem}"
    return CheckResult(item.id, item.part, item.points, 0.0, Outcome.ERROR, message, INSTRUCTOR_TOLD)
