"""Scores into nbgrader's own gradebook, where its formgrader and exporters find them."""

import os
import sysconfig
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..outcomes import Outcome, Report, Status
from ..registry import all_checks
from ..render.names import folder_name
from ..render.wording import in_order

if TYPE_CHECKING:
    from nbgrader.api import Grade, Gradebook

ASSIGNMENT = "lab05"
NOTEBOOK = "lab05"


class GradebookError(RuntimeError):
    """A gradebook that cannot be written; the text is one line that names it."""


def grade_id(check_id: str) -> str:
    """The name of a check's cell: nbgrader allows no dot in it, and no part of the lab has a hyphen."""
    return check_id.replace(".", "-")


def write_gradebook(reports: Sequence[Report], db_url: str) -> None:
    """Enter the automatic score of every check into the gradebook at `db_url`, made if it does not exist.

    The student is `folder_name(submission)`. A check that could not be measured, or a submission that could not be
    read, has no score and needs a manual grade. Scores that an instructor entered stay as they are and, as in
    nbgrader itself, are flagged for another look. Raises GradebookError.
    """
    # Here and not at the top: both take seconds to import, which every other command would pay.
    from nbgrader.api import Gradebook
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _programs_on_path(), _quiet(), Gradebook(db_url) as gradebook:
            _declare_cells(gradebook, reports)
            for report in in_order(reports):
                _enter(gradebook, report)
    except SQLAlchemyError as problem:
        shown, reason = make_url(db_url).render_as_string(), " ".join(str(problem).split())[:200]
        raise GradebookError(f"gradebook {shown} cannot be written, move it away and run again: {reason}") from problem


@contextmanager
def _programs_on_path() -> Iterator[None]:
    """Let nbgrader find `alembic`, which it runs by name, also where the environment was never activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what SQLAlchemy says, once a submission, about the order in which nbgrader builds its rows."""
    from sqlalchemy.exc import SAWarning

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
        yield


def _declare_cells(gradebook: "Gradebook", reports: Sequence[Report]) -> None:
    measured = {check.id: check.points for report in reports for check in report.checks}
    cells = measured or {check.id: check.points for check in all_checks()}
    gradebook.update_or_create_assignment(ASSIGNMENT)
    gradebook.update_or_create_notebook(NOTEBOOK, ASSIGNMENT)
    for check_id, points in cells.items():
        gradebook.update_or_create_grade_cell(
            grade_id(check_id), NOTEBOOK, ASSIGNMENT, max_score=points, cell_type="code"
        )


def _enter(gradebook: "Gradebook", report: Report) -> None:
    student = folder_name(report.submission)
    gradebook.update_or_create_student(student)
    gradebook.update_or_create_submission(ASSIGNMENT, student)
    final = _final_scores(report)
    for name, grade in _grades(gradebook, student).items():
        if name in final or report.status is not Status.GRADED:
            grade.auto_score = final.get(name)
            grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
    gradebook.db.commit()


def _final_scores(report: Report) -> dict[str, float | None]:
    """Score of each cell that this report speaks about, None where it has to be given by hand."""
    graded = report.status is Status.GRADED
    return {
        grade_id(check.id): round(float(check.score), 4) if graded and check.outcome is not Outcome.ERROR else None
        for check in report.checks
    }


def _grades(gradebook: "Gradebook", student: str) -> "dict[str, Grade]":
    """A student's grade for every cell, also for cells that were added after the submission was first entered."""
    from nbgrader.api import Grade

    submitted = gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student)
    cells = submitted.notebook.grade_cells
    present = {grade.cell_id: grade for grade in submitted.grades}
    for cell in cells:
        if cell.id not in present:
            present[cell.id] = Grade(cell_id=cell.id, notebook=submitted)
            gradebook.db.add(present[cell.id])
    return {cell.name: present[cell.id] for cell in cells}
