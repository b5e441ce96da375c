"""The generated notebook is valid, complete, and the same on every run."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.notebooknode import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.stubs import STUB_MARKER
from grader.release.notebook import PRACTICE_TAG, render_notebook


def read(assignment: Assignment, *, solutions: bool) -> NotebookNode:
    return nbformat.reads(render_notebook(assignment, solutions=solutions), as_version=4)


@pytest.fixture(scope="module", params=[True, False], ids=["source", "student"])
def notebook(request: pytest.FixtureRequest) -> NotebookNode:
    return read(ASSIGNMENT, solutions=request.param)


@pytest.fixture(scope="module")
def student() -> NotebookNode:
    return read(ASSIGNMENT, solutions=False)


def roles(notebook: NotebookNode, role: str) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get(role)]


def test_is_valid_for_nbformat_and_nbgrader(notebook: NotebookNode) -> None:
    """Both variants pass nbformat's schema and nbgrader's own validator, schema version 3."""
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_every_check_has_one_test_cell_with_its_points(notebook: NotebookNode) -> None:
    """The test cells are the declared checks, in order, each once, locked, with its points, sentence and call."""
    cells = roles(notebook, "grade")
    found = [(cell.metadata.nbgrader.grade_id.replace("-", "."), cell.metadata.nbgrader.points) for cell in cells]
    assert found == [(check.id, check.points) for check in ASSIGNMENT.checks]
    for cell, check in zip(cells, ASSIGNMENT.checks, strict=True):
        *comments, call = cell.source.splitlines()
        assert call == f'check("{check.id}")  # {check.points} points'
        assert " ".join(line.removeprefix("# ") for line in comments) == check.sentence
        assert (cell.metadata.nbgrader.locked, cell.metadata.nbgrader.solution) == (True, False)


def test_cells_with_a_task_are_answer_cells_and_no_others(student: NotebookNode) -> None:
    """A cell of the student notebook holds a stub exactly if nbgrader takes it for an answer."""
    answers = [cell.id for cell in roles(student, "solution")]
    stubs = [cell.id for cell in student.cells if cell.cell_type == "code" and STUB_MARKER in cell.source]
    assert answers == stubs
    assert {"data-normalize", "data-training_batches", "autoencoder-Autoencoder"} <= set(answers)


def test_student_notebook_is_locked_as_nbgrader_would(student: NotebookNode) -> None:
    """Test cells can be neither edited nor deleted, answer cells not deleted; both have checksums."""
    for cell in roles(student, "grade"):
        assert (cell.metadata.deletable, cell.metadata.editable) == (False, False)
    for cell in roles(student, "solution"):
        assert cell.metadata.deletable is False
        assert "editable" not in cell.metadata
    assert all("checksum" in cell.metadata.nbgrader for cell in roles(student, "grade") + roles(student, "solution"))


def test_variants_differ_in_answer_cells_only(student: NotebookNode) -> None:
    """The instructor's and the student's notebook have the same cells and, outside the answers, the same text."""
    source = read(ASSIGNMENT, solutions=True)
    assert [cell.id for cell in source.cells] == [cell.id for cell in student.cells]
    different = [a.id for a, b in zip(source.cells, student.cells, strict=True) if a.source != b.source]
    assert different == [cell.id for cell in roles(student, "solution")]


@pytest.mark.parametrize("part", ASSIGNMENT.part_names)
def test_part_reads_task_self_check_experiment_question_points(student: NotebookNode, part: str) -> None:
    """In each part the last task is followed by the self-check, then the experiment, then the cells with points."""
    ids = [cell.id for cell in student.cells if cell.id.startswith(f"{part}-")]
    by_id = {cell.id: cell for cell in student.cells}
    last_task = max(i for i, name in enumerate(ids) if STUB_MARKER in by_id[name].source)
    self_check, heading = ids.index(f"{part}-self-check"), ids.index(f"{part}-checks")
    experiments = [
        i for i, n in enumerate(ids) if PRACTICE_TAG in by_id[n].metadata.get("tags", []) and i != self_check
    ]
    assert by_id[ids[self_check]].source.endswith(f'\ncheck("{part}");')
    assert self_check == last_task + 1
    assert experiments
    assert all(self_check < i < heading for i in experiments)
    assert ids[heading + 1 :] == [check.id.replace(".", "-") for check in ASSIGNMENT.checks if check.part == part]


@pytest.mark.parametrize("part", ASSIGNMENT.part_names)
def test_part_teaches(student: NotebookNode, part: str) -> None:
    """In each part a student finds theory with its formula, then tasks with hints, an experiment and a question."""
    text = "\n\n".join(
        cell.source for cell in student.cells if cell.id.startswith(f"{part}-") and cell.cell_type == "markdown"
    )
    stations = [
        r"^# Part \d: ",
        r"\$.+\$",
        r"^## Task \d\.1: ",
        r"^\*Hint:\* ",
        r"^## Experiment$",
        r"^\*\*Questions?\.\*\* ",
    ]
    found = [re.search(station, text, re.MULTILINE) for station in stations]
    assert all(found), dict(zip(stations, found, strict=True))
    assert [match.start() for match in found if match] == sorted(match.start() for match in found if match)


def test_experiments_show_no_return_value(notebook: NotebookNode) -> None:
    """A call that ends an experiment says what it did by itself: what it returns is not shown below."""
    experiments = [c.source for c in notebook.cells if PRACTICE_TAG in c.metadata.get("tags", [])]
    ends = [
        source for source in experiments if "check(" not in source and isinstance(ast.parse(source).body[-1], ast.Expr)
    ]
    assert ends
    assert all(source.endswith(";") for source in ends)


def test_nothing_of_modules_and_jupytext_is_left(notebook: NotebookNode) -> None:
    """No cell imports from another part, guards an experiment, is empty, or carries jupytext's metadata."""
    assert "jupytext" not in notebook.metadata
    for cell in notebook.cells:
        assert cell.source
        assert cell.source == cell.source.strip()
        assert set(cell.metadata) <= {"nbgrader", "tags", "deletable", "editable"}
        if cell.cell_type == "code":
            nodes = list(ast.walk(ast.parse(cell.source)))
            assert not any(node.level for node in nodes if isinstance(node, ast.ImportFrom))
            assert "__main__" not in cell.source


