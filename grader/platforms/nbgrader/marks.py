"""Points and comments that a person gave, from a table into nbgrader's gradebook, as its formgrader enters them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedNotebook
from sqlalchemy.exc import SQLAlchemyError

from ...core.assignment import Assignment
from ...core.lateness import late_penalty
from ...core.text import did_you_mean
from ...submissions.tables import Line, TableError, read_table
from .gradebook import GradebookError, address_of, reason_of, with_timeouts

COLUMNS = ("login", "cell", "points", "extra", "comment")


@dataclass(frozen=True)
class Mark:
    """What one line says of the cell of a student. points, extra: None where the line leaves them as they are."""

    line: Line
    login: str
    cell: str
    points: float | None
    extra: float | None
    comment: str


def read_marks(path: Path) -> tuple[Mark, ...]:
    """The lines that give something. Raises TableError and OSError."""
    lines = read_table(path, COLUMNS, required=("login", "cell"))
    marks = (_mark(line) for line in lines)
    return tuple(mark for mark in marks if mark.points is not None or mark.extra is not None or mark.comment)


def _mark(line: Line) -> Mark:
    cells = line.cells
    return Mark(line, cells["login"], cells["cell"], _number(line, "points"), _number(line, "extra"), cells["comment"])


def _number(line: Line, column: str) -> float | None:
    text = line.cells[column].replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise line.error(f"{column} must be a number from 0 on, got {line.cells[column]!r}")
    return value


def enter_marks(assignment: Assignment, db_url: str, marks: Iterable[Mark]) -> None:
    """Enter all of them or none, and where the course says it, what lateness costs of the points that there are then.

    Raises TableError for a line that fits nobody, no cell, or gives more than there is, and GradebookError.
    """
    with _opened(db_url) as gradebook:
        touched = [_enter(gradebook, assignment, mark) for mark in marks]
        gradebook.db.flush()
        gradebook.db.expire_all()  # sums are computed anew
        if (policy := assignment.texts.late).percent_a_day:
            for notebook in touched:
                late = notebook.assignment.total_seconds_late
                notebook.late_submission_penalty = late_penalty(policy, notebook.score, late) or None
        gradebook.db.commit()


@contextmanager
def _opened(db_url: str) -> Iterator[Gradebook]:
    url = address_of(db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise GradebookError(f"there is no gradebook {url}")
    try:
        with Gradebook(with_timeouts(url)) as gradebook:
            yield gradebook
    except SQLAlchemyError as problem:
        raise GradebookError(f"gradebook {url} cannot be written: {reason_of(problem)}") from problem


def _enter(gradebook: Gradebook, assignment: Assignment, mark: Mark) -> SubmittedNotebook:
    """Returns the notebook whose sum changes."""
    name = assignment.name
    try:
        notebook = gradebook.find_submission_notebook(name, name, mark.login)
    except MissingEntry:
        known = [each.student.id for each in gradebook.assignment_submissions(name)]
        hint = did_you_mean(mark.login, known)
        raise mark.line.error(f"{mark.login!r} did not hand in {name}, as the gradebook has it{hint}") from None
    grades: dict[str, Grade] = {grade.name: grade for grade in notebook.grades}
    if mark.cell not in grades:
        raise mark.line.error(f"there is no cell {mark.cell!r}{did_you_mean(mark.cell, grades)}")
    _give(grades[mark.cell], mark)
    if mark.comment:
        _write(notebook, mark)
    return notebook


def _give(grade: Grade, mark: Mark) -> None:
    if mark.points is not None:
        if mark.points > grade.max_score:
            most = f"{mark.cell} has {grade.max_score:g} points, and not {mark.points:g}"
            raise mark.line.error(f"{most}; more of them are extra")
        grade.manual_score, grade.needs_manual_grade = mark.points, False
    if mark.extra is not None:
        grade.extra_credit = mark.extra


def _write(notebook: SubmittedNotebook, mark: Mark) -> None:
    """Write the comment: nbgrader keeps some on answers, and none on test cells."""
    comments: dict[str, Comment] = {comment.name: comment for comment in notebook.comments}
    if mark.cell not in comments:
        raise _no_comment(mark, comments)
    comments[mark.cell].manual_comment = mark.comment


def _no_comment(mark: Mark, comments: Iterable[str]) -> TableError:
    return mark.line.error(f"{mark.cell} takes no comment; these do: {', '.join(sorted(comments))}")
