"""The output folder of a run: a record and a page for each submission, and the tables over all of them."""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.assignment import Assignment
from ..core.errors import UserError
from ..core.files import write_private
from ..core.final_grade import FinalGrade
from ..core.outcomes import Report
from ..core.registry import Check
from ..core.seeds import SeedError, draw
from ..core.text import one_line
from .csv_export import write_grades
from .pages import write_pages
from .report_json import FILE_NAME, ReportError, read_report, report_folder, write_report

RUN_FILE = (
    "run.json"  # the seed, for the run that goes on with it and for nobody else; whose ids the students have; and
)
# the gradebook that decides


class OutputNotWritable(UserError):
    """Reports could not be written; the text is one clear line."""


class SummariesNotWritten(UserError):
    """The tables over all reports could not be written; the text is one clear line."""

    status = 1


class ResultsFolder:
    """Writes the reports of a run as they are completed."""

    def __init__(self, assignment: Assignment, out: Path, platform: str = "", gradebook: str = ""):
        self.out = out
        self._facts = {"platform": platform, "gradebook": gradebook}
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

    def agreed_seed(self, asked: int | None) -> int:
        """The seed of the run: that of this folder where it has one, else `asked`, else a new one.

        Raises SeedError if another one is asked for.
        """
        try:
            told = int(_recorded(self.out)["seed"])
        except (ValueError, KeyError, TypeError):
            return draw() if asked is None else asked
        if asked not in (None, told):
            raise SeedError(f"{self.out} keeps to another seed: leave --seed out, or choose another --out")
        return told

    def seed(self, asked: int | None) -> int:
        """The same, recorded in this folder."""
        seed = self.agreed_seed(asked)
        self._record_seed(seed)
        return seed

    def _record_seed(self, seed: int) -> None:
        earlier = {"platform": platform_of(self.out), "gradebook": gradebook_of(self.out)}
        facts = {name: self._facts[name] or earlier[name] for name in earlier}
        record = {"seed": seed} | {name: fact for name, fact in facts.items() if fact}
        write_private(self.out / RUN_FILE, json.dumps(record).encode() + b"\n")

    def write(self, report: Report) -> None:
        """Write the record and its pictures unless this run has, and they are still there. Raises OSError."""
        folder = report_folder(self.out, report.submission)
        if report.submission not in self._written or not (folder / FILE_NAME).exists():
            write_report(report, folder)
            self._written.add(report.submission)

    def report_of(self, submission: str) -> Report | None:
        """What an earlier run recorded of a submission; None where that cannot be used."""
        try:
            return read_report(report_folder(self.out, submission))
        except ReportError:
            return None

    def with_others(self, reports: Sequence[Report]) -> tuple[list[Report], list[str]]:
        """`reports` and what earlier runs recorded of other submissions; and a line for each record that is no use."""
        own, others, problems = {report_folder(self.out, each.submission) for each in reports}, [], []
        for folder in sorted(path.parent for path in self.out.glob(f"*/{FILE_NAME}")):
            if folder in own:
                continue
            try:
                found = read_report(folder)
            except ReportError as problem:
                problems.append(str(problem))
                continue
            if found.assignment == self._assignment.name:
                others.append(found)
            else:
                problems.append(f"{folder / FILE_NAME} is of the assignment {one_line(found.assignment)}")
        return [*reports, *others], problems

    def refuse_fewer(self, checks: Sequence[Check]) -> None:
        """Raise OutputNotWritable where a run of these checks alone would replace a record of more of them."""
        ids = {check.id for check in checks}
        for earlier in self.with_others(())[0]:
            if any(result.id not in ids for result in earlier.checks):
                raise OutputNotWritable(
                    f"{self.out} has records of more parts than --part names, which would be lost: choose another --out"
                )

    def write_summaries(
        self, reports: Sequence[Report], coming: Sequence[str] = (), grades: Mapping[str, FinalGrade] | None = None
    ) -> None:
        """Write grades.csv and all pages, which link the files `coming`, too. Raises SummariesNotWritten.

        grades: by student, where a gradebook decides.
        """
        try:
            self._record_seed(reports[0].seed)  # again, where somebody removed the folder meanwhile
            write_grades(self._assignment.part_names, reports, self.out / "grades.csv")
            write_pages(self._assignment, reports, self.out, coming, grades or {})
        except OSError as problem:
            raise SummariesNotWritten(
                f"cannot write the tables in {self.out}: {problem.strerror}; what was measured is kept: "
                "once there is room, run the same command again"
            ) from problem


def platform_of(out: Path) -> str:
    """The platform that named the submissions of an earlier run, "" for none."""
    return _fact(out, "platform")


def gradebook_of(out: Path) -> str:
    """The gradebook that an earlier run was entered into beside its own, "" for none.

    It is a course folder, or the address of a database without its password.
    """
    return _fact(out, "gradebook")


def _fact(out: Path, name: str) -> str:
    found = _recorded(out).get(name)
    return found if isinstance(found, str) else ""


def _recorded(out: Path) -> dict[str, Any]:
    """What an earlier run recorded; nothing where that cannot be read."""
    try:
        found = json.loads((out / RUN_FILE).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
