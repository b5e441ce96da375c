"""When something was handed in: what a person, a platform or a file says, in this order."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.utils import parse_utc

from grader.submissions.handed_in import HandedIn
from grader.submissions.times import handed_in_at, is_called_late, parsed_stamp
from grader.submissions.whose import Settled

NOON = datetime(2027, 1, 31, 12, tzinfo=UTC)
METADATA = """\
---
submission_1:
  :submitters:
  - :name: Ada
    :sid: '1'
  :created_at: 2027-01-31 12:00:00.123456000 Z
  :history:
  - :id: 7
    :created_at: 2026-01-01 00:00:00.000000000 Z
submission_2:
  :created_at: 2027-02-30 12:00:00 Z
"""


def at(path: Path, platform: str = "", entry: str = "", **options: object) -> datetime | None:
    return handed_in_at(HandedIn(path.name, path, path.name, entry=entry or path.name), platform, {}, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-31 12:00:00 UTC", "2027-01-31 12:00:00.000000 UTC", "2027-01-31 12:00:00",
        "2027-01-31 13:00:00 Europe/Berlin", "2027-01-31T12:00:00",
    ],
)  # fmt: skip
def test_a_timestamp_is_the_time_that_nbgrader_reads(text: str) -> None:
    """In UTC, with and without a zone."""
    assert parsed_stamp(text) == NOON == parse_utc(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2027-02-30 12:00:00", "2027-01-31 12:00:00 Nowhere/Land", "x" * 50])
def test_another_text_is_no_time(text: str) -> None:
    """Nobody is late for it."""
    assert parsed_stamp(text) is None


def test_a_timestamp_counts_where_nbgrader_wrote_it(tmp_path: Path) -> None:
    """A student could lay one into an archive, or a link to another's."""
    (tmp_path / "timestamp.txt").write_text("2027-01-31 12:00:00 UTC\n")
    assert at(tmp_path, "nbgrader") == NOON
    assert at(tmp_path) is None
    link = tmp_path / "other"
    link.mkdir()
    (link / "timestamp.txt").symlink_to(tmp_path / "timestamp.txt")
    assert at(link, "nbgrader") is None


def test_gradescope_says_when(tmp_path: Path) -> None:
    """The time of the submission and not of one in its history; a day that does not exist is none."""
    (tmp_path / "submission_metadata.yml").write_text(METADATA)
    assert at(tmp_path / "submission_1", "Gradescope") == NOON
    assert at(tmp_path / "submission_2", "Gradescope") is None


def test_what_a_person_settled_comes_first(tmp_path: Path) -> None:
    """By the name of the submission or of its entry."""
    (tmp_path / "timestamp.txt").write_text("2026-01-31 12:00:00 UTC\n")
    handed_in = HandedIn("ada", tmp_path, "ada", entry="ada.zip")
    for name in ("ada", "ada.zip"):
        assert handed_in_at(handed_in, "nbgrader", {name: Settled(handed_in=NOON)}) == NOON


def test_times_of_files_are_asked_for(tmp_path: Path) -> None:
    """The latest of a submission's own files."""
    early, late = tmp_path / "a.py", tmp_path / "b.py"
    for file, day in ((early, -1), (late, 0)):
        file.touch()
        os.utime(file, (NOON.timestamp() + 86400 * day,) * 2)
    assert at(tmp_path) is None
    assert at(tmp_path, of_files=True) == at(late, of_files=True) == NOON
    alone = HandedIn("a", tmp_path, "a", files=(("a.py", early),))
    assert handed_in_at(alone, "", {}, of_files=True) == NOON.replace(day=30)


def test_canvas_says_that_and_not_when() -> None:
    """In the name of an entry, and only as a word of its own."""
    names = {"lovelaceada_LATE_1_2_lab05.ipynb": True, "LATE_anon_x1_2_a.py": True, "plateau_1_2_LATEX.py": False}
    for entry, late in names.items():
        assert is_called_late(HandedIn("x", Path(entry), "1", entry=entry), "Canvas") is late
        assert not is_called_late(HandedIn("x", Path(entry), "1", entry=entry), "Moodle")
