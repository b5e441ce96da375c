"""What of a folder or an archive is the submission: most is done in it, it is graded whole, and the rest is named."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.bundle import bundle_files
from grader.submissions import unpacking
from grader.submissions.reading import Submission, read_submission
from tests.submissions.archives import tarred, zipped
from tests.submissions.dialects import plain_notebook
from tests.submissions.packaging import texts_of

from .handed_in import fill, notebook_of, pack, reason, texts

SOLVED, HALF, UNTOUCHED = texts_of("solved"), texts_of("half done"), texts_of("untouched")


def book(work: dict[str, str]) -> bytes:
    return plain_notebook(list(work.values()))


def modules(work: dict[str, str], folder: str = "") -> dict[str, bytes]:
    return {f"{folder}{part}.py": text.encode() for part, text in work.items()}


def read(path: Path) -> Submission:
    return read_submission("it", path, ASSIGNMENT)


def notes(path: Path) -> list[str]:
    return [str(note) for note in read(path).left_out]


def test_the_whole_bundle_with_the_modules_solved(tmp_path: Path) -> None:
    """my_solution/ is graded, and the untouched notebook beside it is said to be passed over."""
    solution = {f"my_solution/{name}": text.encode() for name, text in ASSIGNMENT.reference_sources().items()}
    files = {f"lab05/{name}": content for name, content in (bundle_files(ASSIGNMENT) | solution).items()}
    for path in (fill(tmp_path / "ada", files), pack(tmp_path / "ada.zip", files)):
        found = read(path)
        assert (found.kind, found.chosen) == ("modules", "lab05/my_solution/")
        assert {f"{part}.py" for part in ASSIGNMENT.part_names} <= {source.name for source in found.sources}
        (note,) = map(str, found.left_out)
        assert note.startswith("lab05/lab05.ipynb was left out: 37 of its tasks are still to be done")


def test_the_whole_bundle_with_the_notebook_solved(tmp_path: Path) -> None:
    """The notebook is graded, without the grader that lies beside it."""
    files = bundle_files(ASSIGNMENT) | {"lab05.ipynb": book(SOLVED)}
    found = read(fill(tmp_path, files))
    assert (found.kind, found.chosen) == ("notebook", "lab05.ipynb")
    assert not any(source.name.endswith(".py") for source in found.sources)
    assert [note.where for note in found.left_out] == ["my_solution/"]


def test_the_whole_bundle_untouched(tmp_path: Path) -> None:
    """Both forms are the same stubs, so either is: no student has to choose before there is work."""
    found = read(fill(tmp_path, bundle_files(ASSIGNMENT)))
    assert [str(note) for note in found.left_out] == [
        "my_solution/ was left out: it is the same as lab05.ipynb, which was graded"
    ]


def test_a_second_download_that_was_solved(tmp_path: Path) -> None:
    """A browser numbers it; the untouched first one has the assignment's name and is not graded."""
    fill(tmp_path, {"lab05.ipynb": book(UNTOUCHED), "lab05 (1).ipynb": book(SOLVED)})
    assert read(tmp_path).chosen == "lab05 (1).ipynb"
    assert notes(tmp_path)[0].startswith("lab05.ipynb was left out: 11 of its tasks are still to be done; lab05 (1)")


@pytest.mark.parametrize("work", [SOLVED, HALF])
def test_a_notebook_beside_exported_modules(tmp_path: Path, work: dict[str, str]) -> None:
    """The notebook has more parts and is graded as a whole; nothing of data.py is mixed into it."""
    fill(tmp_path, {"lab05.ipynb": book(work), "data.py": SOLVED["data"]})
    found = read(tmp_path)
    assert (found.kind, [source.name for source in found.sources if source.name.endswith(".py")]) == ("notebook", [])
    assert "the top folder was left out: it defines 2 of the names" in notes(tmp_path)[0]


