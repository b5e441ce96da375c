"""Where final grades come from: nbgrader's gradebook, where there is one, and else the records of a graded class."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ..core.assignment import Assignment
from ..core.errors import UserError
from ..core.final_grade import FinalGrade
from ..core.outcomes import Report
from ..render.hand_in_json import read_hand_in
from ..render.report_json import read_reports, report_folder
from ..render.results_folder import gradebook_of, platform_of
from ..render.wording import in_order
from ..submissions.platform_names import CANVAS, MOODLE
from ..submissions.roster import Roster
from .lms import Class
from .nbgrader.course import is_course_folder, url_of
from .nbgrader.gradebook import grade_id

GRADEBOOK = "gradebook.db"
GIVEN = "SELECT 1 FROM grade WHERE manual_score IS NOT NULL OR extra_credit IS NOT NULL LIMIT 1"


class GradebookNotNamed(UserError):
    """The gradebook of results is gone, or its password is not kept; the text is one clear line."""


def class_of(assignment: Assignment, results: Path, db: str | None, roster: Roster) -> Class:
    """The final grades of a course folder, or of the results of `aelab grade`. Raises UserError and OSError.

    They are those of the gradebook `db`, else of the course, or of that which the results were entered into; results
    that were entered into none but their own speak for themselves, unless a person grades, too.
    """
    if is_course_folder(results):
        return Class(assignment, _of_gradebook(db or url_of(results), assignment), roster)
    platform, reports = platform_of(results), read_reports(results)
    own = _of_reports(reports, results, platform)
    if url := _deciding(assignment, results, db):
        own = _with_ids(_of_gradebook(url, assignment), own)
    return Class(assignment, own, roster, platform)


def _with_ids(grades: Sequence[FinalGrade], own: Sequence[FinalGrade]) -> tuple[FinalGrade, ...]:
    """The grades of a gradebook with the ids and names of the records; who is not in it has no final grade."""
    ids = {grade.student: grade for grade in own}
    known = [
        replace(grade, own_id=ids[grade.student].own_id, label=ids[grade.student].label)
        if grade.student in ids
        else grade
        for grade in grades
    ]
    missing = ids.keys() - {grade.student for grade in grades}
    return (*known, *(replace(grade, is_final=False) for grade in own if grade.student in missing))


def final_by_student(assignment: Assignment, results: Path, db: str | None = None) -> dict[str, FinalGrade]:
    """What the gradebook that decides says, by student; nothing where the records speak for themselves.

    Raises UserError and OSError.
    """
    url = _deciding(assignment, results, db)
    return {grade.student: grade for grade in _of_gradebook(url, assignment)} if url else {}


def gradebook_url(results: Path, db: str | None) -> str:
    """Where points that a person gives are entered: `db`, the course's gradebook, or that of the results."""
    return db or (url_of(results) if is_course_folder(results) else _entered_into(results) or _own(results))


def _deciding(assignment: Assignment, results: Path, db: str | None) -> str:
    """The gradebook whose grades count; "" where nothing but the records does.

    Results that were entered into none but their own are in it, where a person grades answers or gave points.
    """
    is_graded_by_hand = assignment.questions or _has_marks(results / GRADEBOOK)
    return db or _entered_into(results) or (_own(results) if is_graded_by_hand else "")


def _has_marks(file: Path) -> bool:
    """Whether a person gave points in the gradebook of results; nbgrader, which takes seconds, is not asked."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as gradebook:
            return gradebook.execute(GIVEN).fetchone() is not None
    except sqlite3.Error:  # there is none, or none that can be read
        return False


def _own(results: Path) -> str:
    return f"sqlite:///{(results / GRADEBOOK).resolve()}"


def _of_gradebook(url: str, assignment: Assignment) -> tuple[FinalGrade, ...]:
    from .nbgrader.grades import read_grades  # takes seconds, which plain results do not pay

    bonuses = [grade_id(check.id) for check in assignment.checks if check.bonus]
    return tuple(read_grades(url, assignment.name, bonuses))


def _of_reports(reports: Sequence[Report], results: Path, platform: str) -> tuple[FinalGrade, ...]:
    return tuple(_of_report(report, results, platform) for report in in_order(reports) if report.student)


def _of_report(report: Report, results: Path, platform: str) -> FinalGrade:
    hand_in = read_hand_in(report_folder(results, report.submission))
    own_id = hand_in.own_id or report.student
    return FinalGrade(
        student=report.student,
        label=report.submission,
        earned=report.score + (report.points_by_hand or 0.0),
        possible=report.max_score,
        penalty=hand_in.penalty,
        is_final=not report.needs_attention and not hand_in.is_late_unknown,
        own_id=own_id if platform in (CANVAS, MOODLE) else "",
        handed_in=hand_in.time,
    )


def _entered_into(results: Path) -> str:
    """The address of the gradebook that the results were entered into; "" where that is their own alone."""
    recorded = gradebook_of(results)
    if "***" in recorded:
        raise GradebookNotNamed(f"{results} was entered into the gradebook {recorded}: name it with --db")
    if "://" in recorded or not recorded:
        return recorded
    if not is_course_folder(Path(recorded)):
        raise GradebookNotNamed(f"{results} was entered into the course {recorded}, which is gone: name one with --db")
    return url_of(Path(recorded))
