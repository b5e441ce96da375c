"""A whole class: one report after the other, written as soon as it is there, then the tables over all of them."""

import os
import tempfile
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from .grading import grade_submission
from .isolation.pool import Pool
from .nbgrader.gradebook import write_gradebook
from .outcomes import CheckResult, Outcome, Report, Status
from .registry import Check
from .render.csv_export import write_grades
from .render.pages import write_pages
from .render.report_json import report_folder, write_report


class Observer(Protocol):
    """Is told how the work goes on, to show it."""

    def submission_starts(self, name: str) -> None:
        """The next submission."""

    def check_starts(self, name: str, check: Check) -> None:
        """The next check of the submission `name`."""

    def submission_ends(self, report: Report) -> None:
        """Its report is written."""


@dataclass(frozen=True)
class Job:
    """What to grade, and how."""

    submissions: Sequence[tuple[str, Path]]
    out: Path
    checks: tuple[Check, ...]
    seed: int
    pool: Pool
    workers: int = 1


class OutputNotWritable(Exception):
    """Reports could not be written; the text is one clear line."""


def prepare_output(out: Path) -> None:
    """Make the folder and try to write into it, before any work is done. Raises OutputNotWritable."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out) as file:
            file.write(b"x")
    except OSError as error:
        raise OutputNotWritable(
            f"cannot write to {out}: {os.strerror(error.errno or 0)}; choose another --out"
        ) from None


def grade_all(job: Job, observer: Observer) -> list[Report]:
    """Grade every submission; one that breaks the grader is reported as our error and the rest goes on."""
    prepare_output(job.out)
    with ThreadPoolExecutor(job.workers) as workers:  # threads that wait: the work is done in processes
        futures = [workers.submit(_grade_and_write, name, path, job, observer) for name, path in job.submissions]
        try:
            reports = [future.result() for future in futures]
        except BaseException:
            workers.shutdown(wait=False, cancel_futures=True)
            raise
    write_summaries(reports, job.out)
    return reports


def _grade_and_write(name: str, path: Path, job: Job, observer: Observer) -> Report:
    observer.submission_starts(name)
    report = _grade_one(name, path, job, observer)
    try:
        write_report(report, report_folder(job.out, name))
    except OSError as problem:  # one that cannot be written must not end the class
        message = f"The report could not be written: {problem.strerror}."
        report = replace(report, status=Status.ERROR, message=message)
    observer.submission_ends(report)
    return report


def _grade_one(name: str, path: Path, job: Job, observer: Observer) -> Report:
    try:
        with job.pool.lend() as worker:
            return grade_submission(
                name, path, job.checks, job.seed, worker, lambda check: observer.check_starts(name, check)
            )
    except Exception:  # noqa: BLE001 - ours, whatever it is: the class must not wait for it
        text = traceback.format_exc(limit=-3)
        message = "The grader failed, not you. Your instructor has been told."
        results = tuple(CheckResult(c.id, c.part, c.points, 0.0, Outcome.ERROR, message) for c in job.checks)
        return Report(name, Status.ERROR, results, job.pool.tier.name, job.seed, 0.0, text)


def write_summaries(reports: Sequence[Report], out: Path) -> None:
    """The tables and pages over all reports: grades.csv, gradebook.db, index.html."""
    write_grades(reports, out / "grades.csv")
    write_gradebook(reports, f"sqlite:///{(out / 'gradebook.db').resolve()}")
    write_pages(reports, out)
