"""Find submissions: which of the entries of a folder are handed in, and under which names. Links are not followed."""

from collections import Counter
from pathlib import Path

from ..core.assignment import Assignment
from ..core.errors import UserError
from .reading import holds_submission

HANDED_IN = frozenset(
    {".zip", ".ipynb", ".rar", ".7z", ".tar", ".gz", ".tgz"}
)  # the last ones are found only to say that they cannot be read


class NothingToGrade(UserError):
    """There are no submissions at this path."""


def find_submissions(path: Path, assignment: Assignment) -> list[tuple[str, Path]]:
    """Name and path of every submission in `path`, which may itself be one. Raises NothingToGrade."""
    if not path.exists():
        raise NothingToGrade(f"there is no {path}: name a folder of submissions, a notebook or a .zip")
    if path.is_file() or holds_submission(path, assignment):
        return [(path.resolve().stem if path.is_file() else path.resolve().name, path)]
    if (path / assignment.name).is_dir():
        return [(path.resolve().name, path / assignment.name)]  # one student of an nbgrader course
    entries = [entry for entry in sorted(path.iterdir()) if _may_be_submission(entry)]
    if not entries:
        raise NothingToGrade(f"no submissions in {path}: it holds no folder, notebook or .zip")
    return list(zip(_distinct_names(entries), [_inside(entry, assignment) for entry in entries], strict=True))


def _name_of(entry: Path) -> str:
    return entry.name if entry.is_dir() else entry.stem


def _distinct_names(entries: list[Path]) -> list[str]:
    """Names of submissions; where two would be equal, as of ada/ and ada.zip, they keep their endings."""
    taken = Counter(map(_name_of, entries))
    names = [_name_of(entry) if taken[_name_of(entry)] == 1 else entry.name for entry in entries]
    return names if len(set(names)) == len(names) else [entry.name for entry in entries]


def _may_be_submission(entry: Path) -> bool:
    if entry.name.startswith((".", "__")) or entry.is_symlink():
        return False
    return entry.is_dir() or entry.suffix.lower() in HANDED_IN


def _inside(entry: Path, assignment: Assignment) -> Path:
    """The folder of a student's files, which in an nbgrader course is <student>/<assignment>/."""
    nested = entry / assignment.name
    is_nested = nested.is_dir() and not nested.is_symlink() and not holds_submission(entry, assignment)
    return nested if is_nested else entry
