"""What a kept result depends on: our own code for it, and nothing that only shows or stores it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.registry import Check
from grader.engine import fingerprint

SHOWING = {
    "grader/cli/main.py", "grader/engine/run.py", "grader/engine/cache.py", "grader/selfcheck/screens.py",
    "grader/render/pages.py", "grader/release/notebook.py", "grader/platforms/nbgrader/session.py",
}  # fmt: skip
MEASURING = {
    "grader/core/registry.py", "grader/core/expect.py", "grader/core/limits.py", "grader/core/thresholds.py",
    "grader/engine/checking.py", "grader/engine/isolated.py", "grader/subject/subject.py", "grader/subject/errors.py",
    "grader/harness/operations.py", "grader/harness/modules.py", "grader/protocol/frames.py",
    "grader/isolation/process.py", "grader/isolation/confinement.py", "grader/submissions/reading.py",
    "grader/autoencoders/subject.py", "grader/autoencoders/images.py", "grader/autoencoders/operations/models.py",
}  # fmt: skip


def forget() -> None:
    """Files are read anew, as by another process."""
    fingerprint.fingerprint.cache_clear()
    fingerprint._texts.cache_clear()


def taken(assignment: Assignment, thresholds: bool = True) -> dict[str, str]:
    """The fingerprints of all parts, of the files as they are now."""
    forget()
    return {part: fingerprint.fingerprint(assignment, part, thresholds) for part in assignment.part_names}


def changed(assignment: Assignment, change: Callable[[], object]) -> list[str]:
    """The parts whose fingerprints a change of files changes."""
    before = taken(assignment)
    change()
    after = taken(assignment)
    return [part for part in before if before[part] != after[part]]


def append_to(file: Path) -> Callable[[], object]:
    """The least change of a module."""
    return lambda: file.write_text(file.read_text() + "#")


@pytest.mark.parametrize("part", ASSIGNMENT.part_names)
def test_a_part_depends_on_what_measures_it(part: str) -> None:
    """Its checks, the harness, the isolation and the reading of submissions; not on pages, tables and commands."""
    files = fingerprint.measuring_files(ASSIGNMENT, part)
    assert files >= MEASURING | {f"grader/autoencoders/checks/{part}.py"}
    assert not files & SHOWING


def test_a_part_depends_on_what_it_shares_with_another() -> None:
    """Both variational autoencoders are measured far from the prior; nobody uses the checks of the classifier."""

    def using(file: str) -> list[str]:
        files = {part: fingerprint.measuring_files(ASSIGNMENT, part) for part in ASSIGNMENT.part_names}
        return [part for part in ASSIGNMENT.part_names if f"grader/autoencoders/{file}" in files[part]]

    assert using("measurements/posteriors.py") == ["gaussian_vae", "vae"]
    assert using("checks/classifier.py") == ["classifier"]


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the grader, this lab's package included, that the fingerprints are taken of."""
    copy = tmp_path / "grader"
    shutil.copytree(fingerprint.GRADER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    real = fingerprint.folder_of
    there = {ASSIGNMENT.package: copy / "autoencoders", ASSIGNMENT.operations: copy / "autoencoders" / "operations"}
    monkeypatch.setattr(fingerprint, "GRADER", copy)
    monkeypatch.setattr(fingerprint, "folder_of", lambda package: there.get(package) or real(package))
    yield copy
    forget()


def test_a_changed_check_changes_its_part_alone(copied: Path) -> None:
    """One byte in the checks of the classifier."""
    assert changed(ASSIGNMENT, append_to(copied / "autoencoders" / "checks" / "classifier.py")) == ["classifier"]


def test_a_changed_grader_changes_every_part(copied: Path) -> None:
    """One byte of what runs all checks; one of a page changes none."""
    assert changed(ASSIGNMENT, append_to(copied / "engine" / "checking.py")) == list(ASSIGNMENT.part_names)
    assert changed(ASSIGNMENT, append_to(copied / "render" / "pages.py")) == []


def test_the_code_alone_has_a_fingerprint_too(copied: Path) -> None:
    """A moved limit leaves it as it is, a changed check does not."""
    before = taken(ASSIGNMENT, thresholds=False)
    assert taken(with_limit(ASSIGNMENT, "pairs of samples"), thresholds=False) == before
    append_to(copied / "autoencoders" / "checks" / "data.py")()
    assert taken(ASSIGNMENT, thresholds=False)["data"] != before["data"]


def with_limit(assignment: Assignment, name: str) -> Assignment:
    """The assignment as if its file of thresholds held another limit under this name."""

    def moved(check: Check) -> Check:
        limits = (replace(t, default=1.01 * t.default) if t.name == name else t for t in check.thresholds)
        return replace(check, thresholds=tuple(limits))

    return replace(assignment, parts=tuple(replace(p, checks=tuple(map(moved, p.checks))) for p in assignment.parts))


def held_to(assignment: Assignment, name: str) -> list[str]:
    """The parts whose fingerprints another limit of a threshold changes."""
    before = {part: fingerprint.fingerprint(assignment, part) for part in assignment.part_names}
    other = with_limit(assignment, name)
    return [part for part in before if before[part] != fingerprint.fingerprint(other, part)]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("accuracy", ["classifier"]),
        ("pairs of samples", ["data"]),
        ("informative nats", ["gaussian_vae", "vae"]),
        ("loss off the cross-entropy", ["autoencoder"]),
    ],
)
def test_a_moved_limit_changes_the_parts_that_are_held_to_it(name: str, parts: list[str]) -> None:
    """Those whose checks declare it; the others need not be measured again."""
    assert held_to(ASSIGNMENT, name) == parts


