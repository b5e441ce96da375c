"""The one record through which an assignment reaches the engine: its parts, checks, thresholds and texts.

Assignments are found by entry points of the group `aelab.assignments`. The engine is handed one, and imports none.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .course_texts import CourseTexts
from .errors import UserError
from .given import statements_in
from .in_force import Range
from .limits import Limits
from .registry import Check
from .text import did_you_mean
from .thresholds import Thresholds

GROUP = "aelab.assignments"
VARIABLE = "AELAB_ASSIGNMENT"  # names the assignment where several are installed


class AssignmentError(UserError):
    """There is no such assignment, part or check."""


@dataclass(frozen=True)
class Part:
    """One part of an assignment, which is one module of the reference and one section of the notebook.

    name: of the module, in ids and in files. title: for readers. public_names: what a submission has to define.
    heading: the title for a narrow column, lines of at most seven characters. shown_by: ids of the checks that tell the
    part from an empty class that inherits from an earlier one; none where every check does. needs: the parts whose
    modules its module imports. requirements: packages that are installed for this part alone.
    """

    name: str
    title: str
    public_names: tuple[str, ...]
    checks: tuple[Check, ...]
    heading: str = ""
    shown_by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Assignment:
    """All that depends on the lab that is graded.

    name: of the notebook, of folders and in nbgrader. title: for readers. course: nbgrader's id of the course.
    package: holds the checks and measurements, which results depend on. operations: the module that enters the
    assignment's operations into a harness. subject: makes what checks talk to, of a channel to a submission and the
    grading seed. reference: the folder of the solution, one module for each part, hidden from submissions; it need not
    be there where students check themselves. given: modules of it without a task, after the first part. data_packages:
    what submissions may import beside Python's packages. made: a package with made data under the last of their names,
    which a submission that is graded gets in their place; without one it reads the real ones. calibration: the file of
    what right solutions and known mistakes measured, for the odds of those. samples_of: points (n, 2) that a self-check
    shows of a trained model, beside the prior. introduction, setup: the first cells of the notebook; {rows} and {total}
    stand for its table of points. hand_out: the README of the students' bundle. limits: of a submission. ranges: what
    checks draw from.

    A course has set the others: adapts, the name under which the lab is installed; texts; course_file, its course.toml;
    packed, what a copy of the grader needs to have the same, by file name; own_checks, the texts of its own modules of
    checks by their path; own_modules, the file of the solution of each part of its own; left_out, parts of the lab that
    are not handed out; order, of the lab's modules; questions, points by part for the answer to its question, which a
    person grades.
    """

    name: str
    title: str
    course: str
    parts: tuple[Part, ...]
    thresholds: Thresholds
    package: str
    operations: str
    subject: Callable[[Any, int], Any]
    reference: Path
    given: tuple[str, ...] = ()
    data_packages: tuple[str, ...] = ()
    made: str = ""
    calibration: Path | None = None
    samples_of: Callable[..., Any] | None = None
    introduction: str = ""
    setup: str = ""
    hand_out: str = ""
    limits: Limits = field(default_factory=Limits)
    ranges: tuple[Range, ...] = ()
    adapts: str = ""
    texts: CourseTexts = field(default_factory=CourseTexts)
    course_file: Path | None = None
    packed: Mapping[str, bytes] = field(default_factory=dict)
    own_checks: Mapping[str, str] = field(default_factory=dict)
    own_modules: Mapping[str, Path] = field(default_factory=dict)
    left_out: tuple[Part, ...] = ()
    order: tuple[str, ...] = ()
    questions: Mapping[str, int | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, count in Counter(part.name for part in self.parts).items():
            if count > 1:
                raise ValueError(f"two parts of the assignment {self.name} are called {name!r}")

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Every check, in the order of the parts."""
        return tuple(check for part in self.parts for check in part.checks)

    @cached_property
    def part_names(self) -> tuple[str, ...]:
        """The parts in their order."""
        return tuple(part.name for part in self.parts)

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The modules that are handed out, in their order."""
        first, *others = self.part_names
        own = (first, *self.given, *others)
        ordered = tuple(name for name in self.order if name in own)
        return ordered + tuple(name for name in own if name not in ordered)

    @cached_property
    def solved(self) -> tuple[str, ...]:
        """The parts that are left out, but whose modules are given with their solution, since others need them."""
        return tuple(part.name for part in self.left_out if part.name in self.given)

    def with_parts(self, names: Iterable[str], needed: Iterable[str] = ()) -> "Assignment":
        """The assignment with these parts alone, in its own order; what they need of the others is given, solved.

        needed: parts that something else needs. Raises AssignmentError for no part, or one that there is not.
        """
        wanted = set(names)
        if unknown := sorted(wanted - set(self.part_names)):
            raise AssignmentError(f"unknown part {unknown[0]!r}; the parts are {', '.join(self.part_names)}")
        if not wanted:
            raise AssignmentError(f"an assignment has a part at least; the parts are {', '.join(self.part_names)}")
        needed = {*needed, *(need for part in self.parts if part.name in wanted for need in part.needs)}
        while more := {need for part in self.parts if part.name in needed for need in part.needs} - needed:
            needed |= more
        parts = tuple(part for part in self.parts if part.name in wanted)
        return replace(
            self,
            parts=without_others(parts),
            left_out=(*self.left_out, *(part for part in self.parts if part.name not in wanted)),
            given=(*self.given, *(name for name in self.part_names if name in needed - wanted)),
            order=self.modules,
        )

    @cached_property
    def in_force(self) -> dict[str, Any]:
        """The thresholds and ranges that hold while the checks run, by their names."""
        limits = {name: threshold.default for name, threshold in self.thresholds.items()}
        return limits | {each.name: each.default for each in self.ranges}

    @property
    def question_cells(self) -> dict[str, int | float]:
        """Points of the questions that a person grades, by the name of the cell that holds the answer."""
        return {f"{part}-question": points for part, points in self.questions.items()}

    @property
    def installed_name(self) -> str:
        """The name of its entry point, whatever a course calls it."""
        return self.adapts or self.name

    @property
    def notebook(self) -> str:
        """The file name of the notebook."""
        return f"{self.name}.ipynb"

    def part(self, name: str) -> Part | None:
        """The part of this name; None where there is none, as in a record of another version."""
        return next((part for part in self.parts if part.name == name), None)

    @cached_property
    def given_statements(self) -> frozenset[str]:
        """Digests of the statements of the notebook's first cell and, where the reference is installed, experiments."""
        return statements_in(self.setup, self.reference_sources().values() if self.has_reference else ())

    def select(self, names: Iterable[str] = ()) -> tuple[Check, ...]:
        """The checks of the named parts, or single checks by id; all of them without a name. Raises AssignmentError."""
        wanted = tuple(names)
        known = {check.id for check in self.checks} | set(self.part_names)
        for name in wanted:
            if name not in known:
                there = f"the parts are {', '.join(self.part_names)}{did_you_mean(name, known)}"
                raise AssignmentError(f"unknown part or check {name!r}; {there}")
        return tuple(c for c in self.checks if not wanted or c.part in wanted or c.id in wanted)

    def with_needs(self, checks: Iterable[Check]) -> tuple[Check, ...]:
        """`checks` and everything they depend on, in the order of the parts."""
        by_id = {check.id: check for check in self.checks}
        wanted: set[str] = set()

        def add(identity: str) -> None:
            if identity not in wanted:
                wanted.add(identity)
                for need in by_id[identity].needs:
                    add(need)

        for item in checks:
            add(item.id)
        return tuple(check for check in self.checks if check.id in wanted)

    @property
    def has_reference(self) -> bool:
        """Whether the reference solution is installed here; it is not where students check themselves."""
        return self.reference.is_dir()

    def reference_folder(self) -> Path:
        """The folder of the reference solution. Raises AssignmentError without one."""
        if not self.has_reference:
            raise AssignmentError(
                f"the solution of {self.name} is not installed here, as in what students get: "
                "use the instructors' installation"
            )
        return self.reference

    def reference_sources(self) -> dict[str, str]:
        """Text of each module of the reference by file name, in the order of the lab. Raises AssignmentError."""
        folder = self.reference_folder()
        paths = {f"{name}.py": self.own_modules.get(name, folder / f"{name}.py") for name in self.modules}
        return {name: path.read_text(encoding="utf-8") for name, path in paths.items() if path.exists()}


