"""Classroom 50 and GitHub Actions, each played by a program: what is written for them runs as they run it."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.outcomes import Status
from grader.platforms.github import actions, classroom50
from tests.second_lab import NAME, installed, solved, write

from ..unit.render import samples

LIGHT = Path(__file__).with_name("light_grader.py")
RUN = {
    "CLASSROOM": "cs-101",
    "ASSIGNMENT": "polynomials",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ada",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/x/y/commit/1",
    "RELEASE_URL": "https://github.com/x/y/releases/tag/submit",
    "REVIEW_URL": "",
}
GIT = ("git", "-c", "user.name=ada", "-c", "user.email=ada@uni")


def is_valid(result: dict[str, Any]) -> bool:
    """What the runner demands of result.json before it publishes a score, by its public pages."""
    texts = ("classroom", "assignment", "owner", "submission", "commit", "release", "review", "datetime")
    pairs = [(result["score"], result["max-score"]), *((t["score"], t["max-score"]) for t in result["tests"])]
    return (
        result["schema"] == "classroom50/result/v1"
        and all(isinstance(result[each], str) and result[each] for each in texts)
        and all(type(one) is type(other) is int and 0 <= one <= other for one, other in pairs)
        and all(type(t["passed"]) is bool and t["test-name"] for t in result["tests"])
        and [sum(column) for column in zip(*pairs[1:], strict=True)] == [result["score"], result["max-score"]]
    )


class Platform:
    """The runner of Classroom 50, as far as an autograder sees it."""

    def __init__(self, folder: Path, lab01: Assignment):
        self.bundle, self.checkout, self.temp = (folder / name for name in ("bundle", "checkout", "temp"))
        classroom50.write_bundle(lab01, self.bundle)
        self.install(f'exec {sys.executable} -P {LIGHT} "$@"')

    def install(self, script: str) -> None:
        """Stand for the environment that an earlier run of the job has made, which takes minutes and a network."""
        python = self.temp / "aelab" / "venv" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)

    def submit(self, texts: dict[str, str]) -> None:
        """Push a commit, made long ago."""
        write(self.checkout, texts)
        date = {"GIT_COMMITTER_DATE": "2026-06-01T14:32:01Z", "GIT_AUTHOR_DATE": "2026-06-01T14:32:01Z"}
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "work"]):
            subprocess.run([*GIT, *command], cwd=self.checkout, check=True, env=os.environ | date)

    def run(self) -> "subprocess.CompletedProcess[str]":
        """Run the autograder as the runner does: in the checkout, with the bundle elsewhere."""
        told = os.environ | RUN | {"RUNNER_TEMP": str(self.temp), "AELAB_ASSIGNMENT": NAME}
        command = [sys.executable, str(self.bundle / "autograder.py")]
        return subprocess.run(command, cwd=self.checkout, env=told, capture_output=True, text=True, check=False)


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """With the second assignment, whose grader needs no TensorFlow."""
    with installed() as assignment:
        yield Platform(tmp_path, assignment)


def test_classroom_50_gets_a_result_that_its_runner_takes(platform: Platform) -> None:
    """Points by check, the time of the commit, and not the result.json that the student handed in."""
    with installed() as lab01:
        texts = solved(lab01, "increasing=True", "increasing=False")
    platform.submit(texts | {"result.json": json.dumps({"score": 20}), "README.md": "# Lab"})
    done = platform.run()
    assert done.returncode == 0, done.stderr
    result = json.loads((platform.checkout / "result.json").read_text())
    assert is_valid(result)
    assert (result["score"], result["max-score"], result["datetime"]) == (13, 20, "2026-06-01T14:32:01Z")
    assert {key: result[key] for key in ("classroom", "assignment", "owner", "submission")} == {
        key.lower().removesuffix("_tag"): RUN[key] for key in ("CLASSROOM", "ASSIGNMENT", "OWNER", "SUBMISSION_TAG")
    }
    body = (platform.checkout / "release-body.md").read_text()
    assert body.startswith("### 13 of 20 points\n")
    assert "Column 0 does not hold the powers it should." in body


def test_a_grader_that_fails_is_no_zero(platform: Platform) -> None:
    """Another exit status than 0, and no result, not even the student's own."""
    platform.submit({"evaluation.py": "", "result.json": json.dumps({"score": 20})})
    platform.install("exit 3")
    assert platform.run().returncode == 3
    assert not (platform.checkout / "result.json").exists()


