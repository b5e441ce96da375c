"""What a measurement depends on apart from the submission: our code and limits, the digits, and installed versions."""

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mnist_subset

from ..submissions.dependencies import imported_files

ROOT = Path(__file__).parents[1]
ALWAYS = (
    "core/registry.py",
    "core/limits.py",
    "submissions/reading.py",
    "submissions/notebooks.py",
    "submissions/dependencies.py",
    "engine/isolated.py",
)
ROOMS = ("harness/", "isolation/")  # all that runs beside a submission, and what holds it
NAMES_IMPORTS = ("__init__.py", "core/registry.py", "harness/modules.py")  # import by name, and nothing that measures
PACKAGES = ("hypothesis", "numpy", "scipy", "tensorflow", "tensorflow-datasets", "tensorflow-probability", "tf-keras")


@cache
def fingerprint(part: str, limits: bool = True) -> str:
    """A hex digest that changes with anything of ours that the results of a part may depend on.

    limits: whether with a bar that has moved, too.
    """
    digest = hashlib.sha256(environment().encode())
    texts = {name: (ROOT / name).read_bytes() for name in sorted(measuring_files(part))}
    for name, text in texts.items():
        digest.update(f"\0{name}\0".encode())
        digest.update(hashlib.sha256(text).digest())
    digest.update(json.dumps(limits_of(part) if limits else {}).encode())
    digest.update(_digits())
    return digest.hexdigest()


@cache
def environment() -> str:
    """Python, machine and the packages that measurements run with, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Python {platform.python_version()} on {platform.machine()}, {packages}"


def measuring_files(part: str) -> frozenset[str]:
    """Files of this package that the results of a part may depend on, relative to it."""
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")}
    closed = {**texts, **dict.fromkeys(NAMES_IMPORTS, "")}
    found = {*ALWAYS, *(name for name in texts if name.startswith(ROOMS))}
    for first in (f"autoencoders/checks/{part}.py", "engine/checking.py"):
        imported = imported_files(closed, first, ("grader",))
        found |= texts.keys() if imported is None else imported
    return frozenset(found)


def limits_of(part: str) -> dict[str, Any]:
    """The bars that a part is held to: their names stand in its files. Another limit changes its results."""
    code = b"".join((ROOT / name).read_bytes() for name in measuring_files(part))
    bars = json.loads((ROOT / "autoencoders" / "bars.json").read_text())
    return {name: bar for name, bar in bars.items() if f'"{name}"'.encode() in code}


@cache
def _digits() -> bytes:
    return hashlib.sha256(mnist_subset.PATH.read_bytes()).digest()