def test_a_few_modules_that_were_solved_beside_an_untouched_notebook(tmp_path: Path) -> None:
    """What is done counts more than what is there."""
    assert read(fill(tmp_path, {"lab05.ipynb": book(UNTOUCHED), "data.py": SOLVED["data"]})).kind == "modules"


def test_a_commented_stub_is_no_stub(tmp_path: Path) -> None:
    """Some keep the line that they replaced."""
    kept = {part: text.replace("        raise", "        # raise") for part, text in UNTOUCHED.items()}
    fill(tmp_path, {"lab05.ipynb": book(UNTOUCHED), **modules(kept, "mine/")})
    assert read(tmp_path).chosen == "mine/"


def test_a_tie_is_decided_by_the_number_of_a_download(tmp_path: Path) -> None:
    """The last of three, and that is said."""
    for number, name in enumerate(["lab05.ipynb", "lab05 (2).ipynb", "lab05(1).ipynb"]):
        fill(tmp_path, {name: plain_notebook([*SOLVED.values(), f"version = {number}"])})
    assert read(tmp_path).chosen == "lab05 (2).ipynb"
    assert notes(tmp_path)[0].endswith("lab05 (2).ipynb is the last download and was graded")


def test_a_tie_is_decided_by_the_time_in_an_archive(tmp_path: Path) -> None:
    """The file that was changed last; in a plain folder, where times are those of a copy, nobody guesses."""
    other = {part: text.replace("return 1", "return 2") for part, text in SOLVED.items()}
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        for day, (name, raw) in enumerate({"lab05.ipynb": book(SOLVED), **modules(other, "mine/")}.items(), start=1):
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, day, 12, 0, 0)), raw)
    assert read(tmp_path / "it.zip").chosen == "mine/"
    assert notes(tmp_path / "it.zip") == ["lab05.ipynb was left out: mine/ is newer and was graded"]
    folder = fill(tmp_path / "it", {"lab05.ipynb": book(SOLVED), **modules(other, "mine/")})
    os.utime(folder / "lab05.ipynb", (0, 0))
    assert reason(folder) == "it holds two candidates: lab05.ipynb and mine/; hand in one"


def test_copies_are_no_tie(tmp_path: Path) -> None:
    """The same notebook twice, and a third time in an archive beside it; one is graded."""
    fill(tmp_path, {"lab05.ipynb": book(SOLVED), "old/lab05.ipynb": book(SOLVED)})
    pack(tmp_path / "backup.zip", {"lab05.ipynb": book(SOLVED)})
    assert read(tmp_path).chosen == "lab05.ipynb"
    assert all(note.endswith("it is the same as lab05.ipynb, which was graded") for note in notes(tmp_path))


def test_an_exported_copy_is_no_tie(tmp_path: Path) -> None:
    """Modules with the notebook's very definitions are the same work in the other form."""
    fill(tmp_path, {"lab05.ipynb": book(SOLVED), **modules(SOLVED, "export/")})
    assert read(tmp_path).kind == "notebook"


def test_a_package_of_helpers_is_no_candidate(tmp_path: Path) -> None:
    """Modules that import it need it, whatever the names in it."""
    files = modules(SOLVED) | modules(SOLVED, "impl/") | {"vae.py": b"from .impl.vae import VariationalAutoencoder\n"}
    found = read(fill(tmp_path, files))
    assert (found.chosen, len(found.sources), found.left_out) == ("the top folder", 2 * len(SOLVED), ())


def test_a_notebook_s_helpers_are_handed_along(tmp_path: Path) -> None:
    """Modules and packages beside it that it names, and theirs, after the cells; nothing unrelated, and no part."""
    cells = [*SOLVED.values(), "import nets\nfrom tools.plots import show"]
    helpers = {"nets.py": "import layers\n", "layers.py": "x = 1\n", "tools/plots.py": "show = 1\n"}
    fill(tmp_path, {"lab05.ipynb": plain_notebook(cells), **helpers, "other.py": "y = 1\n", "data.py": "z = 1\n"})
    found = {source.name: source.text for source in read(tmp_path).sources if source.name.endswith(".py")}
    assert found == helpers
    assert read(tmp_path).sources[0].name == "lab05.ipynb, cell 2"


