"""Files that are written whole, and only when they change."""

import errno
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.files import write_atomically
from grader.render.csv_export import write_grades
from grader.render.pages import write_pages
from grader.render.report_json import report_folder, write_report

from . import samples


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of change of every file: a file that is written anew has others."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}


def write_everything(out: Path) -> None:
    """Records, pictures, what was printed, pages and the table of a class."""
    reports = [*samples.class_of_seven(), samples.hostile()]
    for report in reports:
        write_report(report, report_folder(out, report.submission))
    write_grades(ASSIGNMENT, reports, out / "grades.csv")
    write_pages(ASSIGNMENT, reports, out)


def test_a_class_that_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    """Records, pictures, pages and tables of equal reports stay the files that they were."""
    write_everything(tmp_path)
    before = identities(tmp_path)
    write_everything(tmp_path)
    assert identities(tmp_path) == before
    assert len(before) > 20


@pytest.mark.parametrize("damage", ["index.html", "report.json", "autoencoder.reconstructs_unseen_images-1.png"])
def test_a_file_that_somebody_changed_is_written_again(damage: str, tmp_path: Path) -> None:
    """One byte less, or none at all: the next run puts it right."""
    write_everything(tmp_path)
    path = tmp_path / "ada" / damage
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    write_everything(tmp_path)
    assert path.read_bytes() == whole
    path.unlink()
    write_everything(tmp_path)
    assert path.read_bytes() == whole


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
