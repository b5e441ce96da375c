"""Build the notebook of an assignment: the cells of its modules in order, and after each part the cells that grade it.

The source variant holds the solutions and is what an instructor gives to nbgrader; the student variant holds stubs, and
locks and checksums as nbgrader itself would set them. In the one namespace of a notebook there are no modules, so
imports of one part by another are dropped.
"""

import ast
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import jupytext
import nbformat
from nbformat.notebooknode import NotebookNode

from ..core.assignment import Assignment
from ..core.language import Language, language_of
from ..core.points import total
from ..core.registry import Check
from ..core.stubs import STUB_MARKERS
from .figures import embed, figures
from .questions import START, answer_shown, answer_stub, model_answers
from .rubric import worth
from .solutions import BEGIN, SourceError
from .sources import GUARD, handed_out, handed_out_text

SCHEMA_VERSION = 3  # of nbgrader's cell metadata
PRACTICE_TAG = "skip-execution"  # Jupyter's word for cells that only a person runs: experiments and self-checks
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}

Sources = Mapping[str, str]


@dataclass
class Cell:
    """A cell to build. nbgrader: its metadata for nbgrader, empty for a cell that nbgrader ignores."""

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


def render_notebook(assignment: Assignment, sources: Sources | None = None, *, solutions: bool) -> str:
    """The notebook as JSON text, the same on every run. Raises SourceError as `strip_solutions` does."""
    notebook = build_notebook(assignment, sources, solutions=solutions)
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook)}\n"  # as nbformat writes files


def build_notebook(assignment: Assignment, sources: Sources | None = None, *, solutions: bool) -> NotebookNode:
    """The notebook, with the solutions or with stubs in their place.

    sources: texts of modules by file name, those of the reference without.
    """
    cells, drawn = list(_opening_cells(assignment)), figures(assignment)
    language = language_of(assignment.texts.language)
    answers = model_answers(assignment) if solutions and assignment.questions else {}
    for filename, text in (sources or assignment.reference_sources()).items():
        part = PurePath(filename).stem
        checks = [check for check in assignment.checks if check.part == part]
        module = handed_out(assignment, text, filename, solutions=solutions)
        own = list(_part_cells(part, module, checks, language))
        if points := assignment.questions.get(part):
            shown = answer_shown(points, answers.get(part, "")) if solutions else answer_stub(points, language)
            own.insert(_place_of_answer(filename, own), _answer_cell(part, shown, points))
        cells += own
    for cell in cells:
        if cell.kind == "markdown":
            cell.source = embed(cell.source, drawn)
    notebook = nbformat.v4.new_notebook(cells=[cell.node() for cell in cells], metadata=METADATA)
    return notebook if solutions else _locked(notebook)


def _locked(notebook: NotebookNode) -> NotebookNode:
    """`notebook` with the locks and checksums that nbgrader sets in a release."""
    from nbgrader.preprocessors import ComputeChecksums, LockCells  # takes two seconds: only where it is needed

    for preprocessor in (LockCells(), ComputeChecksums()):
        notebook, _ = preprocessor.preprocess(notebook, {})
    return notebook


def _opening_cells(assignment: Assignment) -> Iterator[Cell]:
    language = language_of(assignment.texts.language)
    rows = "\n".join(f"| {part.name} | {worth(part.checks, language=language)} |" for part in assignment.parts)
    if asked := total(assignment.questions.values()):
        rows += f"\n| {language('questions, which a person grades')} | {language.number(str(asked))} |"
    sums = {"rows": rows, "total": worth(assignment.checks, asked, language)}
    introduction = handed_out_text(assignment, assignment.introduction, "introduction", **sums)
    yield Cell("markdown", introduction.strip(), "introduction")
    yield Cell("code", assignment.setup.strip(), "set-up")


