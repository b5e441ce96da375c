"""Reads final grades from nbgrader's own gradebook: with late penalties, manual grades, extra credit and comments."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import and_, create_engine, or_, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ...core.final_grade import ByHand, FinalGrade
from .gradebook import GradebookError, address_of, reason_of, with_timeouts


def read_grades(db_url: str, assignment: str, bonuses: Collection[str] = ()) -> list[FinalGrade]:
    """The grade of everybody who handed the assignment in, by login. Raises GradebookError; nothing is written.

    bonuses: names of cells whose extra credit no person gave.
    """
    url = address_of(db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise GradebookError(f"there is no gradebook {url}")
    engine = create_engine(with_timeouts(url))
    try:
        with Session(engine) as session:
            return _grades(session, assignment, url, bonuses)
    except SQLAlchemyError as problem:
        raise GradebookError(f"gradebook {url} cannot be read: {reason_of(problem)}") from problem
    finally:
        engine.dispose()


def _grades(session: Session, assignment: str, url: URL, bonuses: Collection[str]) -> list[FinalGrade]:
    found = session.execute(select(Assignment.id, Assignment.max_score).where(Assignment.name == assignment)).first()
    if found is None:
        raise GradebookError(f"gradebook {url} has no assignment {assignment!r}")
    identity, possible = found
    columns = (
        *(SubmittedAssignment.student_id, SubmittedAssignment.score, SubmittedAssignment.late_submission_penalty),
        *(SubmittedAssignment.needs_manual_grade, SubmittedAssignment.timestamp),
    )
    query = select(*columns).where(SubmittedAssignment.assignment_id == identity)
    by_hand = _by_hand(session, identity, bonuses)
    return [
        FinalGrade(
            student=student,
            label=student,
            earned=float(earned),
            possible=float(possible),
            penalty=float(penalty),
            is_final=not is_open,
            handed_in=time,
            by_hand=by_hand.get(student, ()),
        )
        for student, earned, penalty, is_open, time in session.execute(query.order_by(SubmittedAssignment.student_id))
    ]


def _by_hand(session: Session, assignment_id: str, bonuses: Collection[str]) -> dict[str, tuple[ByHand, ...]]:
    """What a person gave and wrote, by student, in the order of the cells' names."""
    given = or_(Grade.manual_score.is_not(None), and_(Grade.extra_credit.is_not(None), BaseCell.name.not_in(bonuses)))
    grades = _of_cells(session, assignment_id, Grade, (Grade.manual_score, Grade.max_score, Grade.extra_credit), given)
    written = Comment.manual_comment.is_not(None)
    comments = _of_cells(session, assignment_id, Comment, (Comment.manual_comment,), written)
    found: dict[str, list[ByHand]] = {}
    for student, name in sorted(grades.keys() | comments.keys()):
        points, possible, extra = grades.get((student, name), (None, 0.0, None))
        (comment,) = comments.get((student, name), ("",))
        found.setdefault(student, []).append(ByHand(name, points, float(possible or 0), float(extra or 0), comment))
    return {student: tuple(marks) for student, marks in found.items()}


def _of_cells(
    session: Session, assignment_id: str, kind: Any, columns: tuple[Any, ...], condition: Any
) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Columns of grades or comments by student and name of the cell."""
    query = (
        select(SubmittedAssignment.student_id, BaseCell.name, *columns)
        .select_from(kind)
        .join(BaseCell, BaseCell.id == kind.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .where(SubmittedAssignment.assignment_id == assignment_id, condition)
    )
    return {(student, name): tuple(values) for student, name, *values in session.execute(query)}
