"""Stock nbgrader runs in the written course folder, from the assignment to the feedback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook

from grader.release import course as release_course
from grader.release.course import ASSIGNMENT, CONFIG_NAME, write_course
from grader.release.notebook import PRACTICE_TAG, render_notebook
from grader.release.source import MODULES, reference_folder
from grader.release.templates import NOTEBOOK
from grader.stubs import STUB_MARKER

ROOT = Path(__file__).resolve().parents[2]


def nbgrader(course: Path, *arguments: str) -> None:
    """Run a stock command in the course folder, with the programs and packages of this checkout."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader starts `alembic`
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments, ASSIGNMENT],
        cwd=course,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def submit(course: Path, student: str, text: str) -> None:
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / NOTEBOOK).write_text(text, encoding="utf-8")


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[str, ...]], tuple[Path, Path]]:
    """A function that copies modules of the reference, writes their course, and returns both folders."""

    def write(modules: tuple[str, ...]) -> tuple[Path, Path]:
        folder = tmp_path_factory.mktemp("release")
        reference, course = folder / "reference", folder / "course"
        reference.mkdir()
        for name in modules:
            shutil.copy(reference_folder() / f"{name}.py", reference)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(release_course, "reference_folder", lambda: reference)
            write_course(course)
        return reference, course

    return write


@pytest.fixture(scope="module")
def graded(written: Callable[[tuple[str, ...]], tuple[Path, Path]]) -> Path:
    """A course folder of the whole lab with a solved and an untouched submission, graded by stock commands."""
    reference, course = written(MODULES)
    nbgrader(course, "generate_assignment", "--create")
    submit(course, "solved", render_notebook(reference, solutions=True))
    submit(course, "untouched", (course / "release" / ASSIGNMENT / NOTEBOOK).read_text(encoding="utf-8"))
    nbgrader(course, "autograde")
    nbgrader(course, "generate_feedback")
    return course


def test_stock_release_is_the_student_notebook_but_for_the_names_in_stubs(
    written: Callable[[tuple[str, ...]], tuple[Path, Path]],
) -> None:
    """For the whole lab nbgrader generates, cell for cell, what we hand out, down to locks and checksums.

    Its stubs do not name the task, but the grader takes them for untouched, too.
    """
    reference, course = written(MODULES)
    nbgrader(course, "generate_assignment", "--create")
    stock = read(course / "release" / ASSIGNMENT / NOTEBOOK)
    ours = nbformat.reads(render_notebook(reference, solutions=False), as_version=4)
    assert stock.metadata == ours.metadata
    for theirs, cell in zip(stock.cells, ours.cells, strict=True):
        if cell.metadata.get("nbgrader", {}).get("solution"):
            assert "SOLUTION" not in theirs.source
            stub = f'raise NotImplementedError("{STUB_MARKER}'
            assert theirs.source.count(stub) == cell.source.count(stub) > 0
            theirs.source, theirs.metadata.nbgrader.checksum = cell.source, cell.metadata.nbgrader.checksum
        assert theirs == cell


def test_solved_gets_all_points_and_untouched_none(graded: Path) -> None:
    """Every point for the solution, none for what students start with, no work left for a person."""
    with Gradebook(f"sqlite:///{graded}/gradebook.db") as gradebook:
        submissions = gradebook.assignment_submissions(ASSIGNMENT)
        scores = {s.student.id: (s.score, s.max_score) for s in submissions}
        waiting = [s.student.id for s in submissions if s.needs_manual_grade]
    assert scores == {"solved": (100, 100), "untouched": (0, 100)}
    assert waiting == []


def test_grading_runs_neither_experiments_nor_self_checks(graded: Path) -> None:
    """Cells for practice stay unexecuted in the graded notebook; all other code cells ran without an error."""
    cells = read(graded / "autograded" / "solved" / ASSIGNMENT / NOTEBOOK).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    skipped = [cell.id for cell in code if cell.execution_count is None]
    assert skipped == [cell.id for cell in code if PRACTICE_TAG in cell.metadata.get("tags", [])] != []
    assert not [out for cell in code for out in cell.outputs if out.output_type == "error"]


def test_feedback_is_written_for_everyone(graded: Path) -> None:
    """Each submission has its feedback page."""
    pages = graded.glob(f"feedback/*/{ASSIGNMENT}/*.html")
    assert sorted(page.parents[1].name for page in pages) == ["solved", "untouched"]


def test_course_is_not_written_over_a_changed_configuration(tmp_path: Path) -> None:
    """Writing again is harmless; a configuration that a person has changed is kept, and the message says where."""
    assert write_course(tmp_path) == write_course(tmp_path)
    config = tmp_path / CONFIG_NAME
    config.write_text("c = get_config()\n")
    (tmp_path / "source" / ASSIGNMENT / NOTEBOOK).unlink()
    with pytest.raises(FileExistsError, match=CONFIG_NAME):
        write_course(tmp_path)
    assert config.read_text() == "c = get_config()\n"
    assert not (tmp_path / "source" / ASSIGNMENT / NOTEBOOK).exists()
