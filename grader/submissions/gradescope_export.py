"""The list of submitters in an export of Gradescope, read line by line: the file is YAML that Ruby wrote.

Its first lines for each submission are

    submission_123456:
      :submitters:
      - :name: Ada Lovelace
        :sid: '4711'
        :email: ada@uni.edu
"""

import re
from collections.abc import Mapping
from pathlib import Path

METADATA = "submission_metadata.yml"
LARGEST = 64 * 2**20  # bytes that are read: it lists the results and the history of a class, too
_SUBMISSION = re.compile(r"(submission_\d+):")
_SUBMITTERS = re.compile(r"  :submitters:")
_PERSON = re.compile(r"  (?:- |  ):(name|sid|email):(.*)")


def submitters_in(metadata: Path) -> Mapping[str, tuple[str, ...]]:
    """For each folder of the export the ids of its submitters: the student id, or else the address, or else the name.

    Raises OSError.
    """
    with metadata.open("rb") as file:
        lines = file.read(LARGEST).decode("utf-8", "replace").splitlines()
    people: dict[str, list[dict[str, str]]] = {}
    folder, listing = "", False
    for line in lines:
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
