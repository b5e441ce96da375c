"""Pack archives: the grader without the solution, ready to be installed, in zips that are the same on every run."""

import tomllib
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from ..core.assignment import Assignment, entry_of, folder_of, packages_of_others
from ..core.errors import UserError
from ..core.files import write_atomically

EXECUTABLE = 0o755
PLAIN = 0o644
ROOT = Path(__file__).resolve().parents[2]


class ReleaseError(UserError):
    """Nothing can be released from this installation."""


PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "autoencoder-lab"
version = "{version}"
description = "The self-check of the assignment {name}"
requires-python = "{python}"
dependencies = [
{dependencies}
]

[project.scripts]
aelab = "grader.cli.main:main"

[project.entry-points."aelab.assignments"]
{name} = "{entry}"

[project.entry-points.pytest11]
autoencoder-lab = "grader.selfcheck.pytest_plugin"

[tool.setuptools.packages.find]
include = [{include}]

[tool.setuptools.package-data]
"*" = ["*"]
"""


def installable_grader(assignment: Assignment) -> dict[str, bytes]:
    """Files by name with which `pip install --constraint constraints.txt .` installs the grader without the reference.

    Of the assignments that are installed here it holds this one alone. Raises ReleaseError where this is not the
    instructors' checkout.
    """
    pyproject = ROOT / "pyproject.toml"
    if not pyproject.is_file():
        raise ReleaseError(f"there is no {pyproject}: release from the instructors' checkout")
    packages, others = _packages(assignment), tuple(f"{_path_of(each)}/" for each in packages_of_others(assignment))
    files = {name: content for package in packages for name, content in package_files(package).items()}
    packed = {name: content for name, content in files.items() if not name.startswith(others)}
    constraints = (ROOT / "constraints.txt").read_bytes()
    return packed | {"pyproject.toml": _pyproject(assignment, pyproject).encode(), "constraints.txt": constraints}


def _packages(assignment: Assignment) -> tuple[str, ...]:
    own = assignment.package.partition(".")[0]
    return tuple(dict.fromkeys(("grader", *assignment.data_packages, own)))


def package_files(package: str) -> dict[str, bytes]:
    """The files of a package by their names in an archive. Raises ModuleNotFoundError."""
    folder, root = folder_of(package), _path_of(package)
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    packed = (file for file in files if "__pycache__" not in file.parts and file.name != "build.py")
    return {f"{root}/{file.relative_to(folder).as_posix()}": file.read_bytes() for file in packed}


def _path_of(package: str) -> str:
    return package.replace(".", "/")


def _pyproject(assignment: Assignment, instructors: Path) -> str:
    project = tomllib.loads(instructors.read_text(encoding="utf-8"))["project"]
    return PYPROJECT.format(
        version=project["version"],
        python=project["requires-python"],
        dependencies="\n".join(f'    "{name}",' for name in project["dependencies"]),
        name=assignment.name,
        entry=entry_of(assignment),
        include=", ".join(f'"{package}*"' for package in _packages(assignment)),
    )


def write_zip(out: Path, files: Mapping[str, bytes], executable: tuple[str, ...] = ()) -> Path:
    """Write a zip, the same bytes for the same files; the folder is made where missing. Raises OSError."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)  # dated 1980, whenever it is made
            entry.external_attr = (EXECUTABLE if name in executable else PLAIN) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    write_atomically(out, packed.getvalue())
    return out
