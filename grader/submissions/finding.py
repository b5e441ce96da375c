"""Find submissions: whose each entry of a folder is, and which of it is graded. Links are not followed.

Every entry of a class folder is a submission, or is named with the reason why it is none, or is nobody's: a file of the
system, a roster, the results of an earlier grading.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..core.assignment import Assignment
from ..core.errors import UserError
from ..core.outcomes import LeftOut
from .files import MAX_FILE_BYTES
from .gradescope_export import METADATA
from .handed_in import HandedIn, join
from .platform_names import Entry, Named, browser_copy, named_by_platform
from .reading import HANDED_IN, holds_submission

NBGRADER, BROWSER = "nbgrader", "a browser"
ARCHIVES = HANDED_IN - {".ipynb"}
NOBODYS_NAMES = frozenset({"desktop.ini", "thumbs.db", "timestamp.txt", "icon\r", METADATA})
NOBODYS_ENDINGS = frozenset({".csv", ".tsv", ".xls", ".xlsx", ".ods", ".lnk", ".log"})
NOBODYS_STEMS = frozenset({"readme", "license"})
RESULTS = ("run.json", "grades.csv")  # lie in the --out folder of a grading
OWN_FOLDERS = frozenset({"my_solution", "solution", "student_templates", "grader", "src", "backup", "old"})
SEVERAL = 2  # students that make a folder a class; names of the assignment that make a notebook a work
WHOSE = "it lies beside the students' work and is not called after any of them: whose is it?"


class NothingToGrade(UserError):
    """There are no submissions at this path."""


@dataclass(frozen=True)
class Found:
    """What is in a folder: where its names are from, "" for a plain one, the submissions, and what is nobody's."""

    platform: str
    submissions: tuple[HandedIn, ...]
    nobodys: tuple[str, ...] = ()


def find_submissions(path: Path, assignment: Assignment) -> Found:
    """What is handed in at `path`: a class, or one submission. Raises NothingToGrade and OSError."""
    if not path.exists():
        raise NothingToGrade(f"there is no {path}: name a folder of submissions, a notebook or a .zip")
    if path.is_file():
        return _one(path, _stem(path.resolve().name))
    entries = sorted(path.iterdir())
    somebodys = [entry for entry in entries if not _is_nobodys(entry)]
    nobodys = tuple(entry.name for entry in entries if entry not in somebodys)
    platform, named = named_by_platform([*somebodys, *(entry for entry in entries if entry.name == METADATA)])
    if not platform and _is_one_submission(path, somebodys, assignment):
        return _one(path, path.resolve().name)
    if not platform and len(somebodys) == 1 and (inner := _class_inside(somebodys[0], assignment)):
        return inner
    if not somebodys:
        raise NothingToGrade(f"no submissions in {path}: it holds no folder, notebook or .zip")
    if not platform and _is_nbgraders(somebodys, assignment):
        platform = NBGRADER
    elif not platform and all(_is_stray(entry, assignment) for entry in somebodys):
        return Found(BROWSER, tuple(HandedIn(e.name, e, e.name, entry=e.name) for e in somebodys), nobodys)
    found = _of_platform(named) + _of_plain([e for e in somebodys if e not in named], platform, assignment)
    return Found(platform, tuple(_distinct(found)), nobodys)


def _one(path: Path, name: str) -> Found:
    return Found("", (HandedIn(name, path, name, entry=path.name),))


def _stem(file: str) -> str:
    """The name of a file without its ending, which for .tar.gz has two parts."""
    stem = Path(file).stem
    return stem[: -len(".tar")] if stem.lower().endswith(".tar") else stem


def _is_nobodys(entry: Path) -> bool:
    name = entry.name.lower()
    if name.startswith((".", "__", "~$")) or name in NOBODYS_NAMES:
        return True
    if entry.is_dir():
        return all(os.path.isfile(entry / each) for each in RESULTS)  # noqa: PTH113 - false where it may not look
    return Path(name).suffix in NOBODYS_ENDINGS or Path(name).stem in NOBODYS_STEMS


def _is_one_submission(path: Path, entries: Sequence[Path], assignment: Assignment) -> bool:
    """Whether a folder is one student's: it holds the work itself, and not several others' beside it."""
    if holds_submission(path, assignment) or (path / assignment.name).is_dir():
        return sum(_is_like_a_student(entry, assignment) for entry in entries) < SEVERAL
    return bool(entries) and all(entry.is_dir() and entry.name.lower() in OWN_FOLDERS for entry in entries)


