"""Tables of grades as learning platforms import them, from the reports of a graded class.

A score that is not final, because something could not be read or measured, is an empty cell. What is nobody's has no
row.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO

from ..core.assignment import Assignment
from ..core.outcomes import Report
from ..core.text import login
from ..render.csv_export import cell
from ..render.wording import in_order, points
from ..submissions.platform_names import CANVAS, MOODLE

Rows = Iterator[list[str]]


def table(assignment: Assignment, reports: Sequence[Report], format_name: str, platform: str = "") -> str:
    """The table as CSV text. Raises KeyError for a format that is not in FORMATS.

    platform: whose ids the students have, as `Found` names it.
    """
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    somebodys = [report for report in in_order(reports) if report.student]
    writer.writerows([cell(value) for value in row] for row in FORMATS[format_name](assignment, somebodys, platform))
    return stream.getvalue()


def changed_ids(reports: Sequence[Report]) -> list[str]:
    """The students whose id a table cannot hold as it is: a spreadsheet would take it for a formula, or cut it."""
    return [report.student for report in reports if report.student and cell(login(report.student)) != report.student]


def nbgrader_rows(assignment: Assignment, reports: Sequence[Report], platform: str) -> Rows:  # noqa: ARG001 - all alike
    """The columns of `nbgrader export`."""
    yield [
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    ]
    for report in reports:
        score = _score(report)
        yield [assignment.name, "", "", _student(report), "", "", "", score, "0", score, _possible(reports)]


def canvas_rows(assignment: Assignment, reports: Sequence[Report], platform: str) -> Rows:
    """Canvas' gradebook: it finds the student by the login, or the id in the names of its own download.

    It asks which assignment the last column is.
    """
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment.title]
    yield ["Points Possible", "", "", "", "", _possible(reports)]
    for report in reports:
        own_id, login_id = (_student(report), "") if platform == CANVAS else ("", _student(report))
        yield [report.submission, own_id, "", login_id, "", _score(report)]


def moodle_rows(assignment: Assignment, reports: Sequence[Report], platform: str) -> Rows:
    """Moodle's import: map the first column to the user name and the second to the grade item.

    Of its own download the table is a grading worksheet, whose identifier holds the number in the names.
    """
    is_worksheet = platform == MOODLE
    yield ["Identifier", "Grade"] if is_worksheet else ["Username", assignment.title]
    for report in reports:
        yield [f"Participant {_student(report)}" if is_worksheet else _student(report), _score(report)]


def _student(report: Report) -> str:
    return login(report.student)


def _possible(reports: Sequence[Report]) -> str:
    """The most points of any report: one of a submission that could not be read may list no checks."""
    return str(max((report.max_score for report in reports), default=0))


def _score(report: Report) -> str:
    return "" if report.needs_attention else points(report.score)


FORMATS: dict[str, Callable[[Assignment, Sequence[Report], str], Rows]] = {
    "nbgrader": nbgrader_rows,
    "canvas": canvas_rows,
    "moodle": moodle_rows,
}
