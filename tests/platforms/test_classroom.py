"""GitHub Classroom: the workflow and the grader it installs, and the line that the reporter reads."""

import base64
import json
from pathlib import Path

import pytest
import yaml

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.classroom import output_line, write_workflow

from ..unit.render import samples


def decoded(line: str) -> dict[str, object]:
    name, _, value = line.partition("=")
    assert name == "result"
    return dict(json.loads(base64.b64decode(value)))


def test_partial_credit_adds_up() -> None:
    """The reporter sums the tests' scores; each test has a status that it knows."""
    report = samples.struggling()
    result = decoded(output_line(ASSIGNMENT, report))
    tests = result["tests"]
    assert isinstance(tests, list)
    assert (result["version"], result["status"], result["max_score"]) == (1, "fail", 100)
    assert sum(test["score"] for test in tests) == pytest.approx(report.score)
    assert any(0 < test["score"] < test["max_score"] for test in tests)
    assert {test["status"] for test in tests} == {"pass", "fail"}


@pytest.mark.parametrize(
    ("report", "status"), [(samples.solved(), "pass"), (samples.grader_fault(), "error"), (samples.untouched(), "fail")]
)
def test_status_of_the_whole(report: samples.Report, status: str) -> None:
    """A fault of ours is an error and not a failure."""
    assert decoded(output_line(ASSIGNMENT, report))["status"] == status


def test_the_output_is_one_line_whatever_a_submission_says() -> None:
    """Nothing in it can add another output to the step."""
    line = output_line(ASSIGNMENT, samples.hostile())
    assert "\n" not in line
    assert line.isascii()


def test_the_workflow_is_what_the_reporter_expects(tmp_path: Path) -> None:
    """The job has the name, the step's id is the runner's, and the grader to install lies where the step looks."""
    write_workflow(ASSIGNMENT, tmp_path)
    workflow = yaml.safe_load((tmp_path / ".github/workflows/autograding.yml").read_text())
    steps = workflow["jobs"]["run-autograding-tests"]["steps"]
    reporter = steps[-1]
    (runner,) = reporter["with"]["runners"].split(",")
    assert reporter["env"] == {f"{runner.upper()}_RESULTS": "${{ steps." + runner + ".outputs.result }}"}
    assert runner in [step.get("id") for step in steps]
    assert (tmp_path / ".github/grading/pyproject.toml").is_file()
    assert (tmp_path / ".github/grading/grader/platforms/classroom.py").is_file()
    assert not list(tmp_path.rglob("reference"))
