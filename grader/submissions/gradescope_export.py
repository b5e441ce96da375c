"""Submitters and times in an export of Gradescope, read line by line: the file is YAML that Ruby wrote.

Its first lines for each submission are

    submission_123456:
      :submitters:
      - :name: Ada Lovelace
        :sid: '4711'
        :email: ada@uni.edu
      :created_at: 2027-01-31 22:59:00.123456000 Z
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

METADATA = "submission_metadata.yml"
LARGEST = 64 * 2**20  # bytes that are read: it lists the results and the history of a class, too
_SUBMISSION = re.compile(r"(submission_\d+):")
_SUBMITTERS = re.compile(r"  :submitters:")
_CREATED = re.compile(r"  :created_at: *'?(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)? *(Z|[+-]\d\d:?\d\d)'?")
_PERSON = re.compile(r"  (?:- |  ):(name|sid|email):(.*)")


def submitters_in(metadata: Path) -> Mapping[str, tuple[str, ...]]:
    """For each folder of the export the ids of its submitters: the student id, or else the address, or else the name.

    Raises OSError.
    """
    people: dict[str, list[dict[str, str]]] = {}
    folder, listing = "", False
    for line in _lines(metadata):
        if match := _SUBMISSION.fullmatch(line.rstrip()):
            folder, listing = match[1], False
            people[folder] = []
        elif folder and not people[folder] and _SUBMITTERS.fullmatch(line.rstrip()):
            listing = True
        elif listing and (match := _PERSON.fullmatch(line)):
            if line.startswith("  - "):
                people[folder].append({})
            if people[folder]:
                people[folder][-1][match[1]] = _scalar(match[2])
        elif listing and not line.startswith("    "):
            listing = False
    return {name: _ids(found) for name, found in people.items()}


def times_in(metadata: Path) -> Mapping[str, datetime]:
    """For each folder of the export when it was handed in, in UTC, where that is told. Raises OSError."""
    times: dict[str, datetime] = {}
    folder = ""
    for line in _lines(metadata):
        if match := _SUBMISSION.fullmatch(line.rstrip()):
            folder = match[1]
        elif folder and folder not in times and (match := _CREATED.fullmatch(line.rstrip())):
            with suppress(ValueError):  # no day of the calendar
                times[folder] = datetime.fromisoformat(f"{match[1]}{match[2]}").astimezone(UTC)
    return times


def _lines(metadata: Path) -> list[str]:
    with metadata.open("rb") as file:
        return file.read(LARGEST).decode("utf-8", "replace").splitlines()


def _ids(people: list[dict[str, str]]) -> tuple[str, ...]:
    ids = (person.get("sid") or person.get("email") or person.get("name") or "" for person in people)
    return tuple(dict.fromkeys(each for each in ids if each))


def _scalar(text: str) -> str:
    """The text of a YAML scalar on one line; '' for null."""
    value = text.strip()
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return "" if value in ("~", "null") else value
