"""course.toml as a record, or one clear line with the file, the line, the key, and what it should be."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..core.errors import UserError
from ..core.text import one_line
from .keys import FIELDS, Course

MOMENT = "must be a date and time with its offset from UTC, as in 2027-05-03T23:59:00+02:00"
TWO_NUMBERS = "must be two whole numbers, as in [2, 32]"
RULES = {  # where pydantic's own words are not an instructor's, by the kind of the problem and the key
    "datetime": MOMENT,
    "timezone": MOMENT,
    "string_type": "must be a text in quotes",
    "float_type": "must be a number",
    "string_pattern_mismatch own": "must be the name of a file beside this one",
    "string_pattern_mismatch texts": "must be the name of a file beside this one",
    "string_pattern_mismatch": "may have letters, digits, '_' and '-' only",
    "missing ranges": TWO_NUMBERS,
    "too_long ranges": TWO_NUMBERS,
    "int_type ranges": TWO_NUMBERS,
}


class CourseError(UserError):
    """A course.toml that cannot be used; the text is one line that names file, line and key."""


@dataclass(frozen=True)
class CourseFile:
    """A course and where it stands. lines: of each key that is set, by its path with dots."""

    path: Path
    course: Course
    lines: Mapping[str, int]

    def error(self, key: str, problem: str) -> CourseError:
        """What is wrong with a key, with its place."""
        return CourseError(f"{self.place(key)}: {problem}")

    def unknown(self, key: str, kind: str, name: str, known: Iterable[str]) -> CourseError:
        """There is no part, check or limit of this name."""
        return self.error(key, no_such(kind, name, known))

    def place(self, key: str) -> str:
        """Where a key is set: `course.toml, line 3`."""
        line = self.line(key)
        return f"{self.path}, line {line}" if line else str(self.path)

    def line(self, key: str) -> int | None:
        """The line of a key, or of the table that it stands in; None where neither is set."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key)


def no_such(kind: str, name: str, known: Iterable[str], where: str = "") -> str:
    """`there is no part 'vea'; did you mean 'vae'? There are data, …`."""
    names = list(known)
    near = get_close_matches(name, names, 1, 0.5)
    meant = f"; did you mean {near[0]!r}?" if near else ";"
    return f"there is no {kind} {name!r}{where}{meant} {'There' if near else 'there'} are: {', '.join(names)}"


def read_course(path: Path, text: str) -> CourseFile:
    """The course of a file with this text: TOML, or JSON where its name ends so. Raises CourseError."""
    if path.suffix == ".json":
        return _checked(path, text, {})
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise CourseError(_no_toml(path, text, str(problem))) from None
    return _checked(path, json.dumps(values, default=_as_text), lines_of(text))


def _as_text(value: Any) -> str:
    return str(value.isoformat())  # a date or a time: TOML has no other kind that JSON lacks


def _no_toml(path: Path, text: str, problem: str) -> str:
    """What tomllib says; where it only notices the end of the file, with the line of the key that has no end."""
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", problem)
    what = problem[: found.start()] if found else problem
    statements = list(_statements(text))  # of which the last one may have no end
    line = (found and found[1]) or next((first for first, _, end in statements if not end), statements[-1][0])
    advice = "set a key once, and ids of checks in quotes" if "overwrite" in what else "texts stand in quotes"
    return f"{path}, line {line}: this is not TOML: {one_line(what[:1].lower() + what[1:], 200)}; {advice}"


def _checked(path: Path, values: str, lines: Mapping[str, int]) -> CourseFile:
    try:
        return CourseFile(path, Course.model_validate_json(values), lines)
    except ValidationError as invalid:
        first = min(invalid.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        location = [
            each for each in first["loc"] if isinstance(each, int) or not each.startswith(("tuple[", "datetime"))
        ]
        key = ".".join(map(str, location))
        raise CourseFile(path, Course(), lines).error(key, _told(key, dict(first))) from None


def _told(key: str, problem: Mapping[str, Any]) -> str:
    """What is wrong, what is allowed."""
    table, _, name = re.sub(r"\.\d+\b", "", key).rpartition(".")
    of = f" in [{table}]" if table else ""
    if problem["type"] == "extra_forbidden":
        return no_such("key", name, FIELDS[table], of)
    if problem["type"] == "missing" and table != "ranges":
        return f"{name}{of} is missing"
    rule = next((rule for start, rule in RULES.items() if f"{problem['type']} {key}".startswith(start)), "")
    rule = rule or re.sub(r"^\w+ should (.+?)( after validation.*)?$", r"must \1", problem["msg"])
    return f"{name}{of} {rule}, got {one_line(repr(problem['input']), 80)}"


def lines_of(text: str) -> dict[str, int]:
    """The line on which each key of a TOML text begins, by its path with dots.

    The text is TOML. A statement is as many lines as TOML needs to understand it, from the last one on.
    """
    found: dict[str, int] = {}
    table = ""
    for first, statement, _ in _statements(text):
        header = statement.lstrip().startswith("[")
        paths = list(_paths(tomllib.loads(statement), "" if header else table))
        if header:
            table = _nth(paths[-1], found) if statement.lstrip().startswith("[[") else paths[-1]
            paths.append(table)
        for path in paths:
            found.setdefault(path, first)
    return found


def _statements(text: str) -> Iterator[tuple[int, str, bool]]:
    """The statements of a TOML text, with their first lines and whether they have an end."""
    statement: list[str] = []
    first = 1
    for number, line in enumerate(text.splitlines(), start=1):
        statement.append(line)
        with suppress(tomllib.TOMLDecodeError):
            tomllib.loads("\n".join(statement))
            yield first, "\n".join(statement), True
            statement, first = [], number + 1
    if statement:
        yield first, "\n".join(statement), False


def _nth(path: str, found: Mapping[str, int]) -> str:
    """The next entry of an array of tables."""
    return next(f"{path}.{n}" for n in range(len(found) + 1) if f"{path}.{n}" not in found)


def _paths(values: Mapping[str, Any], above: str) -> Iterable[str]:
    for name, value in values.items():
        path = f"{above}.{name}" if above else name
        yield path
        if isinstance(value, Mapping):
            yield from _paths(value, path)
