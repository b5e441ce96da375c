"""`aelab collect`: who is there, what is graded of each, what is not and why."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli.main import app

from ..submissions.handed_in import fill, notebook_of

CELL = notebook_of("class Autoencoder: pass")


@pytest.fixture
def lab_class(tmp_path: Path) -> Path:
    return fill(tmp_path, {
        "lovelaceada_1_10_lab05.ipynb": CELL, "lovelaceada_1_11_lab05-1.ipynb": CELL, "bob_2_12_data.py": "x = 1\n",
        "carl_3_13_report.pdf": "%PDF", "roster.csv": "",
    })  # fmt: skip


def test_everybody_is_listed_before_anything_is_graded(lab_class: Path) -> None:
    """The attempt that counts, what is graded of it, who cannot be graded, and what is nobody's."""
    told = CliRunner().invoke(app, ["collect", str(lab_class)])
    assert told.exit_code == 1
    for text in ("lovelaceada_1", "lab05.ipynb", "data.py", "carl_3", "nobody's: roster.csv",
                 "3 submissions, named by Canvas; 1 of them cannot be graded"):  # fmt: skip
        assert text in told.stdout


def test_machines_read_the_same(lab_class: Path) -> None:
    """As JSON, with the id of each student as the platform has it."""
    told = CliRunner().invoke(app, ["collect", str(lab_class), "--json"])
    found = json.loads(told.stdout)
    assert (found["platform"], found["nobodys"]) == ("Canvas", ["roster.csv"])
    ada, bob, carl = sorted(found["submissions"], key=lambda each: str(each["student"]))
    assert (ada["attempt"], ada["kind"], ada["graded"]) == (2, "notebook", "lab05.ipynb")
    assert "attempt 1 is passed over" in ada["left_out"][0]
    assert (bob["kind"], bob["graded"], bob["problem"]) == ("modules", "data.py", "")
    assert carl["kind"] is None
    assert carl["problem"]


def test_a_class_that_can_be_graded_whole_is_status_0(tmp_path: Path) -> None:
    """What is nobody's does not change it."""
    fill(tmp_path, {"ada/data.py": "x = 1\n", "bob.ipynb": CELL, ".DS_Store": "", "roster.csv": ""})
    assert CliRunner().invoke(app, ["collect", str(tmp_path)]).exit_code == 0


def test_a_roster_tells_whose_each_submission_is(lab_class: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """By login; what is doubtful is named, with how to settle it, until somebody has."""
    course = tmp_path_factory.mktemp("course")
    (course / "roster.csv").write_text("login,name\nada,Ada Lovelace\nrob,Robert Smith\ncarl,Carl\n")
    words = ["collect", str(lab_class), "--roster", str(course / "roster.csv")]
    told = CliRunner().invoke(app, words)
    assert "whose is it? bob_2: nobody on the roster has that name" in told.stdout
    assert "names.csv" in told.stdout
    (course / "names.csv").write_text("name,login\nbob_2,rob\n")
    found = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert sorted(each["student"] for each in found["submissions"]) == ["ada", "carl", "rob"]
    assert found["doubtful"] == []