def _is_like_a_student(entry: Path, assignment: Assignment) -> bool:
    """Whether an entry may be another student's work and not a folder, copy or draft of the same one."""
    stem = (entry.name if entry.is_dir() else _stem(entry.name)).casefold()
    if entry.is_symlink() or stem in OWN_FOLDERS or stem.startswith(assignment.name.casefold()):
        return False
    suffix = entry.suffix.lower()
    if not entry.is_dir():
        return suffix in ARCHIVES or (suffix == ".ipynb" and entry.is_file() and _mentions(entry, assignment))
    try:
        inner = (each for each in entry.iterdir() if each.is_dir() and not each.is_symlink())
        return any(holds_submission(folder, assignment) for folder in (entry, *inner))
    except OSError:  # what may not be looked into is somebody's
        return True


def _mentions(notebook: Path, assignment: Assignment) -> bool:
    """Whether a notebook speaks of several things that the assignment asks for."""
    with notebook.open("rb") as file:
        content = file.read(MAX_FILE_BYTES)
    names = {name.encode() for part in assignment.parts for name in part.public_names}
    return sum(name in content for name in names) >= SEVERAL


def _class_inside(entry: Path, assignment: Assignment) -> Found | None:
    """What a folder alone in another one holds, if a platform gave the names in it: an archive that was unpacked."""
    if not entry.is_dir() or entry.is_symlink() or not named_by_platform(sorted(entry.iterdir()))[0]:
        return None
    return find_submissions(entry, assignment)


def _is_nbgraders(entries: Sequence[Path], assignment: Assignment) -> bool:
    """Whether most entries are <student>/<assignment>/."""
    nested = [os.path.isdir(entry / assignment.name) for entry in entries]  # noqa: PTH112 - false where it may not look
    return 2 * sum(nested) > len(entries)


def _inside(entry: Path, assignment: Assignment) -> Path:
    """The folder of a student's files in an nbgrader course, <student>/<assignment>/."""
    nested = entry / assignment.name
    try:
        is_nested = nested.is_dir() and not nested.is_symlink() and not entry.is_symlink()
        return nested if is_nested and not holds_submission(entry, assignment) else entry
    except OSError:  # reading it says why
        return entry


def _of_platform(named: Named) -> list[HandedIn]:
    by_student: dict[str, list[Entry]] = {}
    for entry in (each for entries in named.values() for each in entries):
        by_student.setdefault(entry.student, []).append(entry)
    return [join(entries) for entries in by_student.values()]


def _of_plain(entries: Sequence[Path], platform: str, assignment: Assignment) -> list[HandedIn]:
    """Entries that are called after their students, or after nobody."""
    strays = [entry for entry in entries if _is_stray(entry, assignment)]
    names = {entry.name for entry in entries if entry not in strays}
    attempts: dict[str, list[Entry]] = {}
    for entry in (each for each in entries if each not in strays):
        first, number = browser_copy(entry.name)
        if first not in names or platform == NBGRADER:  # "Team (1)" beside "Team (2)" are two teams
            first, number = entry.name, 0
        student = first if entry.is_dir() else _stem(first)
        attempts.setdefault(first, []).append(Entry(entry, student, student, attempt=number + 1))
    found = [join(each) for each in attempts.values()]
    if platform == NBGRADER:
        found = [_looked_into(each, assignment) for each in found]
    students = _with_remarks(found)
    return [*students, *(HandedIn(each.name, each, "", entry=each.name, problem=WHOSE) for each in strays)]


def _looked_into(handed_in: HandedIn, assignment: Assignment) -> HandedIn:
    earlier = tuple(_looked_into(each, assignment) for each in handed_in.earlier)
    return replace(handed_in, path=_inside(handed_in.path, assignment), earlier=earlier)


def _is_stray(entry: Path, assignment: Assignment) -> bool:
    """Whether an entry bears the assignment's name and not a student's."""
    name = browser_copy(entry.name)[0].casefold()
    modules = {f"{module}.py" for module in assignment.modules}
    return assignment.name.casefold() in (name, _stem(name)) or name in modules


def _with_remarks(found: Sequence[HandedIn]) -> Iterator[HandedIn]:
    """A file of another kind that is called as somebody's work, such as ada.pdf beside ada.zip, goes with it."""
    works = {each.student for each in found if _is_work(each.path)}
    for each in found:
        if _is_work(each.path):
            beside = [other.entry for other in found if other.student == each.student and not _is_work(other.path)]
            left_out = tuple(LeftOut(entry, f"{each.entry} is graded") for entry in beside)
            yield replace(each, left_out=each.left_out + left_out)
        elif each.student not in works:
            yield each


def _is_work(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() in HANDED_IN


def _distinct(found: Sequence[HandedIn]) -> list[HandedIn]:
    """Names that differ: ada/ and ada.zip keep their endings where both are there, and so do ids that are names."""
    taken = Counter(each.name for each in found)
    names = [each.name if taken[each.name] == 1 else each.entry for each in found]
    if len(set(names)) < len(names):
        names = [each.entry for each in found]
    return [
        replace(each, name=name, student=name if each.student == each.name else each.student)
        for each, name in zip(found, names, strict=True)
    ]
