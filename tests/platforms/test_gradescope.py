"""Gradescope: the archive runs in its layout, and results.json is there whatever happens."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.gradescope.archive import write_autograder
from grader.platforms.gradescope.autograder import measured
from grader.platforms.gradescope.results import results_of

from ..unit.render import samples

GOOD = "import tensorflow as tf\n\n\ndef normalize(image, label):\n    return tf.cast(image, tf.float32) / 255.0\n"


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder /autograder after set-up, with this environment for the one that setup.sh makes."""
    root = tmp_path_factory.mktemp("autograder")
    with zipfile.ZipFile(write_autograder(ASSIGNMENT, root / "autograder.zip")) as archive:
        archive.extractall(root / "source")
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert modes["run_autograder"] == modes["setup.sh"] == 0o755
    (root / "venv" / "bin").mkdir(parents=True)
    python = root / "venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return root


def run(layout: Path, files: dict[str, str]) -> tuple[dict[str, Any], str]:
    """What run_autograder makes of a submission of these files: results.json, and the log."""
    for name in ("submission", "results"):
        shutil.rmtree(layout / name, ignore_errors=True)
    for name, text in files.items():
        path = layout / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = subprocess.run(
        ["bash", str(layout / "source" / "run_autograder")],
        env=os.environ | {"AUTOGRADER_ROOT": str(layout)},
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads((layout / "results" / "results.json").read_text()), done.stderr


@pytest.mark.parametrize("trusted", [False, True])
def test_the_reference_is_in_the_archive_unless_submissions_could_read_it(tmp_path: Path, trusted: bool) -> None:
    """One mistake, one penalty needs the lab's version of a part; without isolation it would be in everyone's reach."""
    with zipfile.ZipFile(write_autograder(ASSIGNMENT, tmp_path / "autograder.zip", trusted=trusted)) as archive:
        packed = {name for name in archive.namelist() if name.startswith("reference/")}
    modules = {f"reference/{name}" for name in ASSIGNMENT.reference_sources()}
    assert packed == (set() if trusted else {"reference/__init__.py", *modules})


def test_a_submission_is_measured_in_gradescopes_layout(layout: Path) -> None:
    """Isolated as anywhere; the folder of a .zip may be in between; what is right has its points.

    What crashes has none, and is told so.
    """
    results, log = run(layout, {"my lab/data.py": GOOD, "my lab/classifier.py": "raise SystemExit(3)\n"})
    by_name = {test["name"]: test for test in results["tests"]}
    assert results["score"] == 2.0, log
    assert len(by_name) == len(results["tests"]) == 33
    assert sum(test["max_score"] for test in results["tests"]) == 100
    assert next(iter(by_name.values()))["status"] == "passed"
    crashed = results["tests"][-len(ASSIGNMENT.select(["classifier"])) :]
    assert all(test["status"] == "failed" for test in crashed)
    assert "SystemExit" in results["output"]


def test_a_submission_that_cannot_be_read_has_no_points_and_says_why() -> None:
    """The author sees why, and can hand in again."""
    results = results_of(ASSIGNMENT, samples.unreadable())
    assert results["score"] == 0
    assert "invalid syntax" in results["output"]


def test_results_are_there_also_if_the_grader_is_not(layout: Path) -> None:
    """Without a score, so that nobody takes it for a zero; the log says what happened."""
    python = layout / "venv" / "bin" / "python"
    before = python.read_text()
    python.write_text("#!/bin/sh\nexit 9\n")
    try:
        results, log = run(layout, {"data.py": GOOD})
    finally:
        python.write_text(before)
    assert results.keys() == {"output"}
    assert "not you" in results["output"]
    assert "status 9" in log


def test_a_fault_of_ours_is_no_zero(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a check that was not measured nor an exception."""
    assert "score" not in results_of(ASSIGNMENT, samples.grader_fault())
    monkeypatch.setattr("grader.platforms.one.open_pool", lambda *_: 1 / 0)
    assert measured(tmp_path, trusted=False).keys() == {"output"}


def test_partial_credit_and_hostile_text_reach_the_results() -> None:
    """Points add up; outputs are plain text without control characters."""
    for report in (samples.struggling(), samples.hostile()):
        results = results_of(ASSIGNMENT, report)
        assert results["score"] == pytest.approx(sum(test["score"] for test in results["tests"]))
        assert {test["output_format"] for test in results["tests"]} == {"text"}
        assert not any(c in json.dumps(results, ensure_ascii=False) for c in "\x1b\u202e\x07")


def test_trust_has_to_be_asked_for(layout: Path, tmp_path: Path) -> None:
    """The script grades isolated unless the archive was made with the option."""
    assert "--trust" not in (layout / "source" / "run_autograder").read_text()
    with zipfile.ZipFile(write_autograder(ASSIGNMENT, tmp_path / "trusting.zip", trusted=True)) as archive:
        assert b'"$root" --trust-submissions\n' in archive.read("run_autograder")


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_scripts_are_shell(layout: Path, script: str) -> None:
    """And no brace of a template is left in them."""
    path = layout / "source" / script
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
    assert "{SECONDS}" not in path.read_text()
    assert "{OPTIONS}" not in path.read_text()