@pytest.mark.parametrize("name", ["LAB05.IPYNB", "Lab05.ipynb", "lab05 (1).ipynb", "my work.ipynb"])
def test_a_notebook_of_any_spelling(tmp_path: Path, name: str) -> None:
    """In a folder, and as the one file."""
    fill(tmp_path / "ada", {name: book(SOLVED)})
    assert len(texts(tmp_path / "ada")) == len(texts(tmp_path / "ada" / name)) == len(SOLVED)


def test_a_module_in_capitals(tmp_path: Path) -> None:
    """Graded under the assignment's name, which is said; and found under the student's by the student's own modules."""
    files = {"Data.py": "x = 1\n", "VAE.PY": "from .Data import x\n"}
    found = read(fill(tmp_path / "a", files))
    assert {source.name for source in found.sources} == {"data.py", "Data.py", "vae.py"}
    assert "nothing of Data.py was left out: it was graded as data.py" in str(found.left_out[0])
    assert texts(fill(tmp_path / "b", {"Data.py": "x = 1\n", "data.py": "x = 2\n"})) == {"data.py": "x = 2\n"}


def test_modules_that_are_no_utf_8(tmp_path: Path) -> None:
    """Those of parts are read as what Windows writes, with a note; an unrelated one that is no text is left out."""
    files = {
        "data.py": "x = 'größe'\n".encode("latin-1"),
        "vae.py": "x = 'größe'\n".encode("utf-16"),
        "o.py": b"\x81\0",
    }
    found = read(fill(tmp_path, files))
    assert {source.name: source.text for source in found.sources} == dict.fromkeys(
        ("data.py", "vae.py"), "x = 'größe'\n"
    )
    assert [note.where for note in found.left_out] == ["o.py", "nothing of data.py", "nothing of vae.py"]


def test_a_link_in_place_of_the_work_is_named(tmp_path: Path) -> None:
    """Alone it is the reason, and beside work a note."""
    (tmp_path / "my_solution").symlink_to(tmp_path.parent)
    assert "my_solution was left out: it is a link; hand in the file itself" in reason(tmp_path)
    fill(tmp_path, {"vae.py": "x = 1\n"})
    assert notes(tmp_path) == ["my_solution was left out: it is a link; hand in the file itself"]


def test_an_archive_that_cannot_be_read_does_not_hide_the_work(tmp_path: Path) -> None:
    """It is named; without other work, it is the reason."""
    fill(tmp_path, {"upload.zip": b"PK broken"})
    assert "and upload.zip was left out: the .zip cannot be read" in reason(tmp_path)
    fill(tmp_path, {"lab05.ipynb": notebook_of("x = 1")})
    assert notes(tmp_path)[0].startswith("upload.zip was left out")


def test_more_notebooks_than_anybody_looks_at(tmp_path: Path) -> None:
    """The repository of a whole course."""
    fill(tmp_path, {f"week {n}.ipynb": notebook_of("x = 1") for n in range(41)})
    assert reason(tmp_path) == (
        "it holds 41 notebooks and 0 folders of modules; hand in lab05.ipynb or your folder of modules alone"
    )


def test_names_from_a_mac_and_from_dos(tmp_path: Path) -> None:
    """A helper is found under the name that Python looks for, though the .zip does not say how it is encoded."""
    path = pack(tmp_path / "it.zip", {"data.py": "import größe\n", "grXXXe.py": "x = 1\n"})
    for encoded in ("größe".encode()[:4] + "ße".encode(), "größe".encode("cp437")):
        raw = path.read_bytes().replace(b"grXXXe", encoded.ljust(6, b"e")[:6])
        fill(tmp_path, {"other.zip": raw})
        assert "data.py" in texts(tmp_path / "other.zip")


