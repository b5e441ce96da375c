"""`aelab course`, and how every command finds the course."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.main import get_command
from typer.testing import CliRunner

from grader.cli.main import app
from grader.core.errors import UserError
from grader.course.reading import CourseError

from ..submissions.handed_in import fill
from ..test_docs import leaves

OF_NO_ASSIGNMENT = {
    "aelab cache info",
    "aelab cache clear",
    "aelab data import",
    "aelab data info",
    "aelab course init",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def aelab(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_every_command_about_an_assignment_takes_a_course() -> None:
    """The same option in the same words."""
    taking = {words for words, options in leaves(get_command(app)) if "--course" in options}
    assert taking == {words for words, _ in leaves(get_command(app))} - OF_NO_ASSIGNMENT


def test_a_file_to_begin_with_is_written_once(here: Path) -> None:
    """And never over another one."""
    assert aelab("course", "init").stdout.startswith("wrote course.toml")
    (here / "course.toml").write_text("mine")
    told = aelab("course", "init")
    assert isinstance(told.exception, UserError)
    assert str(told.exception) == "course.toml is there already: choose another --out, or move it away"
    assert (here / "course.toml").read_text() == "mine"


def test_what_holds_is_shown_with_its_source(here: Path) -> None:
    """As lines, and as JSON."""
    (here / "course.toml").write_text("[points]\ntotal = 50\n")
    assert "points.data.batches_shuffle_samples" in aelab("course", "show").stdout
    shown = {each["key"]: each for each in json.loads(aelab("course", "show", "--json").stdout)}
    assert shown["points.data.batches_shuffle_samples"] == {
        "key": "points.data.batches_shuffle_samples", "value": 2, "source": "course.toml, line 2"
    }  # fmt: skip
    assert shown["name"]["source"] == "default"


def test_a_named_file_goes_before_the_one_here(here: Path) -> None:
    """For every command; without either it is the lab as it is installed."""
    fill(here / "class", {"ada/other.py": "x = 1\n", "ada/vae.py": "x = 1\n"})
    assert aelab("collect", "class").exit_code == 0
    (here / "course.toml").write_text("nmae = 'a'")
    (here / "right.toml").write_text("title = 'A'")
    assert isinstance(aelab("collect", "class").exception, CourseError)
    assert aelab("collect", "class", "--course", "right.toml").exit_code == 0


def test_nothing_that_was_handed_in_adapts_the_grader(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the command runs in a submission."""
    fill(here / "class", {"ada/vae.py": "x = 1\n", "ada/course.toml": "title = 'A'"})
    assert aelab("collect", "class").exit_code == 0
    told = aelab("collect", "class", "--course", "class/ada/course.toml")
    assert "it lies in class, with what was handed in" in str(told.exception)
    monkeypatch.chdir(here / "class" / "ada")
    assert "with what was handed in" in str(aelab("collect", ".").exception)


def test_the_file_of_a_course_folder_is_found_from_elsewhere(here: Path) -> None:
    """It lies beside nbgrader's configuration, above what was handed in."""
    fill(here / "lab", {"nbgrader_config.py": "", "submitted/ada/lab05/vae.py": "x = 1\n", "course.toml": "nmae = 1"})
    assert str(aelab("collect", "lab").exception).startswith("lab/course.toml, line 1: there is no key 'nmae'")


def test_there_has_to_be_something_to_try(here: Path) -> None:
    """A course, and a check or threshold of its own or a name of what to try."""
    assert "there is no course.toml here" in str(aelab("course", "test").exception)
    (here / "course.toml").write_text("title = 'A'\n")
    assert "no thresholds of its own: name what to try with --part" in str(aelab("course", "test").exception)
    assert "unknown part or check 'vea'" in str(aelab("course", "test", "--part", "vea").exception)
