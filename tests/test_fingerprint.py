"""What a kept result depends on: our own code for it, and nothing that only shows or stores it."""

import shutil
from pathlib import Path

import pytest

from grader import fingerprint
from grader.registry import PARTS

SHOWING = {"cli.py", "batch.py", "cache.py", "selfcheck.py", "render/pages.py", "release/notebook.py"}
MEASURING = {
    "registry.py", "checking.py", "expect.py", "lab.py", "images.py", "limits.py", "measuring.py", "remote_errors.py",
    "harness/operations.py", "harness/modules.py", "isolation/process.py", "isolation/confinement.py", "submissions.py",
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_part_depends_on_what_measures_it(part: str) -> None:
    """Its checks, the harness, the isolation and the reading of submissions; not on pages, tables and commands."""
    files = fingerprint.measuring_files(part)
    assert files >= MEASURING | {f"checks/{part}.py"}
    assert not files & SHOWING


def test_a_part_depends_on_what_it_shares_with_another() -> None:
    """Both variational autoencoders are measured far from the prior; nobody uses the checks of the classifier."""
    sharing = [part for part in PARTS if "posteriors.py" in fingerprint.measuring_files(part)]
    assert sharing == ["gaussian_vae", "vae"]
    assert [part for part in PARTS if "checks/classifier.py" in fingerprint.measuring_files(part)] == ["classifier"]


def test_a_changed_check_changes_its_part_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte in the checks of the classifier."""
    before = {part: fingerprint.fingerprint(part) for part in PARTS}
    shutil.copytree(fingerprint.ROOT, tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "grader" / "checks" / "classifier.py").open("a") as file:
        file.write("#")
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path / "grader")
    fingerprint.fingerprint.cache_clear()
    try:
        after = {part: fingerprint.fingerprint(part) for part in PARTS}
    finally:
        fingerprint.fingerprint.cache_clear()
    assert [part for part in PARTS if before[part] != after[part]] == ["classifier"]


def test_the_versions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another TensorFlow may give other numbers."""
    before = fingerprint.fingerprint("vae")
    monkeypatch.setattr(fingerprint, "environment", lambda: "Python 3.14, tensorflow 3")
    fingerprint.fingerprint.cache_clear()
    try:
        assert fingerprint.fingerprint("vae") != before
    finally:
        fingerprint.fingerprint.cache_clear()