def test_bytes_are_the_same_on_every_run(notebook: NotebookNode) -> None:
    """Generating twice gives the same text: no random cell ids, no dates, no order of a set."""
    solutions = not any("checksum" in cell.metadata.get("nbgrader", {}) for cell in notebook.cells)
    first, second = (render_notebook(ASSIGNMENT, solutions=solutions) for _ in range(2))
    assert first == second


def test_set_up_sets_keras_2_before_anything_else(student: NotebookNode) -> None:
    """The first code cell switches to Keras 2, before TensorFlow is imported anywhere, and imports `check`."""
    first, *others = [cell.source for cell in student.cells if cell.cell_type == "code"]
    assert 'os.environ["TF_USE_LEGACY_KERAS"] = "1"' in first
    assert first.endswith("from grader import check")
    assert "import tensorflow" not in first
    assert any("import tensorflow" in source for source in others)


def test_set_up_says_what_to_do_when_it_is_too_late(student: NotebookNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where TensorFlow runs with Keras 3 already, the first cell ends with the way out; with Keras 2 it goes on."""
    first = next(cell.source for cell in student.cells if cell.cell_type == "code")
    for module, too_late in (("keras.src.models.model", True), ("tf_keras.src.engine.training", False)):
        model = type("Model", (), {"__module__": module})
        running = SimpleNamespace(keras=SimpleNamespace(Model=model))
        with monkeypatch.context() as patched:
            patched.setitem(sys.modules, "tensorflow", running)
            with pytest.raises(RuntimeError, match="restart the kernel") if too_late else nullcontext():
                exec(first, {})


def test_stock_execution_passes_over_experiments() -> None:
    """`nbgrader validate` runs the notebook with nbclient, whose own word marks what it skips."""
    assert NotebookClient(nbformat.v4.new_notebook()).skip_cells_with_tag == PRACTICE_TAG


def _relative_imports(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.module or ""
            assert all(alias.asname is None for alias in node.names), "a notebook has no module to rename from"


def test_modules_fit_into_one_namespace() -> None:
    """A part imports from earlier parts only, and no two parts give one name to two things."""
    defined: dict[str, str] = {}
    for filename, text in ASSIGNMENT.reference_sources().items():
        part = Path(filename).stem
        assert all(ASSIGNMENT.modules.index(name) < ASSIGNMENT.modules.index(part) for name in _relative_imports(text))
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert defined.setdefault(node.name, part) == part, f"{node.name} is defined in two parts"


def test_an_assignment_of_one_part_gives_a_notebook_of_it(tmp_path: Path) -> None:
    """Parts that are not there have neither cells nor points, whatever else lies in the folder."""
    text = (
        "# %%\ndef normalize():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n# %%\nfrom .x import y\n"
    )
    folder = tmp_path / "one_part_reference"
    folder.mkdir()
    for name, content in {"__init__": "", "data": text, "autoencoder": text}.items():
        (folder / f"{name}.py").write_text(content)
    one_part = replace(ASSIGNMENT.with_parts(["data"]), given=(), reference=folder)
    cells = read(one_part, solutions=False).cells
    assert [cell.id for cell in cells if cell.cell_type == "code" and cell.id.startswith("data-")][:2] == [
        "data-normalize",
        "data-self-check",
    ]
    assert not any(cell.id.startswith("autoencoder") for cell in cells)
    assert json.loads(json.dumps(cells[0].source)).endswith("| all | 6 |")
