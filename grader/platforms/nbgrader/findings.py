"""Enters what nbgrader's SaveAutoGrades cannot: the findings of a part as comments, and scores that are still open."""

import textwrap
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from ...core.assignment import Assignment
from ...core.outcomes import CheckResult, Outcome, Report, Status
from ...course.finding import find_in_course
from ...render.terminal import plain_text
from .gradebook import grade_id
from .preprocessor import RESULTS
from .restore import DECIDED
from .scores import score_of


class SaveFindings(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Comes after SaveAutoGrades and Measure."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Enter comments on answer cells, withdraw scores that were not measured, and leave decided what was."""
        names, report = resources["nbgrader"], resources[RESULTS]
        place = names["notebook"], names["assignment"], names["student"]
        with Gradebook(names["db_url"]) as gradebook:
            root = Path(CourseDirectory(parent=self).root)
            for name, text in comments(find_in_course(names["assignment"], root), nb, report).items():
                gradebook.find_comment(name, *place).auto_comment = text
            for result in report.checks:
                if result.bonus:
                    gradebook.find_grade(grade_id(result.id), *place).extra_credit = score_of(result).extra
            for name in _unmeasured(nb, report):
                grade = gradebook.find_grade(name, *place)
                grade.auto_score, grade.needs_manual_grade = None, True
            for name, (score, flagged) in resources[DECIDED].items():
                grade = gradebook.find_grade(name, *place)
                if grade.auto_score == score:  # nbgrader flags it for review, and there is no news
                    grade.needs_manual_grade = flagged
            gradebook.db.commit()
        return nb, resources


def comments(assignment: Assignment, notebook: NotebookNode, report: Report) -> dict[str, str]:
    """For the last code of each part that students write, by its grade id, what was found in the part."""
    answers = {c.metadata.nbgrader.grade_id.partition("-")[0]: c for c in notebook.cells if _is_code(c)}
    found = {part: [r for r in report.checks if r.part == part] for part in answers}
    return {answers[part].metadata.nbgrader.grade_id: _comment(assignment, rs) for part, rs in found.items() if rs}


def _is_code(cell: NotebookNode) -> bool:
    """Whether it is for a student's code, and not for an answer in words, which a person grades."""
    return utils.is_solution(cell) and not utils.is_grade(cell)


def _comment(assignment: Assignment, results: list[CheckResult]) -> str:
    """Indented by four, so that Markdown, which feedback pages make of it, takes all of it for text and not HTML."""
    return textwrap.indent(plain_text(assignment, results), "    ", lambda _: True)


def _unmeasured(notebook: NotebookNode, report: Report) -> list[str]:
    """Test cells that a person has to grade: not measured, of an unreadable submission, or of no known check."""
    final = {grade_id(r.id) for r in report.checks if report.status is Status.GRADED and r.outcome is not Outcome.ERROR}
    tests = (cell for cell in notebook.cells if utils.is_grade(cell) and not utils.is_solution(cell))
    return [cell.metadata.nbgrader.grade_id for cell in tests if cell.metadata.nbgrader.grade_id not in final]
