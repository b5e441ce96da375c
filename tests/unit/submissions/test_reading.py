"""Reading what students hand in: all forms of a submission, each bad input one clear line, and nothing is executed."""

import json
import os
import time
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import LeftOut
from grader.core.stubs import STUB_MARKER
from grader.submissions import reading as submissions
from grader.submissions.finding import find_submissions
from grader.submissions.reading import read_submission

from .handed_in import fill, notebook_of, pack, reason, texts

STUB = f"raise NotImplementedError('{STUB_MARKER}write this')\n"


def test_a_folder_of_modules_is_read_with_its_helpers(tmp_path: Path) -> None:
    """Modules by their relative names, packages of helpers too; other files are passed over."""
    files = {"data.py": "x = 1\n", "helper.py": "y = 2\n", "tools/deep.py": "z = 3\n"}
    fill(tmp_path / "ada", {**files, "notes.txt": "hello", "__pycache__/data.py": "0", ".hidden/data.py": "0"})
    found = read_submission("ada", tmp_path / "ada", ASSIGNMENT)
    assert (found.name, found.kind, found.left_out) == ("ada", "modules", ())
    assert {source.name: source.text for source in found.sources} == files


def test_a_notebook_is_read_cell_by_cell(tmp_path: Path) -> None:
    """Sources are cells, named by notebook and number; those that are no Python are noted as well."""
    fill(tmp_path, {"lab05.ipynb": notebook_of("x = 1", "def f(:", "y = 2")})
    found = read_submission("ada", tmp_path / "lab05.ipynb", ASSIGNMENT)
    assert found.kind == "notebook"
    assert [(source.name, source.text) for source in found.sources] == [
        ("lab05.ipynb, cell 1", "x = 1"), ("lab05.ipynb, cell 2", "def f(:"), ("lab05.ipynb, cell 3", "y = 2"),
    ]  # fmt: skip
    assert found.left_out == (LeftOut("lab05.ipynb, cell 2, line 1", "SyntaxError: invalid syntax"),)


@pytest.mark.parametrize("name", ["lab05.ipynb.txt", "lab05.ipynb.json", "LAB05.IPYNB.TXT"])
def test_a_notebook_that_a_browser_saved_as_text_is_one(tmp_path: Path, name: str) -> None:
    """The ending that was added changes nothing: in a folder, alone, and in a .zip."""
    folder = fill(tmp_path / "ada", {name: notebook_of("x = 1")})
    packed = pack(tmp_path / "ada.zip", {name: notebook_of("x = 1")})
    for path in (folder, folder / name, packed):
        assert list(texts(path).values()) == ["x = 1"]


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


def test_an_empty_folder(tmp_path: Path) -> None:
    """Said as such."""
    assert reason(tmp_path) == "the folder is empty"


@pytest.mark.parametrize("files", [{"essay.py": "x = 1"}, {"vea.py": "", "tools/helper.py": ""}])
def test_no_module_of_the_lab(tmp_path: Path, files: dict[str, str]) -> None:
    """Python, but none of the modules: the line lists their names."""
    assert all(f"{part}.py" in reason(fill(tmp_path, files)) for part in ASSIGNMENT.part_names)


def test_no_python_at_all(tmp_path: Path) -> None:
    """Files, but nothing to grade in them: not called empty, because it is not."""
    assert "neither a notebook nor any of" in reason(fill(tmp_path / "a", {"essay.pdf": b"%PDF"}))
    assert "neither a notebook nor any of" in reason(pack(tmp_path / "a.zip", {"essay.pdf": b"%PDF"}))


def test_a_syntax_error_is_left_to_the_check_that_meets_it(tmp_path: Path) -> None:
    """A module that is not Python affects its own part only, so it is read like any other text."""
    assert texts(fill(tmp_path, {"data.py": "def f(:\n", "vae.py": "x = 1\n"}))["data.py"] == "def f(:\n"


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"x = '\xe4'\x81\n", b"# -*- coding: nonsense -*-\n", "x\0".encode("utf-16"), b"\x80\0"],
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
    fill(tmp_path, {"a.ipynb": notebook_of("x = 1"), "b.ipynb": notebook_of("x = 2")})
    assert reason(tmp_path) == "it holds two candidates: a.ipynb and b.ipynb; hand in one"


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    """A file and a folder with names of arbitrary bytes are found and read like others."""
    place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe"))
    fill(place, {"data.py": "x = 1\n"})
    (place / os.fsdecode(b"h\xe4lper.py")).write_text("y = 2\n")
    (found,) = find_submissions(tmp_path, ASSIGNMENT).submissions
    assert found.name == os.fsdecode(b"\xff\xfe")
    assert sorted(texts(found.path).values()) == ["x = 1\n", "y = 2\n"]


def test_too_much_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large files, many files, and many large files: bounded before they are read on."""
    assert "data.py is larger than 1 MiB" in reason(fill(tmp_path / "a", {"data.py": b" " * (2**20 + 1)}))
    many = {"data.py": "", **{f"helper{n}.py": "" for n in range(submissions.MAX_FILES)}}
    assert "more than 400 files" in reason(fill(tmp_path / "b", many))
    monkeypatch.setattr(submissions, "MAX_TOTAL_BYTES", 2**20)
    assert "1 MiB of Python" in reason(
        fill(tmp_path / "c", {"data.py": "", "a.py": b" " * 2**19, "b.py": b" " * (2**19 + 1)})
    )


def test_a_module_of_more_than_a_mebibyte(tmp_path: Path) -> None:
    """A module is a few KiB of text; a notebook, which holds pictures, may be larger. The same in a .zip.

    A helper module of that size is data, and left out.
    """
    large = b"x = 1\n" + b"#" * (2**20 - 6)
    assert len(texts(fill(tmp_path / "a", {"data.py": large}))["data.py"]) == 2**20
    assert len(texts(pack(tmp_path / "a.zip", {"data.py": large}))["data.py"]) == 2**20
    files = {"tools/helper.py": large + b"#", "data.py": "x = 1"}
    for path in (fill(tmp_path / "b", files), pack(tmp_path / "b.zip", files)):
        assert "helper.py is larger than 1 MiB" in str(read_submission("it", path, ASSIGNMENT).left_out[0])
    assert "data.py is larger than 1 MiB" in reason(fill(tmp_path / "d", {"data.py": large + b"#"}))
    picture = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1", "outputs": ["A" * 2**21]}]})
    assert texts(fill(tmp_path / "c", {"lab05.ipynb": picture})) == {"lab05.ipynb, cell 1": "x = 1"}
