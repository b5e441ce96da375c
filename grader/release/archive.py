"""What is packed into archives: the grader without the solution, ready to be installed, and zips that repeat."""

import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGES = ("grader", "mnist_subset")
REFERENCE = "reference"
EXECUTABLE = 0o755
PLAIN = 0o644
ROOT = Path(__file__).resolve().parents[2]

PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "autoencoder-lab"
version = "{version}"
description = "The self-check of the autoencoder lab"
requires-python = "{python}"
dependencies = [
{dependencies}
]

[project.scripts]
aelab = "grader.cli.main:main"

[project.entry-points.pytest11]
autoencoder-lab = "grader.selfcheck.pytest_plugin"

[tool.setuptools.packages.find]
include = ["grader*", "mnist_subset*"]

[tool.setuptools.package-data]
mnist_subset = ["*.npz", "*.md"]
grader = ["*.json", "*/*.json", "platforms/*.yml", "platforms/gradescope/*", "render/templates/*", "release/pages/*"]
"""


def installable_grader() -> dict[str, bytes]:
    """Files by name with which `pip install --constraint constraints.txt .` installs the grader without the reference.

    Raises FileNotFoundError where this is not the instructors' checkout.
    """
    described = ROOT / "pyproject.toml"
    if not described.is_file():
        raise FileNotFoundError(f"there is no {described}: release from the instructors' checkout")
    packed = {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in _files_of(*PACKAGES)}
    constraints = (ROOT / "constraints.txt").read_bytes()
    return packed | {"pyproject.toml": _pyproject(described).encode(), "constraints.txt": constraints}


def reference_files() -> dict[str, bytes]:
    """The package `reference` by file names, for an archive that no student gets to see."""
    return {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in _files_of(REFERENCE)}


def _files_of(*packages: str) -> Iterator[Path]:
    for package in packages:
        for file in sorted((ROOT / package).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and file.name != "build.py":
                yield file


def _pyproject(described: Path) -> str:
    project = tomllib.loads(described.read_text(encoding="utf-8"))["project"]
    dependencies = "\n".join(f'    "{name}",' for name in project["dependencies"])
    return PYPROJECT.format(version=project["version"], python=project["requires-python"], dependencies=dependencies)


def write_zip(out: Path, files: Mapping[str, bytes], executable: tuple[str, ...] = ()) -> Path:
    """Write a zip, the same bytes for the same files; the folder is made where missing. Raises OSError."""
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.draft")
    with zipfile.ZipFile(draft, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)  # of the year 1980, whenever it is made
            entry.external_attr = (EXECUTABLE if name in executable else PLAIN) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return draft.replace(out)
