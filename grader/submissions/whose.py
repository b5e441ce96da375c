"""Whose each submission is: names of platforms matched to the roster, and what a person has settled.

`names.csv`, beside the roster, settles what a name does not tell:

    name,login,handed_in
    Ada Lovelace_12345,ada,2027-01-31 23:59
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from ..core.text import did_you_mean
from .handed_in import HandedIn
from .platform_names import CANVAS, MOODLE
from .roster import Roster, Student
from .tables import Line, read_table

NAMES = "names.csv"
COLUMNS = ("name", "login", "handed_in")
NUMBERED = (CANVAS, MOODLE)  # platforms whose numbers are no logins, also where they look like some


@dataclass(frozen=True)
class Settled:
    """What a person says of a name: whose it is, "" for nothing; and when that was handed in, None for nothing."""

    login: str = ""
    handed_in: datetime | None = None


@dataclass(frozen=True)
class Doubt:
    """A submission of which it cannot be told whose it is, and the logins of who may be meant."""

    name: str
    candidates: tuple[str, ...]

    def __str__(self) -> str:
        maybe = f"maybe {', '.join(self.candidates)}" if self.candidates else "nobody on the roster has that name"
        return f"{self.name}: {maybe}"


@dataclass(frozen=True)
class Matched:
    """The submissions, with the login for a student where that is sure and else as they were, and the doubts."""

    submissions: tuple[HandedIn, ...]
    doubts: tuple[Doubt, ...] = ()


def read_names(path: Path, roster: Roster) -> dict[str, Settled]:
    """What is settled, by the name of a submission; nothing where there is no file. Raises TableError and OSError."""
    if not path.exists():
        return {}
    settled: dict[str, Settled] = {}
    for line in read_table(path, COLUMNS, required=("name", "login")):
        name, login = line.cells["name"], line.cells["login"]
        if name in settled:
            raise line.error(f"{name!r} stands in an earlier line, too")
        if login and login not in roster.by_login:
            raise line.error(f"{login!r} is not on the roster{did_you_mean(login, roster.by_login)}")
        settled[name] = Settled(login, _time(line))
    return settled


def _time(line: Line) -> datetime | None:
    text = line.cells["handed_in"]
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise line.error(f"{text!r} is no time such as 2027-01-31 23:59 or 2027-01-31 23:59+01:00") from None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def matched(submissions: Sequence[HandedIn], platform: str, roster: Roster, settled: Mapping[str, Settled]) -> Matched:
    """Match the students of a class to the roster. What is nobody's stays so.

    Two submissions of one login are doubtful, both of them. A group's submission becomes one of each member.
    """
    people = [(each, _candidates(each, platform, roster, settled)) for each in submissions]
    claims = Counter(login for _, found in people for login in (found.sure if found else ()))
    shared: list[HandedIn] = []
    doubts: list[Doubt] = []
    for each, found in people:
        if found is not None and (not found.sure or any(claims[login] > 1 for login in found.sure)):
            doubts.append(Doubt(each.name, found.sure or found.near))
            shared.append(each)
        elif found is None:
            shared.append(each)
        else:
            shared += _of_each(each, found.sure)
    return Matched(tuple(shared), tuple(doubts))


@dataclass(frozen=True)
class _People:
    """Logins: of whom it surely is, several for a group; and else of whom it may be."""

    sure: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def _of_each(handed_in: HandedIn, logins: Sequence[str]) -> list[HandedIn]:
    names = [handed_in.name] if len(logins) == 1 else [f"{handed_in.name} ({login})" for login in logins]
    return [
        replace(handed_in, name=name, student=login, own_id=handed_in.student)
        for name, login in zip(names, logins, strict=True)
    ]


def _candidates(each: HandedIn, platform: str, roster: Roster, settled: Mapping[str, Settled]) -> _People | None:
    """Who it may be of; None for what is nobody's."""
    if not each.student:
        return None
    said = settled.get(each.name) or settled.get(each.entry)
    if said and said.login:
        return _People((said.login,))
    name = each.name.removesuffix(f"_{each.student}")
    by_id = [s.login for s in roster.students if platform not in NUMBERED and _is_id(each.student, s)]
    found = tuple(by_id or (s.login for s in roster.students if _is_name(name, s.name)))
    if found:
        return _People(found) if len(found) == 1 else _People(near=found)
    group = tuple(s.login for s in roster.students if _is_name(name, s.group))
    return _People(group) if group else _People(near=_near(name, roster))


def _is_id(text: str, student: Student) -> bool:
    return text == student.login or text.casefold() in (student.login.casefold(), student.mail.casefold())


def _is_name(text: str, name: str) -> bool:
    """Whether a platform's name is this one: its words in any order, or without spaces from any of them on."""
    words, own = _words(text), _words(name)
    if not words or not own:
        return False
    turned = {"".join(own[start:] + own[:start]) for start in range(len(own))}
    return sorted(words) == sorted(own) or "".join(words) in turned


def _words(text: str) -> list[str]:
    """The words of a name without accents, signs and capitals."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (c if c.isalnum() else "" if unicodedata.combining(c) or c in "'’" else " " for c in plain)
    return "".join(letters).split()


def _near(name: str, roster: Roster) -> tuple[str, ...]:
    """The logins of up to three people whose name, or login, looks like this one."""
    keys = {"".join(sorted(_words(s.name or s.login))): s.login for s in roster.students}
    return tuple(keys[key] for key in get_close_matches("".join(sorted(_words(name))), keys, n=3, cutoff=0.7))
