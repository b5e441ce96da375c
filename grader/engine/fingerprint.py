"""What a measurement depends on apart from the submission: our code, thresholds, data, and installed versions."""

import hashlib
import json
import platform
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from ..core.assignment import Assignment, folder_of
from ..core.registry import Check
from ..submissions.dependencies import imported_files

GRADER = Path(__file__).parents[1]
ALWAYS = (
    "core/broken.py",
    "core/given.py",
    "core/limits.py",
    "engine/isolated.py",
    "submissions/reading.py",
    "submissions/notebooks.py",
    "submissions/kernel_syntax.py",
    "submissions/names.py",
    "submissions/cells.py",
    "submissions/dependencies.py",
)
ROOMS = ("grader/harness/", "grader/isolation/", "grader/protocol/")  # all that runs beside a submission
BY_NAME = (  # import what others name, look for what is installed, or into a class
    "grader/__init__.py",
    "grader/core/assignment.py",
    "grader/core/versions.py",
    "grader/harness/modules.py",
    "grader/harness/untouched.py",
)
PACKAGES = ("hypothesis", "numpy", "scipy", "tensorflow", "tensorflow-datasets", "tensorflow-probability", "tf-keras")


@cache
def fingerprint(assignment: Assignment, part: str, thresholds: bool = True) -> str:
    """A hex digest that changes with anything of ours that the results of a part may depend on.

    thresholds: whether also with a limit of a threshold that the part's checks declare.
    """
    texts = _texts_of(assignment)
    digest = hashlib.sha256(environment().encode())
    for name in sorted(measuring_files(assignment, part)):
        digest.update(f"\0{name}\0{texts[name]}".encode())
    digest.update(json.dumps(thresholds_of(assignment, part) if thresholds else {}).encode())
    digest.update(json.dumps(_set_by_course(assignment, part)).encode())
    for package in assignment.data_packages:
        digest.update(_data(package))
    return digest.hexdigest()


def fingerprint_of(assignment: Assignment, parts: Iterable[str]) -> str:
    """A hex digest of the fingerprints of several parts."""
    return hashlib.sha256(" ".join(fingerprint(assignment, part) for part in sorted(parts)).encode()).hexdigest()


@cache
def environment() -> str:
    """Python, machine and the packages that measurements run with, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Python {platform.python_version()} on {platform.machine()}, {packages}"


def measuring_files(assignment: Assignment, part: str) -> frozenset[str]:
    """Files that the results of a part may depend on, by their path below the folder of their top-level package.

    They are the grader's and the assignment's own, as far as the part's checks import them; and all operations, which
    may look into a submission's objects, and import from the rooms beside it alone.
    """
    texts = _texts_of(assignment)
    operations = f"{assignment.operations.replace('.', '/')}/"
    found = {*(f"grader/{name}" for name in ALWAYS), *(n for n in texts if n.startswith((*ROOMS, operations)))}
    searched = {n: "" if n in BY_NAME or n.startswith(operations) else text for n, text in texts.items()}
    for first in ("grader/engine/checking.py", _file_of(assignment.subject), *_modules_of(assignment, part)):
        imported = imported_files(searched, first)
        found |= texts.keys() if imported is None else imported
    return frozenset(found & texts.keys())


def _texts_of(assignment: Assignment) -> dict[str, str]:
    """The modules, with those of a course's own checks."""
    return _texts(assignment.package, assignment.operations) | dict(assignment.own_checks)


@cache
def _texts(package: str, operations: str) -> dict[str, str]:
    """Every module of the grader, and of an assignment's package and operations, as this process has found them."""
    files = _files_of("grader", GRADER)
    for name in (package, operations):
        files |= _files_of(name, folder_of(name))
    return {name: file.read_text(encoding="utf-8") for name, file in files.items()}


def _files_of(package: str, folder: Path) -> dict[str, Path]:
    root = package.replace(".", "/")
    return {f"{root}/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*.py")}


def _checks_of(assignment: Assignment, part: str) -> tuple[Check, ...]:
    """The checks that run for a part, those of other parts that they need included."""
    return assignment.with_needs(check for check in assignment.checks if check.part == part)


def _modules_of(assignment: Assignment, part: str) -> set[str]:
    """The files that the checks of a part are declared in, and the packages that these lie in."""
    files = {_file_of(check.function) for check in _checks_of(assignment, part)}
    return files | {f"{folder}/__init__.py" for file in files for folder in PurePosixPath(file).parents[:-1]}


def _file_of(defined: Callable[..., Any]) -> str:
    """The file that a function or class is defined in."""
    return f"{defined.__module__.replace('.', '/')}.py"


def thresholds_of(assignment: Assignment, part: str) -> dict[str, Any]:
    """The limits that the checks of a part are held to, by the names of their quantities."""
    declared = {each for check in _checks_of(assignment, part) for each in check.thresholds}
    return {each.name: [each.side, each.default] for each in sorted(declared, key=lambda one: one.name)}


def _set_by_course(assignment: Assignment, part: str) -> list[Any]:
    """What a course can set beside thresholds and limits: points and bonus by check, and what checks draw from."""
    points = {check.id: [check.points, check.bonus] for check in _checks_of(assignment, part)}
    return [points, {each.name: each.default for each in assignment.ranges}]


@cache
def _data(package: str) -> bytes:
    files = sorted(path for path in folder_of(package).rglob("*") if path.is_file() and path.suffix != ".pyc")
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files)).digest()
