"""Finding and reading what students hand in: every kind of bad input is one clear line, and nothing is executed."""

import bz2
import io
import json
import os
import stat
import time
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.stubs import STUB_MARKER
from grader.submissions import reading as submissions
from grader.submissions.reading import NothingToGrade, UnreadableSubmission, find_submissions, read_submission

STUB = f"raise NotImplementedError('{STUB_MARKER}write this')\n"


def notebook_of(*cells: str) -> str:
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def fill(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def pack(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def texts(path: Path) -> dict[str, str]:
    return {source.name: source.text for source in read_submission("it", path, ASSIGNMENT).sources}


def reason(path: Path) -> str:
    """Why a submission cannot be read: one line that could end 'The submission could not be read: …'."""
    with pytest.raises(UnreadableSubmission) as caught:
        read_submission("it", path, ASSIGNMENT)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
    return str(caught.value)


def names_in(path: Path) -> list[str]:
    return [name for name, _ in find_submissions(path, ASSIGNMENT)]


# --- what is a submission -----------------------------------------------------------------------------------------


def test_a_folder_of_modules_is_read_with_its_helpers(tmp_path: Path) -> None:
    """Modules by their relative names, packages of helpers too; other files are passed over."""
    files = {"data.py": "x = 1\n", "helper.py": "y = 2\n", "tools/deep.py": "z = 3\n"}
    fill(tmp_path / "ada", {**files, "notes.txt": "hello", "__pycache__/data.py": "0", ".hidden/data.py": "0"})
    found = read_submission("ada", tmp_path / "ada", ASSIGNMENT)
    assert (found.name, found.kind, found.left_out) == ("ada", "modules", ())
    assert {source.name: source.text for source in found.sources} == files


def test_a_notebook_is_read_cell_by_cell(tmp_path: Path) -> None:
    """Sources are cells, named by notebook and number; cells that are no Python are noted."""
    fill(tmp_path, {"lab05.ipynb": notebook_of("x = 1", "def f(:", "y = 2")})
    found = read_submission("ada", tmp_path / "lab05.ipynb", ASSIGNMENT)
    assert found.kind == "notebook"
    assert [(source.name, source.text) for source in found.sources] == [
        ("lab05.ipynb, cell 1", "x = 1"), ("lab05.ipynb, cell 3", "y = 2"),
    ]  # fmt: skip
    assert found.left_out[0].where == "cell 2, line 1"


@pytest.mark.parametrize("root", ["", "lab05/", "ada's work/"])
def test_a_zip_may_hold_the_files_or_their_folder(tmp_path: Path, root: str) -> None:
    """Both ways of packing are right, and what macOS adds does not matter."""
    files = {f"{root}data.py": "x = 1\n", f"{root}tools/deep.py": "z = 3\n", f"{root}notes.txt": "hello"}
    path = pack(tmp_path / "ada.zip", {**files, "__MACOSX/._data.py": b"\x00\x05\x16"})
    assert texts(path) == {"data.py": "x = 1\n", "tools/deep.py": "z = 3\n"}


def test_a_zip_may_hold_a_notebook(tmp_path: Path) -> None:
    """The notebook of a .zip is read like one in a folder."""
    path = pack(tmp_path / "ada.zip", {"lab05/lab05.ipynb": notebook_of("x = 1")})
    assert texts(path) == {"lab05.ipynb, cell 1": "x = 1"}


@pytest.mark.parametrize("kind", ["modules", "notebook"])
def test_of_modules_and_notebook_the_one_that_was_worked_on_counts(tmp_path: Path, kind: str) -> None:
    """Both were handed out; the one with fewer untouched tasks is the submission."""
    module, cell = ("x = 1\n", STUB) if kind == "modules" else (STUB, "x = 1\n")
    fill(tmp_path, {"data.py": module, "lab05.ipynb": notebook_of(f"def f():\n    {cell}")})
    assert read_submission("it", tmp_path, ASSIGNMENT).kind == kind


def test_a_broken_notebook_beside_modules_does_not_matter(tmp_path: Path) -> None:
    """There is something to grade, so it is graded."""
    fill(tmp_path, {"data.py": "x = 1\n", "lab05.ipynb": "no JSON"})
    assert read_submission("it", tmp_path, ASSIGNMENT).kind == "modules"


def test_the_assignment_s_notebook_is_chosen_among_several(tmp_path: Path) -> None:
    """Notebooks of the student's own may lie beside lab05.ipynb."""
    fill(tmp_path, {"a.ipynb": notebook_of("a = 1"), "lab05.ipynb": notebook_of("b = 1")})
    assert list(texts(tmp_path)) == ["lab05.ipynb, cell 1"]


def test_a_single_notebook_may_have_any_name(tmp_path: Path) -> None:
    """Learning platforms rename files."""
    fill(tmp_path, {"lab05 (1).ipynb": notebook_of("a = 1")})
    assert list(texts(tmp_path)) == ["lab05 (1).ipynb, cell 1"]


# --- finding --------------------------------------------------------------------------------------------------------


def test_a_class_is_found_in_the_order_of_its_names(tmp_path: Path) -> None:
    """Folders, notebooks and .zip files; hidden and other files are no submissions."""
    fill(tmp_path / "bob", {"data.py": ""})
    fill(tmp_path, {"carl.ipynb": "", "ada.zip": "", "readme.txt": "", ".git/config": "", "__pycache__/x": ""})
    assert names_in(tmp_path) == ["ada", "bob", "carl"]


def test_two_submissions_never_have_one_name(tmp_path: Path) -> None:
    """ada/ beside ada.zip: both are graded, under names of their own."""
    fill(tmp_path / "ada", {"data.py": ""})
    fill(tmp_path, {"ada.zip": "", "ada.ipynb": "", "bob.zip": ""})
    found = names_in(tmp_path)
    assert len(set(found)) == len(found) == 4
    assert "bob" in found


def test_two_submissions_of_a_course_never_have_one_name(tmp_path: Path) -> None:
    """Where the work lies one folder down, too, and where a name with its ending is another one's without."""
    for student in ("ada", "bob"):
        fill(tmp_path / student / "lab05", {"data.py": ""})
        fill(tmp_path, {f"{student}.zip": "", f"{student}.zip.zip": ""})
    found = names_in(tmp_path)
    assert len(set(found)) == len(found) == 6
    assert {"ada", "bob"} < set(found)


def test_an_nbgrader_course_is_found(tmp_path: Path) -> None:
    """submitted/<student>/lab05/ holds a student's work; the student's name is the submission's."""
    fill(tmp_path / "submitted" / "ada" / "lab05", {"lab05.ipynb": notebook_of("x = 1"), "timestamp.txt": "now"})
    fill(tmp_path / "submitted" / "bob" / "lab05", {"data.py": "x = 1"})
    found = find_submissions(tmp_path / "submitted", ASSIGNMENT)
    assert [(name, read_submission(name, place, ASSIGNMENT).kind) for name, place in found] == [
        ("ada", "notebook"), ("bob", "modules"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [{"data.py": ""}, {"lab05.ipynb": ""}])
def test_a_submission_may_be_named_itself(tmp_path: Path, content: dict[str, str]) -> None:
    """`aelab grade my-solution`: one submission, called after its folder."""
    assert find_submissions(fill(tmp_path / "my-solution", content), ASSIGNMENT) == [
        ("my-solution", tmp_path / "my-solution")
    ]


@pytest.mark.parametrize("name", ["ada.zip", "ada.ipynb"])
def test_a_file_may_be_named_itself(tmp_path: Path, name: str) -> None:
    """One .zip or one notebook, called after the file."""
    fill(tmp_path, {name: ""})
    assert find_submissions(tmp_path / name, ASSIGNMENT) == [("ada", tmp_path / name)]


def test_the_current_folder_has_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`aelab grade .` names the submission after the folder, not after the dot."""
    monkeypatch.chdir(fill(tmp_path / "my-solution", {"data.py": ""}))
    assert names_in(Path()) == ["my-solution"]


def test_nothing_to_grade_is_one_clear_line(tmp_path: Path) -> None:
    """A folder that does not exist, and one that holds no submissions: both named."""
    for place in (tmp_path / "nowhere", fill(tmp_path / "empty", {"readme.txt": ""})):
        with pytest.raises(NothingToGrade) as caught:
            find_submissions(place, ASSIGNMENT)
        assert str(place) in str(caught.value)
        assert "\n" not in str(caught.value)


# --- bad input ------------------------------------------------------------------------------------------------------


def test_an_empty_folder(tmp_path: Path) -> None:
    """Said as such."""
    assert reason(tmp_path) == "the folder is empty"


@pytest.mark.parametrize("files", [{"essay.py": "x = 1"}, {"vea.py": "", "tools/data.py": ""}])
def test_no_module_of_the_lab(tmp_path: Path, files: dict[str, str]) -> None:
    """Python, but none of the modules: the line lists their names."""
    assert all(f"{part}.py" in reason(fill(tmp_path, files)) for part in ASSIGNMENT.part_names)


def test_no_python_at_all(tmp_path: Path) -> None:
    """Files, but nothing to grade in them: not called empty, because it is not."""
    assert "neither a notebook nor any of" in reason(fill(tmp_path / "a", {"essay.pdf": b"%PDF"}))
    assert "neither a notebook nor any of" in reason(pack(tmp_path / "a.zip", {"essay.pdf": b"%PDF"}))


def test_a_syntax_error_is_left_to_the_check_that_meets_it(tmp_path: Path) -> None:
    """A module that is no Python spoils its own part only, so it is read like any other text."""
    assert texts(fill(tmp_path, {"data.py": "def f(:\n", "vae.py": "x = 1\n"}))["data.py"] == "def f(:\n"


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00x", b"x = '\xe4'\n", b"# -*- coding: nonsense -*-\n", "x\0".encode("utf-16")]
)
def test_a_module_that_is_no_text(tmp_path: Path, content: bytes) -> None:
    """The line names the file and says how to save it."""
    found = reason(fill(tmp_path, {"data.py": content, "vae.py": "x = 1\n"}))
    assert found.startswith("data.py is not Python text")
    assert "UTF-8" in found


def test_an_encoding_that_is_declared_counts(tmp_path: Path) -> None:
    """As it does for Python itself."""
    fill(tmp_path, {"data.py": "# -*- coding: latin-1 -*-\nx = 'ä'\n".encode("latin-1")})
    assert texts(tmp_path)["data.py"].endswith("x = 'ä'\n")


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "UTF8", "utf-8-sig", "ascii", "us-ascii", "latin-1", "iso-8859-1", "L1", "iso-8859-15", "cp1252",
     "windows-1252"],
)  # fmt: skip
def test_ordinary_encodings_are_read_under_all_their_names(tmp_path: Path, encoding: str) -> None:
    """What editors save source as, whatever they call it."""
    letter = "" if "ascii" in encoding else "ä"
    fill(tmp_path, {"data.py": f"# coding: {encoding}\nx = '{letter}'\n".encode(encoding)})
    assert texts(tmp_path)["data.py"].endswith(f"x = '{letter}'\n")


OTHER_ENCODINGS = [
    "punycode", "undefined", "idna", "unicode_escape", "raw_unicode_escape", "utf-7", "rot13", "hex", "base64", "bz2",
    "zlib", "uu", "quopri", "mbcs", "oem", "aliases", "__init__", "charmap", "cp037", "utf_32", "gb18030", "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("encoding", OTHER_ENCODINGS, ids=lambda name: name[:20])
def test_a_module_in_an_extraordinary_encoding(tmp_path: Path, encoding: str) -> None:
    """Refused by its name, before a single byte goes through a codec that may be slow or raise anything."""
    fill(tmp_path, {"data.py": f"# coding: {encoding}\n".encode() + b"a" * 200_000 + b"-\n", "vae.py": "x = 1\n"})
    start = time.thread_time()
    assert reason(tmp_path).startswith("data.py is not Python text")
    assert time.thread_time() - start < 5


def test_a_broken_utf_16_module(tmp_path: Path) -> None:
    """Whatever a codec raises for bytes that are not in its encoding, the line is the same."""
    found = reason(fill(tmp_path, {"data.py": b"# coding: utf-16\nx = 1\nab"}))
    assert found.startswith("data.py is not Python text")


def test_byte_order_mark_and_line_endings_do_not_matter(tmp_path: Path) -> None:
    """Files from Windows and from old Macs are the same text."""
    fill(tmp_path, {"data.py": b"\xef\xbb\xbfx = 1\r\ny = 2\r\n", "vae.py": b"x = 1\ry = 2\r"})
    assert texts(tmp_path) == {"data.py": "x = 1\ny = 2\n", "vae.py": "x = 1\ny = 2\n"}


@pytest.mark.parametrize(
    ("content", "said"), [("no JSON", "no JSON"), ("{}", "no list of cells"), (notebook_of("", " "), "no code")]
)
def test_a_notebook_that_is_none(tmp_path: Path, content: str, said: str) -> None:
    """The line names the notebook, also where a helper module lies beside it."""
    for files in ({"lab05.ipynb": content}, {"lab05.ipynb": content, "helper.py": "x = 1"}):
        found = reason(fill(tmp_path, files))
        assert found.startswith("lab05.ipynb ")
        assert said in found


def test_several_notebooks_none_of_which_is_the_assignment(tmp_path: Path) -> None:
    """Nobody guesses which one counts."""
    assert "2 notebooks and none is called lab05.ipynb" in reason(
        fill(tmp_path, {"a.ipynb": notebook_of("x = 1"), "b.ipynb": notebook_of("x = 1")})
    )


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    """A file and a folder with names of arbitrary bytes are found and read like others."""
    place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe"))
    fill(place, {"data.py": "x = 1\n"})
    (place / os.fsdecode(b"h\xe4lper.py")).write_text("y = 2\n")
    ((name, found),) = find_submissions(tmp_path, ASSIGNMENT)
    assert name == os.fsdecode(b"\xff\xfe")
    assert sorted(texts(found).values()) == ["x = 1\n", "y = 2\n"]


def test_too_much_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large files, many files, and many large files: bounded before they are read on."""
    monkeypatch.setattr(submissions, "MAX_FILE_BYTES", 2**20)
    assert "data.py is larger than 1 MiB" in reason(fill(tmp_path / "a", {"data.py": b" " * (2**20 + 1)}))
    many = {"data.py": "", **{f"helper{n}.py": "" for n in range(submissions.MAX_FILES)}}
    assert "more than 400 files" in reason(fill(tmp_path / "b", many))
    monkeypatch.setattr(submissions, "MAX_TOTAL_BYTES", 2**20)
    assert "1 MiB of Python" in reason(fill(tmp_path / "c", {"data.py": b" " * 2**19, "vae.py": b" " * (2**19 + 1)}))


def test_a_module_of_more_than_a_mebibyte(tmp_path: Path) -> None:
    """A module is a few KiB of text; a notebook, which holds pictures, may be larger. The same in a .zip."""
    large = b"x = 1\n" + b"#" * (2**20 - 6)
    assert len(texts(fill(tmp_path / "a", {"data.py": large}))["data.py"]) == 2**20
    assert len(texts(pack(tmp_path / "a.zip", {"data.py": large}))["data.py"]) == 2**20
    files = {"tools/helper.py": large + b"#", "data.py": "x = 1"}
    assert "helper.py is larger than 1 MiB" in reason(fill(tmp_path / "b", files))
    assert "helper.py is larger than 1 MiB" in reason(pack(tmp_path / "b.zip", files))
    picture = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1", "outputs": ["A" * 2**21]}]})
    assert texts(fill(tmp_path / "c", {"lab05.ipynb": picture})) == {"lab05.ipynb, cell 1": "x = 1"}


# --- links and special files ----------------------------------------------------------------------------------------


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither to files nor to folders, inside a submission."""
    secret = fill(tmp_path / "elsewhere", {"secret.py": "SECRET = 1\n", "data.py": "SECRET = 2\n"})
    own = fill(tmp_path / "class" / "ada", {"vae.py": "x = 1\n"})
    (own / "data.py").symlink_to(secret / "data.py")
    (own / "tools").symlink_to(secret)
    (own / "again").symlink_to(own)
    assert texts(own) == {"vae.py": "x = 1\n"}


def test_a_link_is_no_submission(tmp_path: Path) -> None:
    """Neither a student's folder, nor the assignment in it, may be another student's."""
    fill(tmp_path / "ada" / "lab05", {"data.py": "x = 1\n"})
    (tmp_path / "bob").symlink_to(tmp_path / "ada")
    (tmp_path / "carl").mkdir()
    (tmp_path / "carl" / "lab05").symlink_to(tmp_path / "ada" / "lab05")
    found = dict(find_submissions(tmp_path, ASSIGNMENT))
    assert list(found) == ["ada", "carl"]
    assert "neither a notebook nor" in reason(found["carl"])


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    """Reading a pipe would wait for ever."""
    os.mkfifo(tmp_path / "data.py")
    assert "neither a notebook nor" in reason(tmp_path)


def test_folders_are_not_descended_without_end(tmp_path: Path) -> None:
    """Helpers may lie in packages of packages, not a hundred levels down."""
    deep = tmp_path.joinpath(*["d"] * 60)
    fill(deep, {"deep.py": "x = 1"})
    fill(tmp_path, {"data.py": "", "a/b/near.py": ""})
    assert list(texts(tmp_path)) == ["a/b/near.py", "data.py"]


# --- .zip files -----------------------------------------------------------------------------------------------------


def zip_reason(path: Path, files: Mapping[str, str | bytes]) -> str:
    found = reason(pack(path / "it.zip", files))
    assert found.startswith("the .zip ")
    return found


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
    assert "the .zip cannot be read: 'data.py' is compressed" in reason(tmp_path / "it.zip")


def test_a_small_zip_takes_little_memory(tmp_path: Path) -> None:
    """A .zip of some hundred bytes that would unpack to 256 MiB is turned away without them."""
    packed = bz2.compress(bytes(2**28))
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
    assert "cannot be read" in reason(tmp_path / "it.zip")


def test_a_zip_in_a_zip(tmp_path: Path) -> None:
    """The line names the inner one and says what to do."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("data.py", "x = 1")
    assert "another .zip: 'lab05.zip'" in zip_reason(tmp_path, {"lab05.zip": inner.getvalue()})


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
    """Upwards, absolute, or in the manner of Windows."""
    assert "leads out of it" in zip_reason(tmp_path, {name: "x = 1", "data.py": ""})


def test_a_zip_with_a_link(tmp_path: Path) -> None:
    """The line names it."""
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        link = zipfile.ZipInfo("data.py")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "holds a link: 'data.py'" in reason(tmp_path / "it.zip")


def test_a_zip_with_too_many_files(tmp_path: Path) -> None:
    """Counted before anything is unpacked."""
    assert "401 files" in zip_reason(tmp_path, {f"f{n}.txt": "" for n in range(401)})


def test_a_zip_that_unpacks_to_too_much(tmp_path: Path) -> None:
    """A small file that would fill the memory: one large file, or many that are large together."""
    assert "data.py is larger than 1 MiB" in reason(pack(tmp_path / "one.zip", {"data.py": bytes(17 * 2**20)}))
    large = {"lab05.ipynb": bytes(17 * 2**20)}
    assert "lab05.ipynb is larger than 16 MiB" in reason(pack(tmp_path / "two.zip", large))
    many = {f"f{n}.py": bytes(4 * 2**20) for n in range(9)}
    assert "more than 32 MiB" in zip_reason(tmp_path, many)


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


def test_an_archive_of_another_kind_is_named_rather_than_overlooked(tmp_path: Path) -> None:
    """What a student handed in as .rar or .tar.gz is listed, and said to be unreadable."""
    (tmp_path / "b.rar").write_bytes(b"Rar!")
    (tmp_path / "c.tar.gz").write_bytes(b"\x1f\x8b")
    names = [name for name, _ in find_submissions(tmp_path, ASSIGNMENT)]
    assert len(names) == 2
    assert "neither a notebook" in reason(tmp_path / "b.rar")
