"""Files that are written whole, and only when they change."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.files import create_private, write_all_atomically, write_atomically
from grader.render.csv_export import write_grades
from grader.render.pages import write_pages
from grader.render.report_json import report_folder, write_report

from ..render import samples


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of change of every file: a file that is written anew has others."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}


def write_everything(out: Path) -> None:
    """Records, pictures, what was printed, pages and the table of a class."""
    reports = [*samples.class_of_seven(), samples.hostile()]
    for report in reports:
        write_report(report, report_folder(out, report.submission))
    write_grades(ASSIGNMENT.part_names, reports, out / "grades.csv")
    write_pages(ASSIGNMENT, reports, out)


def test_a_class_that_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    """Records, pictures, pages and tables of equal reports stay the files that they were."""
    write_everything(tmp_path)
    before = identities(tmp_path)
    write_everything(tmp_path)
    assert identities(tmp_path) == before
    assert len(before) > 20


def test_files_that_somebody_changed_are_written_again(tmp_path: Path) -> None:
    """A page, a record and a picture with one byte less, or none at all: the next run puts them right."""
    write_everything(tmp_path)
    names = ("index.html", "report.json", "autoencoder.reconstructs_unseen_images-1.png")
    whole = {tmp_path / "ada" / name: (tmp_path / "ada" / name).read_bytes() for name in names}
    for path, content in whole.items():
        path.write_bytes(content[:-1])
    write_everything(tmp_path)
    assert {path: path.read_bytes() for path in whole} == whole
    for path in whole:
        path.unlink()
    write_everything(tmp_path)
    assert {path: path.read_bytes() for path in whole} == whole


def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    """Also where the content is the same already: the record must not hang on a file elsewhere."""
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "report.json"
    elsewhere.write_bytes(b"content")
    path.symlink_to(elsewhere)
    write_atomically(path, b"content")
    assert not path.is_symlink()
    assert path.read_bytes() == elsewhere.read_bytes() == b"content"


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader finds the old one or the new one."""
    write_atomically(tmp_path / "a", b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(tmp_path / "a", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_folder_in_the_place_of_a_file_is_left_alone_without_a_draft_beside_it(tmp_path: Path) -> None:
    """As where `--out` names a folder that exists."""
    (tmp_path / "lab05.zip").mkdir()
    with pytest.raises(OSError, match=r"lab05\.zip"):
        write_atomically(tmp_path / "lab05.zip", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["lab05.zip"]


def test_several_files_are_all_drafted_before_any_is_renamed(tmp_path: Path) -> None:
    """A text that cannot be written (here a lone surrogate), or a place that is taken, stops before any has changed."""
    (tmp_path / "a.py").write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_all_atomically(tmp_path, {"a.py": "new", "below/b.py": "\ud800"})
    with pytest.raises(OSError, match=r"a\.py"):
        write_all_atomically(tmp_path, {"a.py": "new", "a.py/b.py": "new"})
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.py", "old")]


def test_a_failure_between_two_drafts_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full when the second one is drafted."""
    (tmp_path / "a").write_bytes(b"old")
    write = Path.write_bytes

    def fail(path: Path, content: bytes) -> int:
        if content == b"second":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="No space left"):
        write_all_atomically(tmp_path, {"a": b"first", "b": b"second"})
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


def test_several_files_come_into_folders_that_are_made(tmp_path: Path) -> None:
    """Their paths come back in the order given, and what was there already stays the file that it was."""
    first = write_all_atomically(tmp_path / "new", {"b.txt": "ä", "below/a.bin": b"\xff"})
    assert first == [tmp_path / "new" / "b.txt", tmp_path / "new" / "below" / "a.bin"]
    assert [path.read_bytes() for path in first] == ["ä".encode(), b"\xff"]
    before = identities(tmp_path)
    assert write_all_atomically(tmp_path / "new", {"b.txt": "ä", "below/a.bin": b"\xff"}) == first
    assert identities(tmp_path) == before


def test_a_private_file_is_for_its_owner_and_the_first_one_stays(tmp_path: Path) -> None:
    """Whatever the umask, however many write at once, and without a draft that is left."""
    path = tmp_path / "seed.txt"
    mask = os.umask(0)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: create_private(path, f"{number}\n".encode()), range(32)))
    finally:
        os.umask(mask)
    kept = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept in [f"{number}\n".encode() for number in range(32)]
    create_private(path, b"later")
    assert path.read_bytes() == kept
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no link can be made nothing is left behind."""

    def fail(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", fail)
    with pytest.raises(OSError, match="not permitted"):
        create_private(tmp_path / "seed.txt", b"7")
    assert list(tmp_path.iterdir()) == []