def test_every_limit_holds_for_some_part() -> None:
    """None is declared in a way that this would not find."""
    assert [name for name in ASSIGNMENT.thresholds if not held_to(ASSIGNMENT, name)] == []


def test_the_versions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another TensorFlow may give other numbers."""
    before = fingerprint.fingerprint(ASSIGNMENT, "vae")
    monkeypatch.setattr(fingerprint, "environment", lambda: "Python 3.14, tensorflow 3")
    forget()
    try:
        assert fingerprint.fingerprint(ASSIGNMENT, "vae") != before
    finally:
        forget()


# --- an assignment of its own, outside of the grader's package --------------------------------------------------------

CHECK = '''
from .. import registry
from ..registry import CHECKS{imports}


@CHECKS.check("{part}", points=1, needs={needs}, thresholds={thresholds})
def counts(subject):
    """It counts."""
'''
TINY = {
    "__init__.py": "",
    "registry.py": """
from grader.core.registry import Registry
from grader.core.thresholds import Threshold

CHECKS = Registry()
MOST = Threshold("most", "at most", 3.0)
""",
    "subject.py": "from grader.subject import subject\n\n\nclass Subject(subject.Subject): ...\n",
    "shared.py": "",
    "page.py": "",
    "checks/__init__.py": "",
    "checks/first.py": CHECK.format(imports="", part="first", needs=[], thresholds="[registry.MOST]"),
    "checks/second.py": CHECK.format(
        imports="\nfrom . import first\nfrom .. import shared", part="second", needs="[first.counts]", thresholds=[]
    ),
    "checks/third.py": CHECK.format(imports="\nfrom .. import shared", part="third", needs=[], thresholds=[]),
    "operations/__init__.py": "from . import counting",
    "operations/counting.py": "",
    "assignment.py": """
from pathlib import Path

from grader.core.assignment import Assignment, Part
from grader.core.thresholds import Thresholds

from .checks import first, second, third
from .registry import CHECKS, MOST
from .subject import Subject

ASSIGNMENT = Assignment(
    "tiny", "Tiny", "tiny", tuple(Part(name, name, (), CHECKS.of_part(name)) for name in ("first", "second", "third")),
    Thresholds({"most": MOST}), "tiny_lab", "tiny_lab.operations", Subject, Path("tiny_reference"),
    data_packages=("tiny_digits",),
)
""",
}


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Assignment]]:
    """The folder of a package with an assignment of three parts, and the assignment; digits lie beside it."""
    for name, text in TINY.items():
        file = tmp_path / "tiny_lab" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "tiny_digits").mkdir()
    (tmp_path / "tiny_digits" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "tiny_lab", import_module("tiny_lab.assignment").ASSIGNMENT
    forget()
    for name in [name for name in sys.modules if name.startswith("tiny_")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("file", "parts"),
    [
        ("checks/third.py", ["third"]),
        ("checks/first.py", ["first", "second"]),
        ("shared.py", ["second", "third"]),
        ("operations/counting.py", ["first", "second", "third"]),
        ("subject.py", ["first", "second", "third"]),
        ("checks/__init__.py", ["first", "second", "third"]),
        ("__init__.py", ["first", "second", "third"]),
        ("page.py", []),
    ],
)
def test_an_assignment_in_a_package_of_its_own_counts(
    tiny: tuple[Path, Assignment], file: str, parts: list[str]
) -> None:
    """Its checks for those that use them; subject, operations and packages for all; what nothing imports for none."""
    folder, assignment = tiny
    assert changed(assignment, append_to(folder / file)) == parts


def test_its_data_count(tiny: tuple[Path, Assignment]) -> None:
    """Digits may be hidden images of any part."""
    folder, assignment = tiny

    def change() -> None:
        (folder.parent / "tiny_digits" / "digits.bin").write_bytes(b"\0")
        fingerprint._data.cache_clear()

    assert changed(assignment, change) == ["first", "second", "third"]


def test_a_check_that_is_needed_brings_its_thresholds(tiny: tuple[Path, Assignment]) -> None:
    """The second part runs the first one's check, which is held to a limit; the third does not."""
    assert held_to(tiny[1], "most") == ["first", "second"]
