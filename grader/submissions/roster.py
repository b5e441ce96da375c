"""The roster: who takes the course, as `roster.csv` lists them.

login,name,mail,group,section,extension
ada,Ada Lovelace,ada@uni.edu,team 1,A,2 days
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from ..core.text import LOGIN_CHARACTERS
from .tables import Line, TableError, read_table

COLUMNS = ("login", "name", "mail", "group", "section", "extension")
_EXTENSION = re.compile(r"(\d{1,4}(?:\.\d{1,2})?) *(days?|d|hours?|h)", re.IGNORECASE)


@dataclass(frozen=True)
class Student:
    """Somebody on the roster. login: the id in gradebooks and exports. extension: time beyond the due date."""

    login: str
    name: str = ""
    mail: str = ""
    group: str = ""
    section: str = ""
    extension: timedelta = timedelta()

    @property
    def first_and_last(self) -> tuple[str, str]:
        """The name in two parts, as gradebooks keep it: of "Emmy Noether" and of "Noether, Emmy"."""
        last, comma, first = self.name.partition(",")
        if comma:
            return first.strip(), last.strip()
        first, _, last = self.name.rpartition(" ")
        return first, last


@dataclass(frozen=True)
class Roster:
    """The students of a course, in the order of the file; nobody without one."""

    students: tuple[Student, ...] = ()
    file: Path = field(default_factory=Path, compare=False)

    @cached_property
    def by_login(self) -> dict[str, Student]:
        """Everybody by login."""
        return {student.login: student for student in self.students}

    def of(self, login: str) -> Student:
        """Who has this login; somebody of whom nothing else is known where it is not on the roster."""
        return self.by_login.get(login) or Student(login)


def read_roster(path: Path) -> Roster:
    """The roster in a file. Raises TableError with file, line and reason, and OSError."""
    lines = read_table(path, COLUMNS, required=("login",))
    if not lines:
        raise TableError(f"{path}: there is nobody in it")
    for column in ("login", "mail"):  # both are used to tell who somebody is
        _check_distinct(lines, column)
    return Roster(tuple(map(_student, lines)), path)


def _check_distinct(lines: list[Line], column: str) -> None:
    seen: dict[str, int] = {}
    for line in lines:
        value = line.cells[column].casefold()
        if value and (earlier := seen.setdefault(value, line.number)) != line.number:
            raise line.error(f"{column} {line.cells[column]!r} is that of line {earlier}, too")


def _student(line: Line) -> Student:
    cells = line.cells
    if not cells["login"]:
        raise line.error("it has no login")
    if len(cells["login"]) > LOGIN_CHARACTERS:
        raise line.error(f"the login is longer than {LOGIN_CHARACTERS} characters")
    if cells["mail"] and "@" not in cells["mail"]:
        raise line.error(f"{cells['mail']!r} is no mail address")
    return Student(**cells | {"extension": _extension(line)})  # type: ignore[arg-type]


def _extension(line: Line) -> timedelta:
    text = line.cells["extension"]
    if not text:
        return timedelta()
    match = _EXTENSION.fullmatch(text)
    if match is None:
        raise line.error(f"the extension {text!r} should be a time such as '2 days' or '36 hours'")
    return timedelta(**{"days" if match[2][0] in "dD" else "hours": float(match[1])})
