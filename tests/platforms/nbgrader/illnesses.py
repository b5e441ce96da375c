"""What students do to a notebook, or it does to itself, and what stock nbgrader makes of it."""

from collections.abc import Callable

import nbformat
from nbformat.notebooknode import NotebookNode

from .courses import POINTS, TESTS

FULL = POINTS
NONE = dict.fromkeys(TESTS)
LONG = 200_000


def corrupt_text(text: str, place: int = 1) -> Callable[[NotebookNode], None]:
    """Put `text` in front of the answer in cell `place`."""

    def corrupt(notebook: NotebookNode) -> None:
        notebook.cells[place].source = f"{text}\n{notebook.cells[place].source}"

    return corrupt


def duplicate(place: int) -> Callable[[NotebookNode], None]:
    def corrupt(notebook: NotebookNode) -> None:
        notebook.cells.insert(place, nbformat.from_dict(dict(notebook.cells[place], id="copy")))

    return corrupt


def split(notebook: NotebookNode) -> None:
    """As JupyterLab splits a cell: both halves keep the metadata."""
    duplicate(1)(notebook)
    head, _, body = notebook.cells[1].source.partition("\n")
    notebook.cells[1].source = "# my function comes next"
    notebook.cells[2].source = f"{head}\n{body}"


def delete(*places: int) -> Callable[[NotebookNode], None]:
    def corrupt(notebook: NotebookNode) -> None:
        notebook.cells = [cell for place, cell in enumerate(notebook.cells) if place not in places]

    return corrupt


def reorder(notebook: NotebookNode) -> None:
    notebook.cells = [notebook.cells[place] for place in (2, 0, 1, 4, 3)]


def retype(notebook: NotebookNode) -> None:
    for place in (1, 2):
        old = notebook.cells[place]
        notebook.cells[place] = nbformat.v4.new_markdown_cell(old.source, id=old.id, metadata=old.metadata)


def mark(place: int, **marks: object) -> Callable[[NotebookNode], None]:
    def corrupt(notebook: NotebookNode) -> None:
        notebook.cells[place].metadata.nbgrader.update(marks)

    return corrupt


def edit_test(notebook: NotebookNode) -> None:
    notebook.cells[2].source = "pass"
    notebook.cells[2].metadata.nbgrader.points = 100


def other_kernel(notebook: NotebookNode) -> None:
    notebook.metadata.kernelspec = {"display_name": "Julia 1.9", "language": "julia", "name": "julia-1.9"}


def training_cell(notebook: NotebookNode) -> None:
    """A given cell that trains for a minute, and whose result the answer uses."""
    notebook.cells[0].source = "import time\ntime.sleep(60)\ntrained = 2"
    notebook.cells[1].source = notebook.cells[1].source.replace("2 * x", "trained * x")


def long_output(notebook: NotebookNode) -> None:
    notebook.cells[1].source += f"\nprint('x' * {LONG})"


# What a student does -> the scores that stock nbgrader gives for a submission that is right.
STOCK = {
    "healthy": (lambda _: None, FULL),
    "warns when called": (
        lambda notebook: notebook.cells[1].update(
            source="import sys\ndef double(x):\n    print('W0000 slow', file=sys.stderr)\n    return 2 * x"
        ),
        FULL | {TESTS[0]: 0.0},
    ),
    "reordered cells": (reorder, dict.fromkeys(TESTS, 0.0)),
    "retyped cells": (retype, FULL),  # nbgrader's own cure
    "edited test": (edit_test, FULL),  # nbgrader's own cure
    "wrong kernel": (other_kernel, FULL),  # nbgrader's own cure
    "deleted test": (delete(2), FULL | {TESTS[0]: None}),
    "deleted answer and test": (delete(1, 2), FULL | {TESTS[0]: None}),
    "kernel dies": (corrupt_text("import os\nos._exit(1)"), None),
    "given training cell is slow": (training_cell, FULL | {TESTS[0]: 0.0}),
    "endless loop": (corrupt_text("while True:\n    pass"), dict.fromkeys(TESTS, 0.0) | {TESTS[1]: 4.0}),
    "prints without end": (long_output, FULL),
}
ENDS_THE_CLASS = {
    "duplicated answer": duplicate(1),
    "duplicated test": duplicate(2),
    "split answer": split,
    "schema of another world": mark(1, schema_version=99),
}
LOSES_THE_SUBMISSION = {
    "metadata of another kind": mark(1, grade=True),
    "nbgrader without its keys": lambda notebook: notebook.cells[1].metadata.nbgrader.pop("solution"),
}
ALL = {name: corrupt for name, (corrupt, _) in STOCK.items()} | ENDS_THE_CLASS | LOSES_THE_SUBMISSION
