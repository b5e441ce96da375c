"""What students and platforms make of a submission on its way: forms, folders, junk, archives, names, encodings."""

import io
import json
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Part
from grader.core.stubs import STUB_MARKER

Files = dict[str, bytes]
WORKS = ("solved", "half done", "wrong")


def texts_of(work: str) -> dict[str, str]:
    """Small modules by part: every public name is there, and the second half of a half-done work is stubs."""
    half = len(ASSIGNMENT.parts) // 2
    return {
        part.name: _module(part, "untouched" if work == "half done" and number >= half else work)
        for number, part in enumerate(ASSIGNMENT.parts)
    }


def _module(part: Part, work: str) -> str:
    bodies = {"solved": "return 1", "wrong": "return undefined", "half done": "return 1"}
    lines = [f'"""Part {part.title}: größer als nichts."""', ""]
    for name in part.public_names:
        stub = f'raise NotImplementedError("{STUB_MARKER}{part.name}, {name}")'
        body = bodies.get(work, stub)
        lines += [f"class {name}:", "    def fit(self):", f"        {body}"] if name[0].isupper() else [
            f"def {name}(x):", f"    {body}",
        ]  # fmt: skip
        lines += ["", ""]
    return "\n".join(lines)


def plain_notebook(cells: list[str]) -> bytes:
    """A notebook as Jupyter writes it."""
    code = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": cell.splitlines(True)}
        for cell in cells
    ]
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# Lab 5\n", f"{STUB_MARKER}read this"]}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [text, *code]}).encode()


# How a notebook with these cells of code may be written: a further one is entered here, and is tried with all others.
DIALECTS: dict[str, Callable[[list[str]], bytes]] = {"jupyter": plain_notebook}

UNTOUCHED = texts_of("untouched")
JUNK: dict[str, Files] = {
    "report": {"report.pdf": b"%PDF", "README.md": b"# mine"},
    "mac": {"__MACOSX/._data.py": b"\0\5\x16", "._lab05.ipynb": b"\0\5\x16", ".DS_Store": b"\0"},
    "venv": {"env/pyvenv.cfg": b"", "env/lib/data.py": b"x = 1", "venv/lib/vae.py": b"x = 1"},
    "node_modules": {"node_modules/left/pad.ipynb": b"{}"},
    "model": {"model/checkpoint-1.index": bytes(2**18), "weights.h5": b"\x89HDF"},
    "pictures": {f"pictures/{n}.png": b"\x89PNG" for n in range(500)} | {"pictures/a:b.png": b"", "c\\d.png": b""},
    "checkpoints": {".ipynb_checkpoints/lab05-checkpoint.ipynb": b"{}", "__pycache__/data.py": b"x"},
    "unrelated": {"scratch/old ideas.py": "# für später\nx = 1\n".encode("latin-1"), "scratch/raw.py": b"\x81\0"},
    "hand-out": {"lab05/lab05.ipynb": plain_notebook(list(UNTOUCHED.values())), "lab05/pyproject.toml": b""},
    "stubs": {f"templates/{part}.py": text.encode() for part, text in UNTOUCHED.items()},
    "data": {"mnist/train-images-idx3-ubyte.gz": b"\x1f\x8b", "digits.npz": b"PK"},
    "not a notebook": {"tries.ipynb": b"oops"},
}
FOLDERS = ("", "lab05/", "my_solution/", "Ada's work/lab05/", "bundle/my_solution/", "lab05 (1)/", "Übung 5/größe/", "a/b/c/d/")
ENDS = ("\n", "\r\n", "\r")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
ARCHIVES = ("none", "zip", "zip in zip", "zip in folder", "stored zip", "backslash zip", "tgz", "tgz in zip", "7z")  # fmt: skip
SPELLINGS = ("as named", "capitals", "downloaded twice")


