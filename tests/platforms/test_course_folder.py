"""Stock nbgrader runs in the written course folder of the whole lab; what follows is in nbgrader/test_course.py."""

import ast
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.nbgrader.course_folder import CONFIG_NAME, CourseExists, course_config, write_course
from tests.command import PACKAGES

ROOT = Path(__file__).resolve().parents[2]


def nbgrader(course: Path, *arguments: str) -> None:
    """Run a stock command in the course folder, with the programs and packages of this checkout."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader starts `alembic`
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments, ASSIGNMENT.name],
        cwd=course,
        env=os.environ | {"PATH": path, "PYTHONPATH": PACKAGES},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_stock_release_is_the_committed_notebook(tmp_path: Path) -> None:
    """For the whole lab nbgrader generates what is handed out and committed, byte for byte, worth 100 points."""
    course = tmp_path / "course"
    write_course(ASSIGNMENT, course)
    nbgrader(course, "generate_assignment", "--create")
    stock = (course / "release" / ASSIGNMENT.name / ASSIGNMENT.notebook).read_bytes()
    assert stock == (ROOT / "student_templates" / ASSIGNMENT.notebook).read_bytes()
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert gradebook.find_assignment(ASSIGNMENT.name).max_score == 100


def test_a_course_is_not_written_over_what_somebody_edited(tmp_path: Path) -> None:
    """Writing again is harmless. An edited file is named and keeps its text, and nothing is written, but by force."""
    config, notebook = write_course(ASSIGNMENT, tmp_path)
    assert write_course(ASSIGNMENT, tmp_path) == [config, notebook]
    config.unlink()
    notebook.write_text("mine")
    with pytest.raises(CourseExists, match=rf"{notebook.name}: edited.*--force"):
        write_course(ASSIGNMENT, tmp_path)
    assert notebook.read_text() == "mine"
    assert not config.exists()
    write_course(ASSIGNMENT, tmp_path, force=True)
    assert "nbgrader" in notebook.read_text()
    assert config.name == CONFIG_NAME


def test_the_names_of_an_assignment_are_data() -> None:
    """A title in quotes, and one that holds a word of the configuration, end no string and replace nothing else."""
    title = 'The "COURSE" on \\autoencoders"""'
    config = course_config(replace(ASSIGNMENT, name="homework3", title=title, course="ml2"))
    assert ast.get_docstring(ast.parse(config)).startswith(f"nbgrader's configuration for {title}. Run nbgrader's")
    assert 'c.CourseDirectory.course_id = "ml2"' in config
    assert "nbgrader autograde homework3\n" in config
