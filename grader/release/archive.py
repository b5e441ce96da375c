"""Pack archives: the grader without the solution, ready to be installed, in zips that are the same on every run."""

import os
import re
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import metadata, requires, version
from io import BytesIO
from pathlib import Path

from ..core.assignment import Assignment, entry_of, folder_of, packages_of_others
from ..core.errors import UserError
from ..core.files import write_atomically
from ..core.shipped import shipped
from ..core.versions import DISTRIBUTION

DATE = "SOURCE_DATE_EPOCH"  # seconds since 1970: https://reproducible-builds.org/specs/source-date-epoch/
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can hold
EXECUTABLE = 0o755
PLAIN = 0o644
COURSE = "grader/course/packed"  # where a copy of the grader looks for what a course has changed
ROOT = Path(__file__).resolve().parents[2]
EXTRA = re.compile(r"""(?:;| and) extra == "(?P<name>[\w-]+)"$""")


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


def installable_grader(assignment: Assignment, extra: str) -> dict[str, bytes]:
    """Files by name with which `pip install --constraint constraints.txt .` installs the grader without the reference.

    Of the assignments that are installed here it holds this one alone. extra: of our own, whose requirements are
    required there.
    """
    others = tuple(f"{each.replace('.', '/')}/" for each in packages_of_others(assignment))
    constraints = shipped("constraints.txt", "release")
    left_out = {constraints, *assignment.reference.rglob("*")}
    files = {name: file for package in _packages(assignment) for name, file in _files_of(package).items()}
    packed = {n: file for n, file in files.items() if not n.startswith(others) and file not in left_out}
    course = {f"{COURSE}/{name}": content for name, content in assignment.packed.items()}
    versions = constraints.read_text(encoding="utf-8").splitlines(keepends=True)
    own = {"pyproject.toml": _pyproject(assignment, extra), "constraints.txt": "".join(_needed(assignment, versions))}
    texts = {name: text.encode() for name, text in own.items()}
    return {name: file.read_bytes() for name, file in packed.items()} | course | texts


def _needed(assignment: Assignment, requirements: Iterable[str]) -> list[str]:
    """Those of the requirements that are not for parts alone that are left out."""
    modules = {*assignment.part_names, *assignment.given}
    parts = (*assignment.parts, *assignment.left_out)
    needed = {each for part in parts if part.name in modules for each in part.requirements}
    idle = {each for part in parts for each in part.requirements} - needed
    return [line for line in requirements if re.split(r"[^\w.-]", line)[0] not in idle]


def _packages(assignment: Assignment) -> tuple[str, ...]:
    names = ("grader", *assignment.data_packages, assignment.package)
    return tuple(dict.fromkeys(name.partition(".")[0] for name in names))


def reference_files(assignment: Assignment) -> dict[str, bytes]:
    """The modules of the solution by their names in an archive, where the assignment finds them once it is unpacked."""
    folder, root = assignment.reference_folder(), folder_of(assignment.package.partition(".")[0]).parent
    place = folder.relative_to(root) if folder.is_relative_to(root) else Path(folder.name)
    modules = {file.stem: file for file in sorted(folder.glob("*.py"))} | dict(assignment.own_modules)
    return {f"{place.as_posix()}/{name}.py": file.read_bytes() for name, file in modules.items()}


def _files_of(package: str) -> dict[str, Path]:
    """The files of a top-level package by their names in an archive. Raises ModuleNotFoundError."""
    folder = folder_of(package)
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    packed = (file for file in files if "__pycache__" not in file.parts and file.name != "build.py")
    return {f"{package}/{file.relative_to(folder).as_posix()}": file for file in packed}


def _pyproject(assignment: Assignment, extra: str) -> str:
    return PYPROJECT.format(
        version=version(DISTRIBUTION),
        python=metadata(DISTRIBUTION)["Requires-Python"],
        dependencies="\n".join(f"    '{each}'," for each in _needed(assignment, _requirements(extra))),
        name=assignment.name,
        entry=entry_of(assignment),
        include=", ".join(f'"{package}*"' for package in _packages(assignment)),
    )


def _requirements(extra: str) -> Iterator[str]:
    """What the self-check requires, and what one of our extras does; an extra is the last word of a requirement."""
    for text in requires(DISTRIBUTION) or ():
        found = EXTRA.search(text)
        if found is None or found["name"] == extra:
            yield EXTRA.sub("", text)


def write_zip(out: Path, files: Mapping[str, bytes], executable: tuple[str, ...] = ()) -> Path:
    """Write a zip, the same bytes for the same files of one commit; the folder is made where missing.

    Raises OSError, and ReleaseError as `source_date` does.
    """
    packed, date = BytesIO(), source_date()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date)
            entry.external_attr = (EXECUTABLE if name in executable else PLAIN) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    write_atomically(out, packed.getvalue())
    return out


def source_date() -> tuple[int, int, int, int, int, int]:
    """The date of all files of an archive, in UTC: $SOURCE_DATE_EPOCH, or that of the commit that is checked out.

    1980 where there is neither. Raises ReleaseError for a value that is no time of a zip.
    """
    value = os.environ.get(DATE) or _commit_time()
    try:
        year, month, day, hour, minute, second, *_ = time.gmtime(int(value))
    except (ValueError, OverflowError, OSError):
        raise ReleaseError(f"{DATE} must be a number of seconds since 1970, got {value!r}") from None
    if year > 2107:  # two bytes hold no more
        raise ReleaseError(f"{DATE} must be a time that a zip can hold, before 2108, got {value!r}")
    return max((year, month, day, hour, minute, second), EARLIEST)


def _commit_time() -> str:
    """When the checked out commit was made, in seconds since 1970; "0" outside a git repository."""
    git = shutil.which("git")
    if git is None:
        return "0"
    asked = [git, "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "0"
