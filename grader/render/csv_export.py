"""`grades.csv`: one row per submission, for spreadsheets and learning platforms."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from ..core.files import write_atomically
from ..core.outcomes import Report
from ..core.text import login, one_line
from .wording import in_order, parts_of, points, unmeasured_parts

FIRST_COLUMNS = ("submission", "student", "status", "score", "max_score", "isolation", "seed")
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # also fullwidth signs


def write_grades(part_names: Sequence[str], reports: Sequence[Report], path: Path) -> None:
    """Write one row per submission, with the points of each part; rows and columns in fixed order. Raises OSError.

    A score that is not final, because something could not be read or measured, is an empty cell: a gradebook would
    import a number.
    """
    parts = list(parts_of(part_names, reports))
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)  # some spreadsheets split at semicolons
    writer.writerow([*FIRST_COLUMNS, *parts])
    for report in in_order(reports):
        writer.writerow([cell(value) for value in _row(report, parts)])
    write_atomically(path, stream.getvalue().encode())


def _row(report: Report, parts: list[str]) -> list[str]:
    total = "" if report.needs_attention else points(report.score)
    earned = {part: points(score) for part, (score, _) in report.part_scores().items()}
    final = {part: earned.get(part, "") for part in parts if part not in unmeasured_parts(report)}
    return [
        *(report.submission, login(report.student), report.status.value, total, str(report.max_score)),
        *(report.isolation, str(report.seed)),
        *(final.get(part, "") for part in parts),
    ]


def cell(text: str) -> str:
    """The text of a cell: one line that no spreadsheet takes for a formula."""
    clean = one_line(text) if text else ""
    risky = text.startswith(_STARTS_FORMULA) or clean.startswith(_STARTS_FORMULA)
    return f"'{clean}" if risky else clean
