"""When each submission was handed in: what a person settled, or the platform said, or the files show.

Times of files are used only where that is asked for: downloads and copies set them anew.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from .finding import NBGRADER
from .gradescope_export import METADATA, times_in
from .handed_in import HandedIn
from .platform_names import CANVAS, GRADESCOPE
from .whose import Settled

NBGRADER_FILE = "timestamp.txt"
LONGEST = 100  # bytes that are read of it
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(?: (\S+))?")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def handed_in_at(
    handed_in: HandedIn, platform: str, settled: Mapping[str, Settled], *, of_files: bool = False
) -> datetime | None:
    """The time in UTC; None where it is not known.

    settled: by the name of a submission or its entry, see `read_names`. A timestamp.txt counts in an nbgrader course
    alone, where nbgrader wrote it: elsewhere a student could have.
    """
    said = settled.get(handed_in.entry) or settled.get(handed_in.name)
    if said and said.handed_in:
        return said.handed_in
    if platform == NBGRADER and (found := _of_nbgrader(handed_in.path / NBGRADER_FILE)):
        return found
    if platform == GRADESCOPE and (found := times_in(handed_in.path.parent / METADATA).get(handed_in.entry)):
        return found
    return _of_files(handed_in) if of_files else None


def is_called_late(handed_in: HandedIn, platform: str) -> bool:
    """Whether the platform says that it came late, and not how late: Canvas puts a word into the name."""
    return platform == CANVAS and bool(re.search(r"(?:^|_)LATE_", handed_in.entry))


def _of_nbgrader(file: Path) -> datetime | None:
    """The time in a timestamp.txt: `2027-01-31 22:59:00.123456 UTC`; without a zone it is UTC, as in nbgrader."""
    try:
        with file.open("rb") as stream:
            text = stream.read(LONGEST).decode("ascii").strip()
        return parsed_stamp(text) if not file.is_symlink() else None
    except (OSError, ValueError):
        return None


def parsed_stamp(text: str) -> datetime | None:
    """A time as nbgrader writes it, 2027-01-31 23:59 Europe/Berlin, in UTC; None for another text."""
    match = _STAMP.fullmatch(text)
    if match is None:
        return None
    try:
        time = datetime.fromisoformat(match[1])
        return time.replace(tzinfo=_zone(match[2] or "UTC")).astimezone(UTC)
    except (ValueError, OverflowError, LookupError, OSError):  # no time of the calendar, or no zone
        return None


def _zone(name: str) -> timezone | ZoneInfo:
    """Raises ValueError, LookupError or OSError for what is no zone."""
    if name in ("UTC", "Z", "GMT"):
        return UTC
    if match := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(offset if match[1] == "+" else -offset)
    return ZoneInfo(name)


def _of_files(handed_in: HandedIn) -> datetime | None:
    """The latest time of an archive, a notebook or the files of a folder."""
    paths = [file for _, file in handed_in.files] or [handed_in.path, *_files_in(handed_in.path)]
    times = [path.lstat().st_mtime for path in paths if path.is_file() and not path.is_symlink()]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
