"""Archives are dated by the commit, so that two builds of it are equal."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from grader.release import archive
from grader.release.archive import DATE, ReleaseError, source_date, write_zip

FILES = {"a.txt": b"a", "b/c.txt": b"c"}
ROOT = Path(__file__).resolve().parents[3]


def dates(path: Path) -> set[tuple[int, ...]]:
    with zipfile.ZipFile(path) as opened:
        return {entry.date_time for entry in opened.infolist()}


def test_files_have_the_date_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SOURCE_DATE_EPOCH, in UTC, whatever the time zone and the clock."""
    monkeypatch.setenv(DATE, "1767225599")
    assert dates(write_zip(tmp_path / "a.zip", FILES)) == {(2025, 12, 31, 23, 59, 58)}  # a zip counts in two seconds


def test_files_have_the_date_of_the_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, what git says of the commit that is checked out; so two builds are equal."""
    monkeypatch.delenv(DATE, raising=False)
    asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%cd", "--date=format-local:%Y %m %d %H %M %S"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False, env={"TZ": "UTC"}).stdout.split()
    assert source_date() == (tuple(map(int, told)) if told else (1980, 1, 1, 0, 0, 0))
    first, second = (write_zip(tmp_path / name, FILES).read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second


def test_without_a_repository_the_date_is_the_first_of_all_zips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout that came as an archive can be released, too."""
    monkeypatch.delenv(DATE, raising=False)
    monkeypatch.setattr(archive, "ROOT", tmp_path)
    assert source_date() == (1980, 1, 1, 0, 0, 0)


@pytest.mark.parametrize("value", ["yesterday", "1e9", "4354819200", "9" * 30])
def test_what_is_no_time_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable and what it holds."""
    monkeypatch.setenv(DATE, value)
    with pytest.raises(ReleaseError, match=f"{DATE} must be .*{value}"):
        source_date()