def _part_cells(part: str, source: str, checks: list[Check], language: Language) -> Iterator[Cell]:
    """The module's cells, its self-check after the last task, and the cells that give points at the end.

    The table of a self-check says it all: a semicolon hides the points that `check` returns.
    """
    cells = list(_module_cells(part, source))
    last_task = max((i for i, cell in enumerate(cells) if cell.nbgrader), default=len(cells) - 1)
    yield from cells[: last_task + 1]
    if checks:
        told = language("Check your work as often as you like: nothing is counted here.")
        text = f'# {told}\ncheck("{part}");'
        yield Cell("code", text, f"{part}-self-check", tags=[PRACTICE_TAG])
    yield from cells[last_task + 1 :]
    if checks:
        yield Cell("markdown", f"### {language('Checks of this part')}", f"{part}-checks")
    yield from (_test_cell(check, language) for check in checks)


def _place_of_answer(filename: str, cells: list[Cell]) -> int:
    """Behind the question of a part. Raises SourceError where it has none."""
    for place, cell in enumerate(cells, start=1):
        if cell.kind == "markdown" and cell.source.startswith(START):
            return place
    raise SourceError(
        f"{filename}: course.toml gives its question points, and it has none: "
        f"a question is a cell of Markdown that begins with {START}.**"
    )


def _answer_cell(part: str, text: str, points: int | float) -> Cell:
    grade_id = f"{part}-question"
    marks = _nbgrader(grade_id, grade=True, solution=True, points=points)
    return Cell("markdown", text, grade_id, nbgrader=marks)


def _test_cell(check: Check, language: Language) -> Cell:
    comment = "\n".join(f"# {line}" for line in textwrap.wrap(language(check.sentence), 100))
    worth = language("{points} points", points=check.points) + (f", {language('a bonus')}" if check.bonus else "")
    source = f'{comment}\ncheck("{check.id}")  # {worth}'
    grade_id = check.id.replace(".", "-")  # nbgrader allows no dots; parts and names have no hyphens
    return Cell(
        "code", source, grade_id, nbgrader=_nbgrader(grade_id, grade=True, solution=False, points=check.possible)
    )


def _nbgrader(grade_id: str, *, grade: bool, solution: bool, **points: int | float) -> dict[str, Any]:
    """The metadata by which nbgrader knows a test cell (grade), an answer cell (solution), or one graded by hand."""
    roles = {"grade": grade, "locked": not solution, "solution": solution, "task": False}
    return {"schema_version": SCHEMA_VERSION, "grade_id": grade_id, **roles, **points}


def _module_cells(part: str, source: str) -> Iterator[Cell]:
    """The cells of a module for the notebook; one with a task is an answer cell."""
    for number, cell in enumerate(jupytext.reads(source, fmt="py:percent").cells, start=1):
        identity = f"{part}-{number}"
        if cell.cell_type == "markdown":
            yield Cell("markdown", cell.source, identity)
        elif BEGIN in cell.source or any(marker in cell.source for marker in STUB_MARKERS.values()):
            grade_id = f"{part}-{_first_definition(cell.source)}"
            yield Cell(
                "code",
                _without_relative_imports(cell.source),
                grade_id,
                nbgrader=_nbgrader(grade_id, grade=False, solution=True),
            )
        elif cell.source.startswith(GUARD):
            yield Cell("code", _unguarded(cell.source), identity, tags=[PRACTICE_TAG])
        elif given := _without_relative_imports(cell.source):
            yield Cell("code", given, identity)


def _first_definition(source: str) -> str:
    return next(n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef | ast.ClassDef))


def _unguarded(source: str) -> str:
    """The body of an experiment, without its guard; a semicolon hides what its last expression returns."""
    body = _without_relative_imports(textwrap.dedent(source.removeprefix(GUARD)).strip("\n"))
    return f"{body};" if isinstance(ast.parse(body).body[-1], ast.Expr) else body


def _without_relative_imports(source: str) -> str:
    lines = source.splitlines()
    relative = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom) and n.level]
    for node in sorted(relative, key=lambda n: n.lineno, reverse=True):
        del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines).strip("\n")