@pytest.mark.parametrize("report", [*samples.class_of_seven(), samples.hostile()], ids=lambda each: each.submission[:6])
def test_every_report_is_a_valid_result_or_none(report: samples.Report) -> None:
    """What a submission says is in no name of a test and no Markdown."""
    if not classroom50.is_measured(report):
        assert report.submission == "grace"
        return
    result = classroom50.result_of(ASSIGNMENT, report, RUN, "2026-06-01T14:32:01Z")
    if report.checks:
        assert is_valid(result)
    assert json.loads(json.dumps(result)) == result
    first, *lines = classroom50.release_body(ASSIGNMENT, report).splitlines()
    assert first.startswith("### ")
    assert all(not line or line.startswith("    ") for line in lines)


def test_partial_credit_is_whole_points_with_the_exact_ones_beside_them() -> None:
    """The contract knows whole numbers only."""
    result = classroom50.result_of(ASSIGNMENT, samples.struggling(), RUN, "")
    halves = [test for test in result["tests"] if test["exact-score"] % 1]
    assert [(test["score"], test["exact-score"], test["max-score"]) for test in halves] == [(2, 1.5, 3)]


def test_the_bundle_is_small_and_holds_no_solution(tmp_path: Path) -> None:
    """The runner fetches at most 10 MiB, which students can read; TensorFlow is not there for its newest Python."""
    classroom50.write_bundle(ASSIGNMENT, tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < classroom50.LARGEST
    with zipfile.ZipFile(tmp_path / "grader.zip") as packed:
        names = packed.namelist()
    assert "grader/platforms/github/classroom50.py" in names
    assert "pyproject.toml" in names
    assert not [name for name in names if name.startswith("reference")]
    assert json.loads((tmp_path / "runtime.json").read_text())["python"] == "3.13"


def test_without_git_the_commit_is_of_now(tmp_path: Path) -> None:
    """A checkout that is no repository is graded all the same."""
    found = datetime.strptime(classroom50.commit_time(tmp_path), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - found).total_seconds()) < 60


def test_actions_shows_points_and_keeps_the_page(tmp_path: Path) -> None:
    """The step that measures, as a runner runs it; what it writes holds no seed."""
    with installed() as lab01:
        actions.write_workflow(lab01, tmp_path / "repository")
        write(tmp_path / "checkout", solved(lab01))
    steps = yaml.safe_load((tmp_path / "repository/.github/workflows/grade.yml").read_text())["jobs"]["grade"]["steps"]
    (step,) = [each["run"] for each in steps if each.get("name") == "Measure"]
    python = tmp_path / "grader" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -P {LIGHT} "$@"\n')
    python.chmod(0o755)
    told = {"RUNNER_TEMP": str(tmp_path), "GITHUB_WORKSPACE": str(tmp_path / "checkout"), "AELAB_ASSIGNMENT": NAME}
    command = ["bash", "-e", "-c", step.removeprefix("sudo ")]
    done = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "results" / "result.json").read_text())
    assert (result["score"], result["max_score"], result["status"]) == (20, 20, "graded")
    assert (tmp_path / "results" / "summary.md").read_text().startswith("### 20 of 20 points\n")
    assert "Lab 1: polynomials" in (tmp_path / "results" / "index.html").read_text()
    assert "seed" not in json.dumps(result)


def test_the_workflow_installs_what_lies_beside_it(tmp_path: Path) -> None:
    """Where the steps look for it, and without the solution; points are shown also where something failed."""
    actions.write_workflow(ASSIGNMENT, tmp_path)
    workflow = yaml.safe_load((tmp_path / ".github/workflows/grade.yml").read_text())
    always = [step["name"] for step in workflow["jobs"]["grade"]["steps"] if step.get("if") == "always()"]
    assert always == ["Show the points", "Keep the page"]
    assert (tmp_path / ".github/grading/pyproject.toml").is_file()
    assert (tmp_path / ".github/grading/grader/platforms/github/actions.py").is_file()
    assert not list(tmp_path.rglob("reference"))


def test_what_is_not_graded_says_so_to_other_programs() -> None:
    """By its status; a score stands beside it for those who read nothing else."""
    told = actions.result_of(replace(samples.solved(), status=Status.ERROR))
    assert told["status"] == "error"
