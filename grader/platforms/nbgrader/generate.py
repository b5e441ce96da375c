"""Makes nbgrader generate the same students' notebook as `aelab release`."""

from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions

from ...core.language import language_of
from ...course.finding import find_in_course
from ...release.questions import answer_stub
from ...release.solutions import ANY_MARKER, strip_solutions


class NameTasks(ClearSolutions):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's ClearSolutions with a stub that names its task or says its points, where nbgrader has one for all."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, cell_index: int) -> tuple[NotebookNode, Any]:
        """The cell with each solution region replaced. Raises MarkerError for markers that form no region."""
        if cell.cell_type == "markdown" and utils.is_solution(cell) and utils.is_grade(cell):
            cell.source = answer_stub(cell.metadata.nbgrader.points, language_of(self._language(resources)))
            return cell, resources
        if cell.cell_type != "code" or not ANY_MARKER.search(cell.source) or not utils.is_solution(cell):
            super().preprocess_cell(cell, resources, cell_index)  # raises in its own words, or there is nothing to do
            return cell, resources
        part = cell.metadata.nbgrader.grade_id.partition("-")[0]
        cell.source = strip_solutions(cell.source, f"{part}.py", self._language(resources)).rstrip("\n")
        return cell, resources

    def _language(self, resources: Any) -> str:
        root = Path(CourseDirectory(parent=self).root)
        return find_in_course(resources["nbgrader"]["assignment"], root).texts.language
