"""Whose each entry of a class folder is, by how platforms name what they let an instructor download.

Moodle: mod/assign/classes/downloader.php, a folder for each student, or all files side by side. Canvas:
lib/content_zipper.rb, all files side by side. Google Classroom: a copy for each student, called after both. Gradescope:
folders with a list of their submitters.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .gradescope_export import METADATA, submitters_in

MOODLE, CANVAS, GRADESCOPE, CLASSROOM = "Moodle", "Canvas", "Gradescope", "Google Classroom"
_ENDING = r"(?:\.tar)?\.[A-Za-z0-9]{1,8}"
_MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<student>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<own>.*))?")
_CANVAS = re.compile(r"(?P<name>.+?)(?:_LATE)?_(?P<student>\d+)_(?P<file>\d+)_(?P<own>.+)")
_CANVAS_ANONYMOUS = re.compile(r"(?:LATE_)?(?P<name>anon)_(?P<student>[A-Za-z0-9]+)_(?P<file>\d+)_(?P<own>.+)")
_CANVAS_TEXT = re.compile(r"(?P<name>.+?)(?:_LATE)?_(?P<student>\d+)_(?P<own>text|link)\.html")
_VERSION = re.compile(rf"(?P<stem>.+)-(?P<number>\d{{1,2}})(?P<ending>{_ENDING})")  # of a file that came before
_CLASSROOM = re.compile(rf"(?P<name>.+?) - (?P<own>.+?)(?: ?\((?P<number>\d{{1,2}})\))?(?P<ending>{_ENDING})")
_COPY = re.compile(rf"(?P<stem>.+?) ?\((?P<number>\d{{1,2}})\)(?P<ending>{_ENDING})?")


@dataclass(frozen=True)
class Entry:
    """An entry of a class folder, and whose it is.

    student: as the platform knows them. name: for readers. own: the name that the student's file had; "" for what is a
    submission in itself. attempt: its number, from 1. order: of those with one name and number, the largest is the
    latest. is_remark: whether it comes beside the work, as a text typed in.
    """

    path: Path
    student: str
    name: str
    own: str = ""
    attempt: int = 1
    order: int = 0
    is_remark: bool = False


Named = dict[Path, tuple[Entry, ...]]  # an entry of a group of students is there once for each of them


def named_by_platform(entries: Sequence[Path]) -> tuple[str, Named]:
    """The platform whose names most of the entries have, and whose these are; "" and nothing for a plain folder."""
    found = {platform: named for platform, read in READERS.items() if (named := read(entries))}
    platform = max(found, key=lambda each: len(found[each]), default="")
    visible = [entry for entry in entries if entry.name != METADATA]
    if not platform or 2 * len(found[platform]) <= len(visible):
        return "", {}
    return platform, found[platform]


def canvas_start(name: str) -> str:
    """How Canvas' name for a file begins, up to where the student's own name of it stands; "" for another name."""
    match = _CANVAS_ANONYMOUS.fullmatch(name) or _CANVAS.fullmatch(name)
    return name[: match.start("own")] if match else ""


def browser_copy(name: str) -> tuple[str, int]:
    """What a browser, asked to save a file once more, made of a name: the name before that, and the number, or 0."""
    match = _COPY.fullmatch(name)
    return (match["stem"] + (match["ending"] or ""), int(match["number"])) if match else (name, 0)


def _of_moodle(entries: Sequence[Path]) -> Named:
    named: Named = {}
    for entry in entries:
        if match := _MOODLE.fullmatch(entry.name):
            student = match["student"] or match["name"]
            name = f"{match['name']}_{student}" if match["student"] else student
            own = "" if entry.is_dir() else match["own"] or entry.name
            named[entry] = (Entry(entry, student, name, own, is_remark=match["kind"] != "file"),)
    return named


def _of_canvas(entries: Sequence[Path]) -> Named:
    named: Named = {}
    for entry in entries:
        if match := _CANVAS_ANONYMOUS.fullmatch(entry.name) or _CANVAS.fullmatch(entry.name):
            version = _VERSION.fullmatch(match["own"])
            own = version["stem"] + version["ending"] if version else match["own"]
            attempt = int(version["number"]) + 1 if version else 1
            name, order = f"{match['name']}_{match['student']}", int(match["file"])
            named[entry] = (Entry(entry, match["student"], name, own, attempt, order),)
        elif match := _CANVAS_TEXT.fullmatch(entry.name):
            name, own = f"{match['name']}_{match['student']}", f"{match['own']}.html"
            named[entry] = (Entry(entry, match["student"], name, own, is_remark=True),)
    return named


def _of_gradescope(entries: Sequence[Path]) -> Named:
    metadata = next((entry for entry in entries if entry.name == METADATA and entry.is_file()), None)
    if metadata is None:
        return {}
    submitters = submitters_in(metadata)
    folders = [entry for entry in entries if entry.name in submitters and entry.is_dir()]
    return {
        entry: tuple(
            Entry(entry, student, student, order=int(entry.name.rpartition("_")[2]))
            for student in submitters[entry.name] or (entry.name,)
        )
        for entry in folders
    }


def _of_classroom(entries: Sequence[Path]) -> Named:
    """Where most of the files bear one title behind the names of several students."""
    matches = {entry: match for entry in entries if (match := _CLASSROOM.fullmatch(entry.name)) and entry.is_file()}
    titles = Counter(match["own"].casefold() for match in matches.values())
    title, count = titles.most_common(1)[0] if titles else ("", 0)
    if len(matches) < 2 or 2 * count <= len(matches) or len({match["name"] for match in matches.values()}) < 2:
        return {}
    return {
        entry: (Entry(entry, m["name"], m["name"], m["own"] + m["ending"], int(m["number"] or 0) + 1),)
        for entry, m in matches.items()
        if m["own"].casefold() == title
    }


READERS: dict[str, Callable[[Sequence[Path]], Named]] = {
    MOODLE: _of_moodle,
    CANVAS: _of_canvas,
    GRADESCOPE: _of_gradescope,
    CLASSROOM: _of_classroom,
}
