"""The sample class with attacks mixed in, graded by the command an instructor types.

Every outcome is as the file beside its recipe says, whatever the attackers do.
"""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from tests.isolation import attacks
from tests.submissions.build import Recipe, build, recipes
from tests.submissions.conditions import LIMIT, SEED

MIXED_IN = (
    "daemon_left_behind", "exit_at_import", "fork_bomb", "frames_on_every_descriptor", "injection_into_pages",
    "kill_everything", "kill_parent", "look_for_secrets", "message_to_the_next", "write_other_submission",
)  # fmt: skip
AGAIN = ("data", "autoencoder", "pictures", "denoising")
AELAB = [sys.executable, "-m", "grader"]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The --out folder of the whole class."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "submissions").mkdir()
    for recipe in recipes():
        build(recipe, folder / "submissions")
    with attacks.temptation() as target:
        for name in MIXED_IN:
            attacks.build(attacks.attack_called(name), folder / "submissions", target)
        grade(folder / "submissions", folder / "results")
        assert target.damage() == []
    return folder / "results"


def grade(submissions: Path, out: Path, *more: str) -> None:
    options = ["--out", str(out), "--seed", str(SEED), "--limit", LIMIT, *more]
    done = subprocess.run([*AELAB, "grade", str(submissions), *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def report_of(out: Path, name: str) -> dict:
    return json.loads((out / name / "report.json").read_text())


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_outcomes_are_as_expected(recipe: Recipe, graded: Path) -> None:
    """Every check of the submission ends as its expected.json says, and points are lost only there."""
    report = report_of(graded, recipe.name)
    found = {check["id"]: check["outcome"] for check in report["checks"]}
    assert found == {identity: str(outcome) for identity, outcome in recipe.expected.items()}
    full = [c for c in report["checks"] if c["outcome"] == "passed"]
    assert all(c["score"] == c["points"] for c in full)


@pytest.mark.parametrize("recipe", [r for r in recipes() if r.code], ids=lambda recipe: recipe.name)
def test_the_mistake_is_named(recipe: Recipe, graded: Path) -> None:
    """Some check of the report has failed by the code of the mistake, or of one that cannot be told from it."""
    failed = [check for check in report_of(graded, recipe.name)["checks"] if check["outcome"] == "failed"]
    assert recipe.code in {code for c in failed for code in (c["code"], *c["parameters"].get("also", ()))}


def test_grades_csv_has_a_row_for_everyone(graded: Path) -> None:
    """grades.csv lists the class with the scores of the reports."""
    with (graded / "grades.csv").open() as file:
        rows = {row["submission"]: float(row["score"]) for row in csv.DictReader(file)}
    names = [*(recipe.name for recipe in recipes()), *MIXED_IN]
    assert rows == {name: report_of(graded, name)["score"] for name in names}


@pytest.mark.parametrize("name", MIXED_IN)
def test_an_attack_gets_what_its_answers_are_worth(name: str, graded: Path) -> None:
    """Its part has the score that its file says, and the parts that it did not hand in have none."""
    report = report_of(graded, name)
    assert report["status"] == "graded"
    assert report["score"] == attacks.attack_called(name).score


def test_equal_seeds_give_equal_reports(graded: Path, tmp_path: Path) -> None:
    """The same submission and seed give the same report again, times aside: alone, or with attacks around it.

    In parts without a training, with one, and with one that draws noise.
    """
    (recipe,) = [r for r in recipes() if r.name == "solved"]
    build(recipe, tmp_path)
    parts = [option for part in AGAIN for option in ("--part", part)]
    grade(tmp_path / "solved", tmp_path / "again", "--fresh", *parts)
    first, second = (measured(report_of(out, "solved")) for out in (graded, tmp_path / "again"))
    assert len(first) == len(ASSIGNMENT.select(AGAIN))
    assert first == second


def measured(report: dict) -> list[dict]:
    """The checks of the parts that are measured twice, without times."""
    checks = [check for check in report["checks"] if check["part"] in AGAIN]
    return [{key: value for key, value in check.items() if key != "seconds"} for check in checks]


def test_every_measured_failure_has_a_next_step(graded: Path) -> None:
    """A failing check tells the student what to do next."""
    failed = [c for r in recipes() for c in report_of(graded, r.name)["checks"] if c["outcome"] == "failed"]
    assert failed
    assert [c["id"] for c in failed if not c["hint"]] == []


def test_the_rubric_is_complete_in_every_report(graded: Path) -> None:
    """Every report holds every check once."""
    for recipe in recipes():
        assert [c["id"] for c in report_of(graded, recipe.name)["checks"]] == [c.id for c in ASSIGNMENT.checks]
