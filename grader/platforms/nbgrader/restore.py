"""Takes the assignment's own cells from the gradebook, and what the student wrote from the submission.

Cells may have been edited, retyped, moved, deleted, split or copied, and their metadata may come from another version
of nbgrader. None of that ends a class, costs a point or gains one: a test cell is always the released one. Texts that
the student wrote are cleaned, as the pages of the formgrader and of the feedback show them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from .cleaning import cleaned

MISSING = "# This cell was missing from the submission."
DECIDED = "aelab_decided"  # the key in nbgrader's resources of what a person decided before
SCHEMA_VERSION = 3  # of nbgrader's cell metadata


@dataclass(frozen=True)
class Released:
    """A cell of the assignment as it was released: its kind, its text, and its nbgrader metadata."""

    kind: str
    source: str
    marks: dict[str, Any]

    @property
    def name(self) -> str:
        """The id that nbgrader knows the cell by, unique in a notebook."""
        return str(self.marks["grade_id"])

    def cell(self, source: str | None = None) -> NotebookNode:
        """The cell with the text of a student, or without one if there is none; a locked one as it was released."""
        text = self.source if self.marks["locked"] else MISSING if source is None else source
        marks = {"nbgrader": dict(self.marks)}
        if self.kind == "code":
            return nbformat.v4.new_code_cell(text, id=self.name, metadata=marks)
        return nbformat.v4.new_markdown_cell(text, id=self.name, metadata=marks)


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Replaces nbgrader's DeduplicateIds and OverwriteCells."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook with every cell of the assignment in it exactly once."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            released = released_cells(gradebook.find_notebook(names["notebook"], names["assignment"]))
            resources[DECIDED] = decided(gradebook, names["notebook"], names["assignment"], names["student"])
        nb.cells = restored(nb.cells, released)
        return nb, resources


def decided(gradebook: Gradebook, *place: str) -> dict[str, tuple[float | None, bool]]:
    """Of each grade that a person gave, by its cell: the automatic score beside it, and whether it is flagged.

    place: notebook, assignment, student.
    """
    grades = gradebook.find_submission_notebook(*place).grades
    return {g.name: (g.auto_score, g.needs_manual_grade) for g in grades if g.manual_score is not None}


def released_cells(notebook: Any) -> list[Released]:
    """The cells of an assignment in their order, from the gradebook's record of its notebook."""
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    tasks = {cell.name: cell.max_score for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    cells = []
    for cell in notebook.source_cells:
        marks = {"grade_id": cell.name, "schema_version": SCHEMA_VERSION, "locked": cell.locked}
        marks |= {"grade": cell.name in points, "solution": cell.name in solutions, "task": cell.name in tasks}
        marks |= {"checksum": cell.checksum, "cell_type": cell.cell_type}
        worth = {"points": (points | tasks)[cell.name]} if cell.name in points | tasks else {}
        cells.append(Released(cell.cell_type, cell.source, marks | worth))
    return cells


def restored(submitted: Iterable[NotebookNode], released: list[Released]) -> list[NotebookNode]:
    """The submitted cells with those of the assignment restored.

    Of a cell that is there twice the last one counts, as in Python; a missing one comes after the one before it.
    """
    submitted = list(submitted)
    by_name = {cell.name: cell for cell in released}
    last = {name: place for place, cell in enumerate(submitted) if (name := _name(cell)) in by_name}
    cells = []
    for place, cell in enumerate(submitted):
        name = _name(cell)
        counts = last.get(name) == place
        cells.append(by_name[name].cell(cell.source) if counts else _unmarked(cell, place))
    for before, cell in zip([None, *released], released, strict=False):
        if cell.name not in last:
            cells.insert(_after(before, cells), cell.cell())
    _clean(cells, {MISSING, *(cell.source for cell in released)})
    return cells


def _clean(cells: Iterable[NotebookNode], ours: set[str]) -> None:
    """Clean the texts that are not ours."""
    theirs = [cell for cell in cells if cell.cell_type == "markdown" and cell.source not in ours]
    for cell, text in zip(theirs, cleaned([cell.source for cell in theirs]), strict=True):
        cell.source = text


def _after(before: Released | None, cells: list[NotebookNode]) -> int:
    return 1 + next(place for place, c in enumerate(cells) if _name(c) == before.name) if before else 0


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _unmarked(cell: NotebookNode, place: int) -> NotebookNode:
    """A cell that nbgrader ignores: the student's own, or a superfluous copy."""
    if cell.cell_type == "code":
        return nbformat.v4.new_code_cell(cell.source, id=f"own-{place}")
    return nbformat.v4.new_markdown_cell(cell.source, id=f"own-{place}")
