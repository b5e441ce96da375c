"""Measures a submission instead of executing its cells, and gives each test cell its result as output."""

import base64
from logging import Logger
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, List, Unicode

from ...core.assignment import Assignment
from ...core.limits import limits_of
from ...core.outcomes import CheckResult, Picture, Report
from ...core.png import png
from ...core.registry import Check
from ...core.text import one_line
from ...course.finding import find_in_course
from ...engine.observer import Observer
from ...render.terminal import plain_text
from .gradebook import grade_id
from .scores import score_of
from .session import SESSION, Conditions, course_seed

RESULTS = "aelab_report"  # the key of the report in nbgrader's resources


class Measure(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Replaces nbgrader's Execute: no cell of a submission runs in a kernel.

    The files of the submission are read and measured in a confined process. A test cell then gets the explanation,
    pictures, and the points as a builtin float, where SaveAutoGrades looks for them.
    """

    limits = List(Unicode(), help='Limits as on the command line, such as "call_seconds=20".').tag(config=True)
    trust_submissions = Bool(False, help="Grade without isolation: only code that you trust.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook with the outputs of its test cells; the report goes into the resources."""
        cells = _test_cells(nb)
        root = Path(CourseDirectory(parent=self).root)
        assignment = find_in_course(resources["nbgrader"]["assignment"], root)
        checks = tuple(check for check in assignment.checks if grade_id(check.id) in cells)
        report = self._report(assignment, resources["nbgrader"], checks)
        for result in report.checks:
            if grade_id(result.id) in cells:
                cells[grade_id(result.id)].outputs = outputs_of(assignment, result)
        resources[RESULTS] = report
        return nb, resources

    def _report(self, assignment: Assignment, names: dict[str, str], checks: tuple[Check, ...]) -> Report:
        course = CourseDirectory(parent=self)
        path = course.format_path(course.submitted_directory, names["student"], names["assignment"])
        root = Path(course.root).resolve()
        conditions = Conditions(
            root, course_seed(root), limits_of(self.limits, assignment.limits), self.trust_submissions
        )
        observer = LoggingObserver(self.log)
        report = SESSION.find_report(assignment, names["student"], Path(path), checks, conditions, observer)
        self.log.info("Measured %s: %s in %.0f s", names["student"], report.status.value, report.seconds)
        return report


class LoggingObserver(Observer):
    """Logs each part that is measured, where nbgrader logs."""

    def __init__(self, log: Logger):
        self._log = log

    def task_starts(self, name: str, part: str) -> None:
        """One line."""
        self._log.info("Measuring %s: part %s", name, part)


def _test_cells(notebook: NotebookNode) -> dict[str, NotebookNode]:
    tests = (cell for cell in notebook.cells if utils.is_grade(cell) and not utils.is_solution(cell))
    return {cell.metadata.nbgrader.grade_id: cell for cell in tests}


def outputs_of(assignment: Assignment, result: CheckResult) -> list[NotebookNode]:
    """What a test cell shows: the explanation, the pictures, and finally the points."""
    explanation = nbformat.v4.new_output("stream", name="stdout", text=plain_text(assignment, [result]) + "\n")
    score = {"text/plain": repr(score_of(result).points)}
    points = nbformat.v4.new_output("execute_result", data=score, execution_count=None)
    return [explanation, *map(_picture, result.pictures), points]


def _picture(picture: Picture) -> NotebookNode:
    data = {"image/png": base64.b64encode(png(picture.pixels)).decode(), "text/plain": one_line(picture.caption)}
    return nbformat.v4.new_output("display_data", data=data)
