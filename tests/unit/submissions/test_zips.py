"""Reading .zip files: every bad one is one clear line, and none costs time, memory or a file."""

import bz2
import stat
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.submissions import zips
from grader.submissions.reading import read_submission

from .handed_in import fill, pack, reason, texts


def zip_reason(path: Path, files: Mapping[str, str | bytes]) -> str:
    return reason(pack(path / "it.zip", files))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(50)], ids=["empty", "text", "cut"])
def test_a_broken_zip(tmp_path: Path, content: bytes) -> None:
    """Not a .zip at all."""
    fill(tmp_path, {"it.zip": content})
    assert "cannot be read" in reason(tmp_path / "it.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_with_damaged_content(tmp_path: Path, method: int) -> None:
    """Whatever the method of compression, and whatever its library raises."""
    path = tmp_path / "it.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("data.py", "".join(f"x{n} = {n * n}\n" for n in range(500)))
    raw = bytearray(path.read_bytes())
    raw[60:90] = bytes(255 - byte for byte in raw[60:90])
    path.write_bytes(raw)
    assert "cannot be read" in reason(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 9, 93, 98])
def test_a_zip_in_an_extraordinary_compression(tmp_path: Path, method: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused before it is unpacked: some methods unpack a few hundred bytes to gigabytes in one go."""
    written = method if method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA) else zipfile.ZIP_STORED
    with zipfile.ZipFile(tmp_path / "it.zip", "w", written) as archive:
        archive.writestr("data.py", b" " * 2**20)
    raw = bytearray((tmp_path / "it.zip").read_bytes())
    central = raw.index(b"PK\x01\x02")
    raw[8:10] = raw[central + 10 : central + 12] = method.to_bytes(2, "little")
    (tmp_path / "it.zip").write_bytes(raw)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    assert "the .zip cannot be read: data.py is compressed" in reason(tmp_path / "it.zip")


def test_a_small_zip_takes_little_memory(tmp_path: Path) -> None:
    """A .zip of some hundred bytes that would unpack to 64 MiB is turned away without them."""
    packed = bz2.compress(bytes(2**26))
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        archive.writestr("data.py", packed)
    raw = bytearray((tmp_path / "it.zip").read_bytes())
    central = raw.index(b"PK\x01\x02")
    raw[8:10] = raw[central + 10 : central + 12] = zipfile.ZIP_BZIP2.to_bytes(2, "little")
    (tmp_path / "it.zip").write_bytes(raw)
    tracemalloc.start()
    try:
        reason(tmp_path / "it.zip")
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


def test_a_zip_of_every_cut_length(tmp_path: Path) -> None:
    """An upload that was cut off anywhere is unreadable, and never anything else."""
    whole = pack(tmp_path / "whole.zip", {"data.py": "x = 1\n" * 20, "vae.py": "y = 2\n"}).read_bytes()
    for length in range(len(whole)):
        (tmp_path / "it.zip").write_bytes(whole[:length])
        assert "cannot be read" in reason(tmp_path / "it.zip")


def test_a_zip_with_a_password(tmp_path: Path) -> None:
    """Nobody can read it."""
    raw = pack(tmp_path / "plain.zip", {"data.py": "x = 1\n"}).read_bytes()
    local, central = raw.index(b"PK\x03\x04"), raw.index(b"PK\x01\x02")
    flagged = bytearray(raw)
    flagged[local + 6] |= 1
    flagged[central + 8] |= 1
    (tmp_path / "it.zip").write_bytes(flagged)
    assert reason(tmp_path / "it.zip") == "the .zip is encrypted: pack it again without a password"


def test_a_zip_in_a_zip(tmp_path: Path) -> None:
    """A learning platform packs what was packed. Three times is once too often, and the line names the inner one."""
    inner = pack(tmp_path / "in.zip", {"lab05/data.py": "x = 1"}).read_bytes()
    middle = pack(tmp_path / "middle.zip", {"lab05.zip": inner}).read_bytes()
    assert texts(tmp_path / "middle.zip") == {"data.py": "x = 1"}
    assert "it.zip/lab05.zip was left out: it is packed three times" in zip_reason(tmp_path, {"it.zip": middle})


@pytest.mark.parametrize(
    "name",
    [
        "../data.py",
        "lab05/../../data.py",
        "/etc/data.py",
        "..\\data.py",
        "C:\\data.py",
        "\\\\server\\data.py",
        "C:data.py",
    ],
)
def test_a_zip_with_names_that_lead_out_of_it(tmp_path: Path, name: str) -> None:
    """Upwards, absolute, or in the manner of Windows: left out with a note, whatever lies beside it."""
    assert "its name leads out of the .zip" in reason(pack(tmp_path / "a.zip", {name: "x = 1"}))
    found = read_submission("it", pack(tmp_path / "b.zip", {name: "x = 1", "lab05/vae.py": ""}), ASSIGNMENT)
    assert [source.name for source in found.sources] == ["vae.py"]
    assert "its name leads out of the .zip" in str(found.left_out)


def test_a_zip_with_a_link(tmp_path: Path) -> None:
    """The line names it."""
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        link = zipfile.ZipInfo("data.py")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "data.py was left out: it is a link" in reason(tmp_path / "it.zip")


def test_a_zip_of_a_long_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of files is bounded before it is parsed, and then by their number."""
    path = pack(tmp_path / "it.zip", {f"f{n}.txt": "" for n in range(500)})
    monkeypatch.setattr(zips, "MAX_ENTRIES", 499)
    assert reason(path) == "the .zip holds more than 499 files: hand in your own work alone"
    monkeypatch.setattr(zips, "MAX_INDEX_BYTES", 500 * 50)
    assert reason(path) == "the .zip cannot be read: its list of files is too long"


def test_a_zip_that_unpacks_to_too_much(tmp_path: Path) -> None:
    """A small file that would fill the memory."""
    assert "data.py is larger than 1 MiB" in reason(pack(tmp_path / "one.zip", {"data.py": bytes(17 * 2**20)}))
    large = {"lab05.ipynb": bytes(17 * 2**20)}
    assert "lab05.ipynb is larger than 16 MiB" in reason(pack(tmp_path / "two.zip", large))


def test_a_zip_that_lies_about_its_sizes(tmp_path: Path) -> None:
    """A header that promises ten bytes does not unpack to more."""
    path = pack(tmp_path / "it.zip", {"data.py": b" " * 2**20})
    raw = bytearray(path.read_bytes())
    central = raw.index(b"PK\x01\x02")
    raw[central + 24 : central + 28] = (10).to_bytes(4, "little")
    path.write_bytes(raw)
    assert "cannot be read" in reason(path)


def test_a_zip_with_names_that_are_no_text(tmp_path: Path) -> None:
    """A name that says it is UTF-8 and is not."""
    raw = pack(tmp_path / "good.zip", {"dätä.py": "x = 1"}).read_bytes()
    (tmp_path / "it.zip").write_bytes(raw.replace("ä".encode(), b"\xff\xfe"))
    assert "cannot be read" in reason(tmp_path / "it.zip")


def test_nothing_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a .zip unpacks into memory alone."""
    path = pack(tmp_path / "it.zip", {"lab05/data.py": "x = 1\n"})
    monkeypatch.chdir(tmp_path)
    texts(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["it.zip"]


def test_a_zip_as_it_comes_from_a_desktop(tmp_path: Path) -> None:
    """Nested folders around the work, notebook checkpoints and what macOS adds do not matter, nor does .ZIP."""
    files = {
        "alice/lab05/data.py": "x = 1",
        "alice/lab05/helpers/net.py": "y = 2",
        "alice/lab05/.ipynb_checkpoints/old.ipynb": "{}",
        "__MACOSX/alice/lab05/._data.py": "\x00",
    }
    found = read_submission("alice", pack(tmp_path / "alice.ZIP", files), ASSIGNMENT)
    assert [source.name for source in found.sources] == ["data.py", "helpers/net.py"]
