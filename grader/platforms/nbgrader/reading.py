"""Reads a submitted notebook for nbgrader: whatever is in the file becomes cells that nbgrader can handle.

Only the kind, the text and nbgrader's name of a cell are taken over. Outputs, widgets, attachments and the metadata of
other programs are not, so that nothing in them can stop a class, or reach a reader of the feedback.
"""

import glob
import json
import os
from pathlib import Path
from stat import S_ISREG
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode

from ...isolation.sandbox import SANDBOX, Exceeded
from ...isolation.sandbox_server import Begins
from ...protocol.texts import packed, unpacked
from ...submissions.files import MAX_FILE_BYTES
from ...submissions.notebooks import MAX_CELLS

UNREADABLE = "*The file that was handed in here is not a notebook. What nbgrader needs was put in its place.*"
CELL_MAKERS = {
    "code": nbformat.v4.new_code_cell,
    "markdown": nbformat.v4.new_markdown_cell,
    "raw": nbformat.v4.new_raw_cell,
}


class SubmittedNotebookExporter(NotebookExporter):  # type: ignore[misc]  # nbconvert has no types
    """Reads any file as a notebook; nbgrader's own exporter raises on those that are none.

    parent: nbgrader's converter, which is about to copy what lies beside the notebooks, and follows links.
    """

    def __init__(self, **options: Any):
        super().__init__(**options)
        if self.parent is not None:
            course, folders = self.parent.coursedir, self.parent.assignments
            linked = [glob.escape(folder) for folder in folders if not holds_files_alone(Path(folder))]
            course.ignore = list(dict.fromkeys([*course.ignore, *linked]))

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        """The notebook in the file `filename`, as nbgrader's preprocessors leave it, and the resources."""
        return self.from_notebook_node(read_notebook(_bytes(Path(filename))), resources=resources, **options)


def holds_files_alone(folder: Path) -> bool:
    """Whether a submitted folder is one, and all below it are folders and files: no link, pipe or device."""
    inside = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return not _is_linked(folder) and all(S_ISREG(path.lstat().st_mode) for path in inside)


def _is_linked(folder: Path) -> bool:
    """Whether the folder of an assignment, or that of the student above it, is a link."""
    return folder.is_symlink() or folder.parent.is_symlink()


def _bytes(file: Path) -> bytes:
    """What is in the file; nothing of a link, which could lead to a file of the instructor's, or of what is no file."""
    if _is_linked(file.parent) or file.is_symlink() or not file.is_file():
        return b""
    with file.open("rb") as stream:
        return stream.read(MAX_FILE_BYTES + 1)


def read_notebook(raw: bytes) -> NotebookNode:
    """The cells of a notebook's bytes; a single cell that says so where they are no notebook, or too large."""
    try:
        if len(raw) > MAX_FILE_BYTES:
            raise ValueError
        header, made = SANDBOX.call(cells_of, {}, raw)
        known = zip(header["kinds"], header["names"], unpacked(header["lengths"], made), strict=True)
        cells = [_cell(*each, number) for number, each in enumerate(known, start=1)]
    except (ValueError, KeyError, Exceeded):
        cells = [nbformat.v4.new_markdown_cell(UNREADABLE, id="cell-1")]
    return nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def cells_of(_: dict[str, Any], raw: bytes, __: Begins) -> tuple[dict[str, Any], bytes]:
    """In the sandbox: kinds, names and texts of the cells; nothing where this is no notebook."""
    try:
        cells = json.loads(raw.decode("utf-8-sig"))["cells"][:MAX_CELLS]
        lengths, made = packed(_encodable(_text(cell["source"])) for cell in cells)
        kinds = [cell["cell_type"] if cell["cell_type"] in CELL_MAKERS else "raw" for cell in cells]
        return {"kinds": kinds, "names": [_grade_id(cell.get("metadata")) for cell in cells], "lengths": lengths}, made
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}, b""


def _text(source: Any) -> str:
    """Raises TypeError or AttributeError for what is none."""
    return "".join(source) if isinstance(source, list) else source.replace("\r\n", "\n")


def _cell(kind: str, name: str, text: str, number: int) -> NotebookNode:
    marked = {"nbgrader": {"grade_id": name}} if name else {}
    return CELL_MAKERS[kind](text, id=f"cell-{number}", metadata=marked)


def _grade_id(metadata: object) -> str:
    """Nbgrader's name of a cell, '' for none; the rest of what nbgrader keeps there comes from the gradebook."""
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else ""


def _encodable(text: str) -> str:
    """A half of a pair of surrogates, which JSON can hold, cannot be written to a file."""
    return text.encode("utf-8", "replace").decode()
