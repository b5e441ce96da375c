"""Takes the place of the execution of cells: measures the submission, and gives each test cell its result as output."""

import base64
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, List, Unicode

from ...core.limits import limits_of
from ...core.outcomes import CheckResult, Picture, Report
from ...core.png import png
from ...core.registry import Check, all_checks
from ...core.text import one_line
from ...render.terminal import plain_text
from .gradebook import grade_id
from .session import Conditions, course_seed, report_of

RESULTS = "aelab_report"  # where the report travels with nbgrader's resources


class Measure(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Takes the place of nbgrader's Execute: no cell of a submission runs in a kernel.

    The files of the submission are read and measured in a confined process. A test cell then gets the explanation,
    pictures, and the points as a builtin float, where SaveAutoGrades looks for them.
    """

    limits = List(Unicode(), help='Limits as on the command line, such as "call_seconds=20".').tag(config=True)
    trust_submissions = Bool(False, help="Grade without isolation: only code that you trust.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook with the outputs of its test cells; the report is handed on in the resources."""
        cells = _test_cells(nb)
        checks = tuple(check for check in all_checks() if grade_id(check.id) in cells)
        report = self._report(resources["nbgrader"], checks)
        for result in report.checks:
            if grade_id(result.id) in cells:
                cells[grade_id(result.id)].outputs = outputs_of(result)
        resources[RESULTS] = report
        return nb, resources

    def _report(self, names: dict[str, str], checks: tuple[Check, ...]) -> Report:
        course = CourseDirectory(parent=self)
        path = course.format_path(course.submitted_directory, names["student"], names["assignment"])
        root = Path(course.root).resolve()
        conditions = Conditions(root, course_seed(root), limits_of(self.limits), self.trust_submissions)
        parts: dict[str, None] = {}

        def progress(check: Check) -> None:
            if check.part not in parts:
                parts[check.part] = None
                self.log.info("Measuring %s: part %s", names["student"], check.part)

        report = report_of(names["student"], Path(path), checks, conditions, progress)
        self.log.info("Measured %s: %s in %.0f s", names["student"], report.status.value, report.seconds)
        return report


def _test_cells(notebook: NotebookNode) -> dict[str, NotebookNode]:
    tests = (cell for cell in notebook.cells if utils.is_grade(cell) and not utils.is_solution(cell))
    return {cell.metadata.nbgrader.grade_id: cell for cell in tests}


def outputs_of(result: CheckResult) -> list[NotebookNode]:
    """What a test cell shows: the explanation, the pictures, and last the points."""
    explanation = nbformat.v4.new_output("stream", name="stdout", text=plain_text([result]) + "\n")
    score = {"text/plain": repr(points_of(result))}
    points = nbformat.v4.new_output("execute_result", data=score, execution_count=None)
    return [explanation, *map(_picture, result.pictures), points]


def points_of(result: CheckResult) -> float:
    """As `write_gradebook` enters them."""
    return round(float(result.score), 4)


def _picture(picture: Picture) -> NotebookNode:
    data = {"image/png": base64.b64encode(png(picture.pixels)).decode(), "text/plain": one_line(picture.caption)}
    return nbformat.v4.new_output("display_data", data=data)
