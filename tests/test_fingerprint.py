"""What a kept result depends on: our own code for it, and nothing that only shows or stores it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.engine import fingerprint

SHOWING = {"cli.py", "batch.py", "cache.py", "selfcheck.py", "render/pages.py", "release/notebook.py"}
MEASURING = {
    "registry.py", "checking.py", "expect.py", "lab.py", "images.py", "limits.py", "measuring.py", "remote_errors.py",
    "harness/operations.py", "harness/modules.py", "isolation/process.py", "isolation/confinement.py", "submissions.py",
}  # fmt: skip


@pytest.mark.parametrize("part", ASSIGNMENT.part_names)
def test_a_part_depends_on_what_measures_it(part: str) -> None:
    """Its checks, the harness, the isolation and the reading of submissions; not on pages, tables and commands."""
    files = fingerprint.measuring_files(part)
    assert files >= MEASURING | {f"checks/{part}.py"}
    assert not files & SHOWING


def test_a_part_depends_on_what_it_shares_with_another() -> None:
    """Both variational autoencoders are measured far from the prior; nobody uses the checks of the classifier."""
    sharing = [part for part in ASSIGNMENT.part_names if "posteriors.py" in fingerprint.measuring_files(part)]
    assert sharing == ["gaussian_vae", "vae"]
    assert [part for part in ASSIGNMENT.part_names if "checks/classifier.py" in fingerprint.measuring_files(part)] == [
        "classifier"
    ]


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the grader that the fingerprints are taken of; what a change in it changes is asked with `changed`."""
    shutil.copytree(fingerprint.ROOT, tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path / "grader")
    yield tmp_path / "grader"
    fingerprint.fingerprint.cache_clear()


def changed(change: Callable[[], object]) -> list[str]:
    """The parts whose fingerprints a change changes."""
    taken = []
    for act in (lambda: None, change):
        act()
        fingerprint.fingerprint.cache_clear()
        taken.append({part: fingerprint.fingerprint(part) for part in ASSIGNMENT.part_names})
    before, after = taken
    return [part for part in ASSIGNMENT.part_names if before[part] != after[part]]


def test_a_changed_check_changes_its_part_alone(copied: Path) -> None:
    """One byte in the checks of the classifier."""
    path = copied / "checks" / "classifier.py"
    assert changed(lambda: path.write_text(path.read_text() + "#")) == ["classifier"]


@pytest.mark.parametrize(
    ("bar", "parts"),
    [
        ("accuracy", ["classifier"]),
        ("pairs of samples", ["data"]),
        ("informative nats", ["gaussian_vae", "vae"]),
        ("loss off the cross-entropy", ["autoencoder"]),
    ],
)
def test_a_moved_limit_changes_the_parts_that_are_held_to_it(copied: Path, bar: str, parts: list[str]) -> None:
    """By its name in the code; the others need not be measured again."""
    limits = json.loads((copied / "bars.json").read_text())
    limits[bar]["limit"] *= 1.01
    assert changed(lambda: (copied / "bars.json").write_text(json.dumps(limits))) == parts


def test_the_code_alone_has_a_fingerprint_too(copied: Path) -> None:
    """A moved limit leaves it as it is, a changed check does not."""
    before = fingerprint.fingerprint("data", limits=False)
    limits = json.loads((copied / "bars.json").read_text())
    limits["pairs of samples"]["limit"] *= 1.01
    for path, text, same in (("bars.json", json.dumps(limits), True), ("checks/data.py", "another", False)):
        (copied / path).write_text(text)
        fingerprint.fingerprint.cache_clear()
        assert (fingerprint.fingerprint("data", limits=False) == before) is same


def test_every_limit_holds_for_some_part(copied: Path) -> None:
    """None is named in a way that this would not find."""
    for bar in json.loads((copied / "bars.json").read_text()):
        limits = json.loads((copied / "bars.json").read_text())
        limits[bar]["limit"] *= 1.01
        assert changed(lambda limits=limits: (copied / "bars.json").write_text(json.dumps(limits))), bar


def test_the_versions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another TensorFlow may give other numbers."""
    before = fingerprint.fingerprint("vae")
    monkeypatch.setattr(fingerprint, "environment", lambda: "Python 3.14, tensorflow 3")
    fingerprint.fingerprint.cache_clear()
    try:
        assert fingerprint.fingerprint("vae") != before
    finally:
        fingerprint.fingerprint.cache_clear()
