"""What holds in a course: every value with the place where it is set."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..core.assignment import Assignment
from .points import TOTAL
from .reading import CourseFile

DEFAULT = "default"


@dataclass(frozen=True)
class Setting:
    """One value. source: the file and line that set it, or `DEFAULT`."""

    key: str
    value: Any
    source: str


def settings_of(assignment: Assignment, source: CourseFile | None) -> tuple[Setting, ...]:
    """Every key of course.toml, one a check, threshold, range and limit; in the order of the keys."""
    return tuple(Setting(key, value, _source(key, source)) for key, value in _values(assignment, source))


def _values(assignment: Assignment, source: CourseFile | None) -> Iterator[tuple[str, Any]]:
    yield "lab", assignment.installed_name
    yield from {key: getattr(assignment, key) for key in ("name", "title", "course")}.items()
    yield "parts", list(assignment.part_names)
    yield "bonus", [check.id for check in assignment.checks if check.bonus]
    yield "due", assignment.texts.due_text
    yield "attempt", assignment.texts.attempt.value
    yield "language", assignment.texts.language
    yield from _named("points", {check.id: check.points for check in assignment.checks})
    yield from _named("questions", assignment.questions)
    yield from _named("thresholds", {name: f"{t.side} {t.default:g}" for name, t in assignment.thresholds.items()})
    yield from _named("ranges", {each.name: list(each.default) for each in assignment.ranges})
    yield from _named("limits", asdict(assignment.limits))
    late, texts, own = (source.course.late, source.course.texts, source.course.own) if source else (None, None, None)
    yield from _named("late", late.model_dump() if late else {})
    yield from _named("texts", texts.model_dump(exclude_none=True) if texts else {})
    yield from _named("own", {"checks": list(own.checks), "parts": [part.module for part in own.parts]} if own else {})


def _named(table: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((f"{table}.{name}", value) for name, value in values.items())


def _source(key: str, source: CourseFile | None) -> str:
    """A check's points are set under its id, or by those of its part, or by the total."""
    table, _, name = key.partition(".")
    keys = (key, f"points.{name.partition('.')[0]}", f"points.{TOTAL}") if table == "points" else (key,)
    found = next((each for each in keys if source and each in source.lines), None)
    if source is None or not (found or (key == "own.parts" and source.course.own.parts)):
        return DEFAULT
    return source.place(found or "own.parts.0")
