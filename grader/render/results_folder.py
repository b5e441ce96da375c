"""The output folder of a run: a record and a page for each submission, and the tables over all of them."""

import json
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..core.assignment import Assignment
from ..core.errors import UserError
from ..core.files import write_private
from ..core.outcomes import Report
from .csv_export import write_grades
from .pages import write_pages
from .report_json import FILE_NAME, report_folder, write_report

RUN_FILE = "run.json"  # the seed, for the run that goes on with it and for nobody else, and whose ids the students have


class OutputNotWritable(UserError):
    """Reports could not be written; the text is one clear line."""


class SummariesNotWritten(UserError):
    """The tables over all reports could not be written; the text is one clear line."""

    status = 1


class ResultsFolder:
    """Writes the reports of a run as they are completed."""

    def __init__(self, assignment: Assignment, out: Path, platform: str = ""):
        self.out = out
        self._platform = platform
        self._assignment = assignment
        self._written: set[str] = set()  # by this run; somebody may have removed them since

    def prepare(self) -> None:
        """Make the folder and try to write into it, before any grading. Raises OutputNotWritable."""
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.out) as file:
                file.write(b"x")
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise OutputNotWritable(f"cannot write to {self.out}: {reason}; choose another --out") from None

    def seed(self, asked: int | None) -> int:
        """The seed of the run, recorded in this folder: `asked`, else that of an earlier run, else a new one."""
        seed = asked
        if seed is None:
            try:
                seed = int(_recorded(self.out)["seed"])
            except (ValueError, KeyError, TypeError):
                seed = secrets.randbelow(2**53)
        self._record_seed(seed)
        return seed

    def _record_seed(self, seed: int) -> None:
        platform = self._platform or platform_of(self.out)
        record = {"seed": seed} | ({"platform": platform} if platform else {})
        write_private(self.out / RUN_FILE, json.dumps(record).encode() + b"\n")

    def write(self, report: Report) -> None:
        """Write the record and its pictures unless this run has, and they are still there. Raises OSError."""
        folder = report_folder(self.out, report.submission)
        if report.submission not in self._written or not (folder / FILE_NAME).exists():
            write_report(report, folder)
            self._written.add(report.submission)

    def write_summaries(self, reports: Sequence[Report]) -> None:
        """Write grades.csv and all pages. Raises SummariesNotWritten."""
        try:
            self._record_seed(reports[0].seed)  # again, where somebody removed the folder meanwhile
            write_grades(self._assignment.part_names, reports, self.out / "grades.csv")
            write_pages(self._assignment, reports, self.out)
        except OSError as problem:
            raise SummariesNotWritten(
                f"cannot write the tables in {self.out}: {problem.strerror}; what was measured is kept: "
                "once there is room, run the same command again"
            ) from problem


def platform_of(out: Path) -> str:
    """The platform that named the submissions of an earlier run, "" for none."""
    found = _recorded(out).get("platform")
    return found if isinstance(found, str) else ""


def _recorded(out: Path) -> dict[str, Any]:
    """What an earlier run recorded; nothing where that cannot be read."""
    try:
        found = json.loads((out / RUN_FILE).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
