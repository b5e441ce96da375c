"""Finding the assignment: the installed one, or as a course.toml has it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..core.assignment import Assignment, AssignmentError, find_assignment
from .adaptation import adapted
from .files import read_trusted, require_outside
from .reading import CourseError, CourseFile, read_course

FILE = "course.toml"
PACKED = Path(__file__).parent / "packed" / "course.json"  # in what was packed for the students of a course


@dataclass(frozen=True)
class AssignmentSource:
    """Where an assignment is found. file: of a course."""

    name: str | None = None
    file: Path | None = None

    def absolute(self, name: str) -> "AssignmentSource":
        """Where the assignment that was found, and is called so, is found from any folder and on any machine."""
        return AssignmentSource(name, self.file and self.file.absolute())

    def __call__(self) -> Assignment:
        """The assignment. Raises AssignmentError and CourseError."""
        source = self.read()
        return _of_course(self.name, source) if source else find_assignment(self.name)

    def read(self) -> CourseFile | None:
        """The file of the course, None without one. Raises CourseError."""
        return read_course(self.file, read_trusted(self.file)) if self.file else None


def find(
    name: str | None = None,
    file: Path | None = None,
    folders: Iterable[Path] = (Path(),),
    submissions: Iterable[Path] = (),
) -> Assignment:
    """The assignment that `source_of` finds."""
    return source_of(name, file, folders, submissions)()


def source_of(
    name: str | None = None,
    file: Path | None = None,
    folders: Iterable[Path] = (Path(),),
    submissions: Iterable[Path] = (),
) -> AssignmentSource:
    """Where the assignment is: as the file of a course has it, or the first course.toml in `folders`, or installed.

    name: of the installed assignment, or the course's name for it. submissions: what was handed in, of which no file
    is believed. Raises CourseError.
    """
    found = file or next((each / FILE for each in folders if (each / FILE).is_file()), None)
    if found is not None:
        require_outside(found, submissions)
    elif PACKED.is_file():
        found = PACKED
    return AssignmentSource(name, found)


def find_in_course(name: str, root: Path) -> Assignment:
    """The assignment that nbgrader calls so: of `root`/<name>.toml or course.toml, or the installed one.

    Raises AssignmentError and CourseError.
    """
    for file in (root / f"{name}.toml", root / FILE):
        if file.is_file() and (found := AssignmentSource(None, file)()).name == name:
            return found
    return find_assignment(name)


def require_in_course(assignment: Assignment, root: Path) -> None:
    """Raise CourseError unless nbgrader, which enters the grades, finds the same checks and points in `root`."""
    try:
        found = find_in_course(assignment.name, root)
    except AssignmentError:
        found = None
    if found is not None and _worth(found) == _worth(assignment):
        return
    there = (found and found.course_file) or root / f"{assignment.name}.toml"
    told = "has other checks or points" if there.is_file() else "is not there"
    mend = f"put yours there with `aelab release course {root} --course {assignment.course_file}`"
    if assignment.course_file is None:
        mend = "name that file with --course"
    raise CourseError(f"nbgrader enters the grades of {root} by {there}, which {told}: {mend}")


def _worth(assignment: Assignment) -> dict[str, int | float]:
    return {check.id: check.points for check in assignment.checks}


def _of_course(name: str | None, source: CourseFile) -> Assignment:
    course = source.course
    lab = find_assignment(course.lab or (name if name != course.name else None))
    if name and name not in (lab.name, course.name):
        raise CourseError(f"{source.path} adapts {lab.name}, not {name}: name another file with --course")
    return _adapted(lab, source.path, source.path.read_text(encoding="utf-8"), _stamps(source))


def _stamps(source: CourseFile) -> tuple[int, ...]:
    """What changes when a file beside the course's does."""
    own = source.course.own
    names = (*own.checks, *(part.module for part in own.parts), source.course.texts.logo)
    paths = (source.path.parent / name for name in names if name)
    return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)


@lru_cache(maxsize=16)
def _adapted(lab: Assignment, path: Path, text: str, stamps: tuple[int, ...]) -> Assignment:  # noqa: ARG001 - of the key
    """One record for the same files: what a process keeps of an assignment it keeps by its record."""
    return adapted(lab, read_course(path, text))
