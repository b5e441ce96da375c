"""Tables of grades as learning platforms import them, from the reports of a graded class.

A score that is not final, because something could not be read or measured, is an empty cell.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO

from ..core.assignment import Assignment
from ..core.outcomes import Report
from ..core.text import folder_name
from ..render.csv_export import cell
from ..render.wording import in_order, points

Rows = Iterator[list[str]]


def table(assignment: Assignment, reports: Sequence[Report], format_name: str) -> str:
    """The table as CSV text. Raises KeyError for a format that is not in FORMATS."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([cell(value) for value in row] for row in FORMATS[format_name](assignment, in_order(reports)))
    return stream.getvalue()


def nbgrader_rows(assignment: Assignment, reports: Sequence[Report]) -> Rows:
    """The columns of `nbgrader export`."""
    yield [
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    ]
    for report in reports:
        score = _score(report)
        yield [assignment.name, "", "", _student(report), "", "", "", score, "0", score, _possible(reports)]


def canvas_rows(assignment: Assignment, reports: Sequence[Report]) -> Rows:
    """Canvas' gradebook: it finds the student by the login, and asks which assignment the last column is."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment.title]
    yield ["Points Possible", "", "", "", "", _possible(reports)]
    for report in reports:
        yield [_student(report), "", "", _student(report), "", _score(report)]


def moodle_rows(assignment: Assignment, reports: Sequence[Report]) -> Rows:
    """Moodle's import: map the first column to the user name and the second to the grade item."""
    yield ["Username", assignment.title]
    for report in reports:
        yield [_student(report), _score(report)]


def _student(report: Report) -> str:
    return folder_name(report.submission)


def _possible(reports: Sequence[Report]) -> str:
    """The most points of any report: one of a submission that could not be read may list no checks."""
    return str(max((report.max_score for report in reports), default=0))


def _score(report: Report) -> str:
    return "" if report.needs_attention else points(report.score)


FORMATS: dict[str, Callable[[Assignment, Sequence[Report]], Rows]] = {
    "nbgrader": nbgrader_rows,
    "canvas": canvas_rows,
    "moodle": moodle_rows,
}
