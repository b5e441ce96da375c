"""The lab as one notebook: the modules' cells in the order of the lab, and after each part the cells that grade it.

One builder makes both variants. The source variant holds the solutions and is what an instructor gives to nbgrader;
the student variant holds stubs, and locks and checksums as nbgrader itself would set them. In the one namespace of a
notebook there are no modules, so imports of one part by another are dropped.
"""

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import jupytext
import nbformat
from nbformat.notebooknode import NotebookNode

from ..core.registry import Check, all_checks
from ..core.stubs import STUB_MARKER
from .solutions import BEGIN, strip_solutions
from .source import module_sources

SCHEMA_VERSION = 3  # of nbgrader's cell metadata
PRACTICE_TAG = "skip-execution"  # Jupyter's word for cells that only a person runs: experiments and self-checks
GUARD = 'if __name__ == "__main__":'
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}

INTRODUCTION = """\
# Lab 5: autoencoders

You will build autoencoders with TensorFlow: networks that squeeze a picture into a few numbers and paint it again,
and variants of them that invent, clean and recognise pictures. Each part has a little theory, one task or more, an
experiment to look at, and a question to think about.

* **Tasks** are the cells that raise `NotImplementedError("Your task: …")`. Replace that line by your code; names and
  arguments of functions and classes must stay as they are. You may add cells and functions of your own.
* **`check("autoencoder")`** measures your code and tells you what it expected, what it found, and what to try next.
  Run it as often as you like.
* **Checks of this part** are the cells that give points. They are locked; you can run them, too.

| part | points |
|---|---|
{rows}
| all | {total} |
"""

SETUP = """\
import os
import sys

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # TensorFlow Probability's layers need Keras 2: set before TensorFlow is used
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # hide TensorFlow's start-up chatter, keep Python's errors

if "tensorflow" in sys.modules and not sys.modules["tensorflow"].keras.Model.__module__.startswith("tf_keras"):
    raise RuntimeError("TensorFlow is already running with Keras 3: restart the kernel, then run this cell first.")

from grader import check"""


@dataclass
class Cell:
    """A cell to be: `nbgrader` is its nbgrader metadata, empty for a cell that nbgrader leaves alone."""

    kind: str
    source: str
    id: str
    tags: list[str] = field(default_factory=list)
    nbgrader: dict[str, Any] = field(default_factory=dict)

    def node(self) -> NotebookNode:
        """The cell in nbformat's form."""
        metadata: dict[str, Any] = {"tags": self.tags} if self.tags else {}
        if self.nbgrader:
            metadata["nbgrader"] = self.nbgrader
        make = nbformat.v4.new_code_cell if self.kind == "code" else nbformat.v4.new_markdown_cell
        return make(self.source, id=self.id, metadata=metadata)


def render_notebook(reference: Path, *, solutions: bool) -> str:
    """The notebook of the lab as JSON text, the same on every run. Raises MarkerError as `strip_solutions` does."""
    notebook = build_notebook(reference, solutions=solutions)
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook)}\n"  # as nbformat writes files


def build_notebook(reference: Path, *, solutions: bool) -> NotebookNode:
    """The notebook of the parts in the folder `reference`, with the solutions or with stubs in their place."""
    sources = module_sources(reference)
    cells = list(_opening_cells(sources))
    for filename, text in sources.items():
        cells += _part_cells(PurePath(filename).stem, text if solutions else strip_solutions(text, filename))
    notebook = nbformat.v4.new_notebook(cells=[cell.node() for cell in cells], metadata=METADATA)
    return notebook if solutions else _locked(notebook)


def _locked(notebook: NotebookNode) -> NotebookNode:
    """`notebook` with the locks and checksums that nbgrader sets in a release."""
    from nbgrader.preprocessors import ComputeChecksums, LockCells  # takes two seconds: only where it is needed

    for preprocessor in (LockCells(), ComputeChecksums()):
        notebook, _ = preprocessor.preprocess(notebook, {})
    return notebook


def _opening_cells(sources: dict[str, str]) -> Iterator[Cell]:
    points = {PurePath(name).stem: sum(c.points for c in _checks(PurePath(name).stem)) for name in sources}
    rows = "\n".join(f"| {part} | {worth} |" for part, worth in points.items() if worth)
    yield Cell("markdown", INTRODUCTION.format(rows=rows, total=sum(points.values())).strip(), "introduction")
    yield Cell("code", SETUP, "set-up")


def _checks(part: str) -> list[Check]:
    return [check for check in all_checks() if check.part == part]


def _part_cells(part: str, source: str) -> Iterator[Cell]:
    """The module's cells, its self-check after the last task, and the cells that give points at the end."""
    cells, checks = list(_module_cells(part, source)), _checks(part)
    last_task = max((i for i, cell in enumerate(cells) if cell.nbgrader), default=len(cells) - 1)
    yield from cells[: last_task + 1]
    if checks:
        text = f'# Check your work as often as you like: nothing is counted here.\ncheck("{part}")'
        yield Cell("code", text, f"{part}-self-check", tags=[PRACTICE_TAG])
    yield from cells[last_task + 1 :]
    if checks:
        yield Cell("markdown", "### Checks of this part", f"{part}-checks")
    yield from map(_test_cell, checks)


def _test_cell(check: Check) -> Cell:
    comment = "\n".join(f"# {line}" for line in textwrap.wrap(check.sentence, 100))
    source = f'{comment}\ncheck("{check.id}")  # {check.points} points'
    grade_id = check.id.replace(".", "-")  # nbgrader allows no dots; parts and names have no hyphens
    return Cell("code", source, grade_id, nbgrader=_nbgrader(grade_id, grade=True, points=check.points))


def _nbgrader(grade_id: str, *, grade: bool, **points: int) -> dict[str, Any]:
    """The metadata by which nbgrader knows a test cell (grade, locked) or an answer cell (solution)."""
    roles = {"grade": grade, "locked": grade, "solution": not grade, "task": False}
    return {"schema_version": SCHEMA_VERSION, "grade_id": grade_id, **roles, **points}


def _module_cells(part: str, source: str) -> Iterator[Cell]:
    """The cells of a module as they stand in the notebook; one with a task is an answer cell."""
    for number, cell in enumerate(jupytext.reads(source, fmt="py:percent").cells, start=1):
        identity = f"{part}-{number}"
        if cell.cell_type == "markdown":
            yield Cell("markdown", cell.source, identity)
        elif BEGIN in cell.source or STUB_MARKER in cell.source:
            grade_id = f"{part}-{_first_definition(cell.source)}"
            yield Cell(
                "code", _without_relative_imports(cell.source), grade_id, nbgrader=_nbgrader(grade_id, grade=False)
            )
        elif cell.source.startswith(GUARD):
            yield Cell("code", _unguarded(cell.source), identity, tags=[PRACTICE_TAG])
        elif given := _without_relative_imports(cell.source):
            yield Cell("code", given, identity)


def _first_definition(source: str) -> str:
    return next(n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef | ast.ClassDef))


def _unguarded(source: str) -> str:
    """The body of an experiment: a notebook is always the main program. What the last call returns is not shown."""
    body = _without_relative_imports(textwrap.dedent(source.removeprefix(GUARD)).strip("\n"))
    return f"{body};" if isinstance(ast.parse(body).body[-1], ast.Expr) else body


def _without_relative_imports(source: str) -> str:
    lines = source.splitlines()
    relative = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom) and n.level]
    for node in sorted(relative, key=lambda n: n.lineno, reverse=True):
        del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines).strip("\n")