@dataclass(frozen=True)
class Installed:
    """Finds the installed assignment of a name, also on another machine."""

    name: str

    def __call__(self) -> Assignment:
        """The assignment. Raises AssignmentError."""
        return find_assignment(self.name)


def without_others(parts: Sequence[Part]) -> tuple[Part, ...]:
    """`parts`, whose checks need those of no other part."""
    known = {check.id for part in parts for check in part.checks}

    def alone(check: Check) -> Check:
        return replace(check, needs=tuple(need for need in check.needs if need in known))

    return tuple(replace(part, checks=tuple(map(alone, part.checks))) for part in parts)


def find_assignment(name: str | None = None) -> Assignment:
    """The installed assignment of this name, without one that of $AELAB_ASSIGNMENT, or the only one.

    Raises AssignmentError.
    """
    name = name or os.environ.get(VARIABLE) or None
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if (other := found.setdefault(point.name, point)).value != point.value:
            raise AssignmentError(f"the assignment {point.name!r} is installed twice: {other.value} and {point.value}")
    if name is None and len(found) == 1:
        return _loaded(*found.values())
    if name not in found:
        there = ", ".join(sorted(found)) or "none"
        asked = f"name one of the assignments in {VARIABLE}" if name is None else f"there is no assignment {name!r}"
        raise AssignmentError(f"{asked}; installed: {there}{did_you_mean(name or '', found)}")
    return _loaded(found[name])


def entry_of(assignment: Assignment) -> str:
    """Where the assignment is found, as an entry point names it. Raises AssignmentError if it is not installed."""
    for point in entry_points(group=GROUP):
        if point.name == assignment.installed_name:
            return point.value
    raise AssignmentError(f"the assignment {assignment.installed_name} is no entry point of {GROUP}")


def packages_of_others(assignment: Assignment) -> tuple[str, ...]:
    """The packages that other installed assignments have for themselves; they are not imported for that."""
    points = (point for point in entry_points(group=GROUP) if point.name != assignment.installed_name)
    others = (point.module.rpartition(".")[0] for point in points)
    return tuple(other for other in others if other and not f"{assignment.package}.".startswith(f"{other}."))


def folder_of(package: str) -> Path:
    """Where a package lies; it is not imported for that. Raises ModuleNotFoundError."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {package} is not installed")
    return Path(spec.origin).resolve().parent


def _loaded(point: Any) -> Assignment:
    assignment = point.load()
    if not isinstance(assignment, Assignment):
        raise TypeError(f"the entry point {point.name} of {GROUP} is {assignment!r}, which is no Assignment")
    return assignment