@dataclass(frozen=True)
class Packaging:
    """One way to hand a work in."""

    work: str
    form: str
    dialect: str
    folder: str
    junk: tuple[str, ...]
    archive: str
    spelling: str
    line_end: str
    encoding: str

    def build(self, place: Path) -> Path:
        """Write it below `place`; the path that is read."""
        return _packed(self.archive, self._files(), place)

    def _files(self) -> Files:
        files: Files = {}
        for kind in self.junk:
            files |= JUNK[kind]
        return files | {f"{self.folder}{name}": raw for name, raw in self._own().items()}

    def _own(self) -> Files:
        texts = texts_of(self.work)
        if self.form == "notebook":
            raw = DIALECTS[self.dialect]([text.replace("\n", self.line_end) for text in texts.values()])
            return {self._spelled("lab05.ipynb"): self._encoded(raw.decode())}
        return {self._spelled(f"{part}.py"): self._encoded(text.replace("\n", self.line_end)) for part, text in texts.items()}

    def _spelled(self, name: str) -> str:
        if self.spelling == "downloaded twice" and self.form == "notebook":
            return name.replace(".", " (1).")
        return name.upper() if self.spelling == "capitals" else name

    def _encoded(self, text: str) -> bytes:
        is_old_notebook = self.form == "notebook" and self.encoding == "cp1252"  # JSON of Python's is ASCII anyway
        return text.encode("utf-8" if is_old_notebook else self.encoding)


def packagings() -> st.SearchStrategy[Packaging]:
    """All of them, every factor independent of the others."""
    return st.builds(
        Packaging,
        work=st.sampled_from(WORKS),
        form=st.sampled_from(("modules", "notebook")),
        dialect=st.sampled_from(sorted(DIALECTS)),
        folder=st.sampled_from(FOLDERS),
        junk=st.sets(st.sampled_from(sorted(JUNK)), max_size=4).map(lambda kinds: tuple(sorted(kinds))),
        archive=st.sampled_from(ARCHIVES),
        spelling=st.sampled_from(SPELLINGS),
        line_end=st.sampled_from(ENDS),
        encoding=st.sampled_from(ENCODINGS),
    )


def write_files(files: Mapping[str, bytes], place: Path) -> Path:
    """Write files below a folder, whose names may hold anything but a slash."""
    for name, raw in files.items():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)
    return place


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, slash: str = "/") -> bytes:
    """The bytes of a .zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, raw in files.items():
            entry = zipfile.ZipInfo("it", (2026, 11, 1, 12, 0, 0))
            entry.filename, entry.compress_type = name.replace("/", slash), method
            archive.writestr(entry, raw)
    return stream.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    """The bytes of a .tar.gz."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
        for name, raw in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(raw), 1_800_000_000
            archive.addfile(entry, io.BytesIO(raw))
    return stream.getvalue()


def seven_zipped(files: Mapping[str, bytes], target: Path) -> Path:
    """A .7z at `target`, made by bsdtar."""
    with TemporaryDirectory() as folder:
        write_files(files, Path(folder))
        subprocess.run(["bsdtar", "--format=7zip", "-cf", target, "-C", folder, "."], check=True)
    return target


def _packed(archive: str, files: Files, place: Path) -> Path:
    if archive == "none":
        return write_files(files, place / "ada")
    if archive == "7z":
        return seven_zipped(files, place / "ada.7z")
    if archive == "zip in folder":
        return write_files({"Lab 5.ZIP": zipped(files), "onlinetext.html": b"<p>"}, place / "Ada_1_assignsubmission_file_")
    packed = {
        "zip": lambda: zipped(files),
        "zip in zip": lambda: zipped({"Lab 5.zip": zipped(files)}),
        "stored zip": lambda: zipped(files, zipfile.ZIP_STORED),
        "backslash zip": lambda: zipped(files, slash="\\"),
        "tgz": lambda: tarred(files),
        "tgz in zip": lambda: zipped({"work/lab.tar.gz": tarred(files)}),
    }[archive]()
    target = place / ("ada.tgz" if archive == "tgz" else "ada.zip")
    target.write_bytes(packed)
    return target


HAS_BSDTAR = shutil.which("bsdtar") is not None
