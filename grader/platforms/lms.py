"""Tables of grades as learning platforms import them.

A score that is not final, because something could not be read or measured, or waits for a person, is an empty cell.
What is nobody's has no row.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO

from ..core.assignment import Assignment
from ..core.final_grade import ByHand, FinalGrade
from ..core.text import login
from ..render.csv_export import cell
from ..render.wording import points
from ..submissions.platform_names import CANVAS, MOODLE
from ..submissions.roster import Roster

Rows = Iterator[list[str]]


@dataclass(frozen=True)
class Class:
    """Whose grades are written: those of an assignment, by name; who they are; whose ids they have, "" for logins."""

    assignment: Assignment
    grades: tuple[FinalGrade, ...]
    roster: Roster = field(default_factory=Roster)
    platform: str = ""

    @property
    def possible(self) -> str:
        """The most points of anybody: a submission that could not be read may list no checks."""
        return points(max((grade.possible for grade in self.grades), default=0))

    def has_own_ids(self, platform: str) -> bool:
        """Whether the platform named everybody itself."""
        return self.platform == platform and all(grade.own_id for grade in self.grades)


def table(whole: Class, format_name: str) -> str:
    """The table as CSV text. Raises KeyError for a format that is not in FORMATS."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([cell(value) for value in row] for row in FORMATS[format_name](whole))
    return stream.getvalue()


def changed_ids(grades: Sequence[FinalGrade]) -> list[str]:
    """The students whose id a table cannot hold as it is: a spreadsheet would take it for a formula, or cut it."""
    return [grade.student for grade in grades if cell(login(grade.student)) != grade.student]


def nbgrader_rows(whole: Class) -> Rows:
    """The columns of `nbgrader export`."""
    yield [
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    ]
    for grade in whole.grades:
        student = whole.roster.of(grade.student)
        first, last = student.first_and_last
        who = [_time(grade), login(grade.student), last, first, student.mail]
        sums = [_final(grade, grade.earned), points(grade.penalty), _final(grade, grade.score), whole.possible]
        yield [whole.assignment.name, "", *who, *sums]


def canvas_rows(whole: Class) -> Rows:
    """Canvas' gradebook: it finds the student by the login, or the id in the names of its own download.

    It asks which assignment the last column is.
    """
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", whole.assignment.title]
    yield ["Points Possible", "", "", "", "", whole.possible]
    for grade in whole.grades:
        student, own_id = whole.roster.of(grade.student), grade.own_id if whole.platform == CANVAS else ""
        login_id = "" if grade.student == own_id else login(grade.student)
        yield [student.name or grade.label, own_id, "", login_id, student.section, _final(grade, grade.score)]


def moodle_rows(whole: Class) -> Rows:
    """Moodle's import: map the first column to the user name and the second to the grade item.

    Of its own download the table is a grading worksheet, whose identifier holds the number in the names.
    """
    is_worksheet = whole.has_own_ids(MOODLE)
    yield ["Identifier", "Grade"] if is_worksheet else ["Username", whole.assignment.title]
    for grade in whole.grades:
        who = f"Participant {grade.own_id}" if is_worksheet else login(grade.student)
        yield [who, _final(grade, grade.score)]


def gradescope_rows(whole: Class) -> Rows:
    """The columns of Gradescope's own download of grades that tell who has how many points."""
    yield ["Name", "SID", "Email", "Sections", "Total Score", "Max Points", "Submission Time"]
    for grade in whole.grades:
        student = whole.roster.of(grade.student)
        mail = student.mail or (grade.student if "@" in grade.student else "")
        sid = "" if grade.student == mail else login(grade.student)
        sums = [_final(grade, grade.score), whole.possible]
        yield [student.name or grade.label, sid, mail, student.section, *sums, _time(grade)]


def plain_rows(whole: Class) -> Rows:
    """Everything that is known of a grade, for other programs and for people."""
    yield [
        *("login", "name", "mail", "group", "section", "handed_in"),
        *("earned", "late_penalty", "score", "possible", "final"),
    ]
    for grade in whole.grades:
        student = whole.roster.of(grade.student)
        who = [login(grade.student), student.name, student.mail, student.group, student.section, _time(grade)]
        sums = [_final(grade, grade.earned), points(grade.penalty), _final(grade, grade.score), whole.possible]
        yield [*who, *sums, "yes" if grade.is_final else "no"]


def marks_rows(whole: Class) -> Rows:
    """A line for each answer that a person grades, with what was given: to be filled in for `aelab marks`."""
    yield ["login", "cell", "points", "extra", "comment"]
    for grade in whole.grades:
        given = {mark.name: mark for mark in grade.by_hand}
        for name in whole.assignment.question_cells:
            mark = given.get(name, ByHand(name))
            earned = "" if mark.points is None else points(mark.points)
            yield [login(grade.student), name, earned, points(mark.extra) if mark.extra else "", mark.comment]


def _time(grade: FinalGrade) -> str:
    return f"{grade.handed_in:%Y-%m-%d %H:%M:%S}" if grade.handed_in else ""


def _final(grade: FinalGrade, value: float) -> str:
    return points(value) if grade.is_final else ""


FORMATS: dict[str, Callable[[Class], Rows]] = {
    "nbgrader": nbgrader_rows,
    "canvas": canvas_rows,
    "moodle": moodle_rows,
    "gradescope": gradescope_rows,
    "plain": plain_rows,
    "marks": marks_rows,
}
