"""Rows of nbgrader's gradebook in bulk: read many at a time, and written only where something is new or has changed.

nbgrader's own interface asks and commits once a row, which takes minutes for a class of thousands. The rows here are
those of its models, in the structure that its `Gradebook.add_submission` gives them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nbgrader.api import (
    Assignment,
    Comment,
    Course,
    Grade,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from .scores import Score

BATCH = 500  # students per query: bounds memory, and the length of an IN list

Scores = Mapping[str, Score | None]  # by the id of the cell; None has to be given by hand


class _Present(NamedTuple):
    """What the gradebook holds of a grade already."""

    id: str
    auto_score: float | None
    extra_credit: float | None
    manual_score: float | None
    needs_manual_grade: bool


@dataclass(frozen=True)
class _Shape:
    """What every submission of a notebook consists of: the ids of the cells with a grade, and those with a comment."""

    graded: tuple[str, ...]
    commented: tuple[str, ...]


def lock(session: Session, course_id: str) -> None:
    """Wait until no other program writes the gradebook, and lock it until the session is committed or closed.

    An update without a change is a lock that every database has: of the file in SQLite, of the row in PostgreSQL.
    """
    unchanged = update(Course).where(Course.id == course_id).values(id=Course.id)
    session.execute(unchanged.execution_options(synchronize_session=False))


def enter_scores(session: Session, assignment: Assignment, notebook: Notebook, scores: Mapping[str, Scores]) -> None:
    """Enter the automatic scores in `notebook` of every student in `scores`; cells that are not in them stay.

    Students, submissions and grades that are missing are added. Nothing is committed.
    """
    shapes = {each.id: _shape(each) for each in assignment.notebooks}
    students = list(scores)
    for start in range(0, len(students), BATCH):
        batch = students[start : start + BATCH]
        _add_students(session, batch)
        submissions = _submissions(session, assignment.id, batch)
        handed_in = _handed_in(session, shapes, list(submissions.values()), notebook.id)
        wanted = {handed_in[submissions[student]]: scores[student] for student in batch}
        _write_grades(session, shapes[notebook.id].graded, wanted)


def _shape(notebook: Notebook) -> _Shape:
    graded, solved, tasks = (
        [cell.id for cell in cells] for cells in (notebook.grade_cells, notebook.solution_cells, notebook.task_cells)
    )
    return _Shape((*graded, *tasks), (*solved, *tasks))


def _add_students(session: Session, students: Sequence[str]) -> None:
    known = set(session.scalars(select(Student.id).where(Student.id.in_(students))))
    _insert(session, Student, ({"id": student} for student in students if student not in known))


def _submissions(session: Session, assignment_id: str, students: Sequence[str]) -> dict[str, str]:
    """The id of each student's submission, added where it is missing."""
    query = select(SubmittedAssignment.student_id, SubmittedAssignment.id).where(
        SubmittedAssignment.assignment_id == assignment_id, SubmittedAssignment.student_id.in_(students)
    )
    known: dict[str, str] = dict(session.execute(query).all())
    new = {student: new_uuid() for student in students if student not in known}
    _insert(
        session,
        SubmittedAssignment,
        ({"id": new[student], "assignment_id": assignment_id, "student_id": student} for student in new),
    )
    return known | new


def _handed_in(
    session: Session, shapes: Mapping[str, _Shape], submissions: Sequence[str], notebook_id: str
) -> dict[str, str]:
    """The id under which each submission has the notebook; every notebook of the assignment is added if missing.

    A notebook that is added gets its comments, and its grades unless it is the one whose grades are written next.
    """
    query = select(SubmittedNotebook.assignment_id, SubmittedNotebook.notebook_id, SubmittedNotebook.id).where(
        SubmittedNotebook.assignment_id.in_(submissions)
    )
    known = {(submission, notebook): here for submission, notebook, here in session.execute(query)}
    asked = [(submission, notebook) for submission in submissions for notebook in shapes]
    new = {pair: new_uuid() for pair in asked if pair not in known}
    _insert(
        session,
        SubmittedNotebook,
        ({"id": here, "assignment_id": pair[0], "notebook_id": pair[1]} for pair, here in new.items()),
    )
    added = [(shapes[notebook], here, notebook) for (_, notebook), here in new.items()]
    _insert(session, Comment, (_row(here, cell) for shape, here, _ in added for cell in shape.commented))
    others = [(shape, here) for shape, here, notebook in added if notebook != notebook_id]
    _insert(session, Grade, (_row(here, cell) for shape, here in others for cell in shape.graded))
    every = known | new
    return {submission: every[submission, notebook_id] for submission in submissions}


def _row(here: str, cell: str) -> dict[str, str]:
    """A grade or comment of a cell in a notebook that was handed in."""
    return {"notebook_id": here, "cell_id": cell}


def _write_grades(session: Session, cells: Sequence[str], wanted: Mapping[str, Scores]) -> None:
    """Add what is missing and update what has changed of the grades of the notebooks in `wanted`."""
    present = _grades(session, list(wanted))
    _insert(
        session,
        Grade,
        (
            _row(here, cell) | _values(scores.get(cell), None, flagged=scores.get(cell) is None)
            for here, scores in wanted.items()
            for cell in cells
            if (here, cell) not in present
        ),
    )
    known = (
        (present[here, cell], score)
        for here, scores in wanted.items()
        for cell, score in scores.items()
        if (here, cell) in present
    )
    changed = [{"id": grade.id, **_update(grade, score)} for grade, score in known if _differs(grade, score)]
    if changed:
        session.execute(update(Grade), changed)


def _grades(session: Session, notebooks: Sequence[str]) -> dict[tuple[str, str], _Present]:
    """The grades of notebooks that were handed in, by the ids of notebook and cell."""
    columns = (Grade.id, Grade.auto_score, Grade.extra_credit, Grade.manual_score, Grade.needs_manual_grade)
    query = select(Grade.notebook_id, Grade.cell_id, *columns).where(Grade.notebook_id.in_(notebooks))
    return {(here, cell): _Present(*values) for here, cell, *values in session.execute(query)}


def _differs(grade: _Present, score: Score | None) -> bool:
    """Whether a score has to be entered: one that is as it was leaves alone what a person has decided since."""
    if grade.auto_score != (score and score.points) or (score and score.extra not in (None, grade.extra_credit)):
        return True
    return grade.manual_score is None and grade.needs_manual_grade != (score is None)


def _update(grade: _Present, score: Score | None) -> dict[str, Any]:
    return _values(score, grade.extra_credit, flagged=score is None or grade.manual_score is not None)


def _values(score: Score | None, extra: float | None, *, flagged: bool) -> dict[str, Any]:
    """extra: the credit that is there already, which stays unless the check is a bonus."""
    points, own = score or (None, None)
    return {
        "auto_score": points,
        "extra_credit": extra if own is None else own,
        "needs_manual_grade": flagged,
    }


def _insert(session: Session, model: type, rows: Iterable[dict[str, Any]]) -> None:
    found = list(rows)
    if found:
        session.execute(insert(model), found)