def test_a_zip64_archive(tmp_path: Path) -> None:
    """Tools that write streams use it for small files, too."""
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive, archive.open("data.py", "w", force_zip64=True) as stream:
        stream.write(b"x = 1\n")
    assert texts(tmp_path / "it.zip") == {"data.py": "x = 1\n"}


def test_the_time_and_memory_of_hostile_text_are_bounded(tmp_path: Path) -> None:
    """Lines that look like stubs, definitions and imports without end."""
    lines = ["raise E('Your task: a, b')", "from x import (", "def f", "x" * 60, "class A: pass"]
    fill(tmp_path, {"data.py": "".join(f"{line}\n" * 6000 for line in lines), "vae.py": "from x import (\n" * 50_000})
    assert read(tmp_path).kind == "modules"


def test_other_archives_are_read(tmp_path: Path) -> None:
    """A .tar.gz and a .7z, whatever they are called, with a large model, links and names that lead out of them."""
    files = modules(SOLVED, "lab05/") | {"lab05/model.h5": os.urandom(2**20), "../vae.py": b""}
    for name in ("it.tgz", "it.tar.gz", "it.zip"):
        (tmp_path / name).write_bytes(tarred(files))
        assert len(texts(tmp_path / name)) == len(SOLVED)
        assert "its name leads out" in notes(tmp_path / name)[0]
    folder = fill(tmp_path / "it", modules(SOLVED))
    (folder / "helper.py").symlink_to("/etc/passwd")
    subprocess.run(["bsdtar", "--format=7zip", "-cf", tmp_path / "it.7z", "-C", folder, "."], check=True)
    assert texts(tmp_path / "it.7z") == {f"{part}.py": text for part, text in SOLVED.items()}
    assert "helper.py was left out: it is a link" in notes(tmp_path / "it.7z")[0]


def test_a_bad_archive_of_another_kind_is_one_clear_line(tmp_path: Path) -> None:
    """Cut, no archive at all, and an endless file in a few bytes."""
    whole = tarred(modules(SOLVED) | {"lab05.ipynb": os.urandom(5000)})
    fill(tmp_path, {"cut.tgz": whole[: len(whole) // 2], "no.7z": b"no archive", "no.rar": b"Rar!\x1a\x07\0junk"})
    assert [reason(tmp_path / name).partition(":")[0] for name in ("cut.tgz", "no.7z", "no.rar")] == [
        "the .tgz cannot be read", "the .7z cannot be read", "the .rar cannot be read",
    ]  # fmt: skip
    fill(tmp_path, {"bomb.tgz": tarred({f"{n}.ipynb": bytes(16 * 2**20) for n in range(9)})})
    assert reason(tmp_path / "bomb.tgz") == "the .tgz holds more than 128 MiB of Python and archives"


def test_without_bsdtar_the_kind_and_the_cure_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone, and beside a notebook, which is then graded."""
    monkeypatch.setattr(unpacking, "PATH", "/nowhere")
    fill(tmp_path, {"work.7z": b"7z", "lab05.ipynb": notebook_of("x = 1")})
    cure = "a .7z cannot be unpacked here: install libarchive-tools, or hand in a .zip"
    assert reason(tmp_path / "work.7z") == cure
    assert notes(tmp_path) == [f"work.7z was left out: {cure}"]


def test_a_password_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever words libarchive has for it."""
    monkeypatch.setattr(unpacking, "LIMITED", "echo bsdtar: Encrypted file is unsupported >&2; exit 1")
    fill(tmp_path, {"work.rar": b"Rar!\x1a\x07\0"})
    assert reason(tmp_path / "work.rar") == "the .rar is encrypted: pack it again without a password"


def test_an_outer_zip_that_holds_an_inner_one_with_work(tmp_path: Path) -> None:
    """And beside that a report; a large archive of data is passed over."""
    files = {"lab05.zip": zipped(modules(SOLVED, "lab05/")), "report.pdf": b"%PDF", "mnist.npz": bytes(2**20)}
    found = read(pack(tmp_path / "it.zip", files))
    assert (found.chosen, found.left_out) == ("lab05.zip/lab05/", ())
