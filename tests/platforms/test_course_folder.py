"""Stock nbgrader runs in the written course folder, from the assignment to the feedback."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.nbgrader.course_folder import CONFIG_NAME, write_course
from grader.platforms.nbgrader.session import SEED_FILE
from grader.release.notebook import render_notebook
from tests.submissions.conditions import LIMIT, SEED

ROOT = Path(__file__).resolve().parents[2]


def nbgrader(course: Path, *arguments: str) -> None:
    """Run a stock command in the course folder, with the programs and packages of this checkout."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader starts `alembic`
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments, ASSIGNMENT.name],
        cwd=course,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def submit(course: Path, student: str, text: str) -> None:
    folder = course / "submitted" / student / ASSIGNMENT.name
    folder.mkdir(parents=True)
    (folder / ASSIGNMENT.notebook).write_text(text, encoding="utf-8")


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder of the whole lab with a solved and an untouched submission, graded by stock commands."""
    course = tmp_path_factory.mktemp("release") / "course"
    write_course(ASSIGNMENT, course)
    (course / SEED_FILE).write_text(f"{SEED}\n")
    config = course / CONFIG_NAME
    config.write_text(config.read_text().replace("c.Measure.limits = []", f'c.Measure.limits = ["{LIMIT}"]'))
    nbgrader(course, "generate_assignment", "--create")
    submit(course, "solved", render_notebook(ASSIGNMENT, solutions=True))
    submit(
        course, "untouched", (course / "release" / ASSIGNMENT.name / ASSIGNMENT.notebook).read_text(encoding="utf-8")
    )
    nbgrader(course, "autograde")
    nbgrader(course, "generate_feedback")
    return course


def test_stock_release_is_the_committed_notebook(graded: Path) -> None:
    """For the whole lab nbgrader generates what is handed out and committed, byte for byte."""
    stock = (graded / "release" / ASSIGNMENT.name / ASSIGNMENT.notebook).read_bytes()
    assert stock == (ROOT / "student_templates" / ASSIGNMENT.notebook).read_bytes()


def test_solved_gets_all_points_and_untouched_none(graded: Path) -> None:
    """Every point for the solution, none for what students start with, no work left for a person."""
    with Gradebook(f"sqlite:///{graded}/gradebook.db") as gradebook:
        submissions = gradebook.assignment_submissions(ASSIGNMENT.name)
        scores = {s.student.id: (s.score, s.max_score) for s in submissions}
        waiting = [s.student.id for s in submissions if s.needs_manual_grade]
    assert scores == {"solved": (100, 100), "untouched": (0, 100)}
    assert waiting == []


def test_grading_runs_no_cell_and_shows_what_was_measured(graded: Path) -> None:
    """Nothing was executed in a kernel; each test cell, and no other, shows text and points, some show a picture."""
    cells = [
        c
        for c in read(graded / "autograded" / "solved" / ASSIGNMENT.name / ASSIGNMENT.notebook).cells
        if c.cell_type == "code"
    ]
    assert all(cell.execution_count is None for cell in cells)
    shown = {cell.metadata.nbgrader.grade_id: [o.output_type for o in cell.outputs] for cell in cells if cell.outputs}
    assert shown.keys() == {check.id.replace(".", "-") for check in ASSIGNMENT.checks}
    assert all((kinds[0], kinds[-1]) == ("stream", "execute_result") for kinds in shown.values())
    assert any("display_data" in kinds for kinds in shown.values())


def test_feedback_is_written_for_everyone(graded: Path) -> None:
    """Each submission has its feedback page, and no page shows a solution that its student did not write."""
    pages = {
        p.parents[1].name: p.read_text(encoding="utf-8") for p in graded.glob(f"feedback/*/{ASSIGNMENT.name}/*.html")
    }
    assert sorted(pages) == ["solved", "untouched"]
    assert "SOLUTION" not in pages["untouched"]
    assert "Your task" in pages["untouched"]


def test_course_is_not_written_over_a_changed_configuration(tmp_path: Path) -> None:
    """Writing again is harmless; a configuration that a person has changed is kept, and the message says where."""
    assert write_course(ASSIGNMENT, tmp_path) == write_course(ASSIGNMENT, tmp_path)
    config = tmp_path / CONFIG_NAME
    config.write_text("c = get_config()\n")
    (tmp_path / "source" / ASSIGNMENT.name / ASSIGNMENT.notebook).unlink()
    with pytest.raises(FileExistsError, match=CONFIG_NAME):
        write_course(ASSIGNMENT, tmp_path)
    assert config.read_text() == "c = get_config()\n"
    assert not (tmp_path / "source" / ASSIGNMENT.name / ASSIGNMENT.notebook).exists()
