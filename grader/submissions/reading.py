"""Read submissions: folders of modules, notebooks, .zip files. Nothing of them is executed here.

Everything may be hostile: links are not followed, sizes and counts are bounded, names are never used as paths.
"""

import codecs
import hashlib
import json
import os
import stat
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from ..core.assignment import Assignment
from ..core.errors import UserError
from ..core.outcomes import LeftOut
from ..core.stubs import STUB_MARKER
from .notebooks import definitions_in_notebook

MAX_FILES = 400
MAX_FILE_BYTES = 16 * 2**20  # an executed notebook holds its pictures
MAX_MODULE_BYTES = 2**20  # those of an assignment are a few KiB
MAX_TOTAL_BYTES = 32 * 2**20
# What zipfile raises: UnicodeDecodeError, a ValueError, for names; RuntimeError for a password; the rest for content.
UNREADABLE_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # zipfile unpacks the others without a limit
# Encodings of modules, by the names that codecs give them. Other codecs are slow, raise anything, or are no text.
ENCODINGS = frozenset({"utf-8", "utf-8-sig", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-16"})


class UnreadableSubmission(UserError):
    """What is at a path cannot be read as a submission."""


@dataclass(frozen=True)
class Source:
    """A text of Python: the file of a module, or a cell of a notebook."""

    name: str
    text: str


@dataclass(frozen=True)
class Submission:
    """The texts that a student handed in, and what of them is not graded."""

    name: str
    kind: Literal["modules", "notebook"]
    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def sha256(self) -> str:
        """A hex digest of its texts and their names, the same whoever handed them in."""
        texts = [self.kind, *([source.name, source.text] for source in self.sources)]
        return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def holds_submission(folder: Path, assignment: Assignment) -> bool:
    """Whether one of the assignment's modules, or its notebook, lies in `folder` itself."""
    names = {entry.name for entry in folder.iterdir() if not entry.is_dir()}
    return bool(names & _modules(assignment)) or assignment.notebook in names


def _modules(assignment: Assignment) -> frozenset[str]:
    return frozenset(f"{part}.py" for part in assignment.part_names)


def read_submission(name: str, path: Path, assignment: Assignment) -> Submission:
    """Read one submission. Raises UnreadableSubmission and OSError."""
    if not path.exists():
        raise UnreadableSubmission(f"there is no {path}")
    files = dict(_files_of(path))
    texts = tuple(Source(file, _decoded(file, raw)) for file, raw in sorted(files.items()) if file.endswith(".py"))
    notebooks = {file: raw for file, raw in files.items() if file.endswith(".ipynb")}
    has_modules = any(source.name in _modules(assignment) for source in texts)
    as_modules = Submission(name, "modules", texts) if has_modules else None
    as_notebook = _as_notebook(name, notebooks, assignment.notebook, has_modules)
    candidates = [submission for submission in (as_modules, as_notebook) if submission]
    if not candidates:
        raise UnreadableSubmission(_nothing_found(path, assignment))
    return min(candidates, key=_untouched_tasks)  # both handed in: the one that was worked on


def _nothing_found(path: Path, assignment: Assignment) -> str:
    if path.is_dir() and not any(path.iterdir()):
        return "the folder is empty"
    return f"it holds neither a notebook nor any of {', '.join(sorted(_modules(assignment)))}"


def _untouched_tasks(submission: Submission) -> int:
    return sum(source.text.count(STUB_MARKER) for source in submission.sources)


def _as_notebook(name: str, notebooks: dict[str, bytes], expected: str, has_modules: bool) -> Submission | None:
    if not notebooks:
        return None
    chosen = expected if expected in notebooks else min(notebooks)
    if len(notebooks) > 1 and chosen != expected and not has_modules:
        raise UnreadableSubmission(f"it holds {len(notebooks)} notebooks and none is called {expected}")
    try:
        cells, left_out = definitions_in_notebook(notebooks[chosen])
    except ValueError as error:
        if has_modules:
            return None
        raise UnreadableSubmission(f"{chosen} {error}") from None
    return Submission(name, "notebook", tuple(Source(f"{chosen}, {label}", text) for label, text in cells), left_out)


def _decoded(file: str, raw: bytes) -> str:
    """The text of a module in its declared encoding, with line feeds as line ends and without a byte order mark."""
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(raw).readline)
        if codecs.lookup(encoding).name not in ENCODINGS:
            raise LookupError
        text = raw.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError):
        raise UnreadableSubmission(f"{file} is not Python text (not even UTF-8): save it as UTF-8") from None
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _files_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """(relative name, content) of every .py and .ipynb file, bounded."""
    if path.is_file():
        if path.suffix.lower() == ".zip":
            yield from _files_of_zip(path)
        else:
            yield path.name, _bounded_read(path)
        return
    total = 0
    for count, file in enumerate(_walk(path)):
        raw = _bounded_read(file)
        total += len(raw)
        if count >= MAX_FILES or total > MAX_TOTAL_BYTES:
            raise UnreadableSubmission(f"it holds more than {MAX_FILES} files or {MAX_TOTAL_BYTES >> 20} MiB of Python")
        yield file.relative_to(path).as_posix(), raw


def _walk(folder: Path, depth: int = 4) -> Iterator[Path]:
    """Regular .py and .ipynb files; links and special files are ignored."""
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() or entry.name.startswith((".", "__pycache__")):
            continue
        if entry.is_dir() and depth:
            yield from _walk(entry, depth - 1)
        elif entry.suffix in (".py", ".ipynb") and stat.S_ISREG(entry.lstat().st_mode):
            yield entry


def _bounded_read(file: Path) -> bytes:
    with file.open("rb") as stream:
        return _bounded(stream, file.name)


def _bounded(stream: IO[bytes], name: str) -> bytes:
    limit = MAX_MODULE_BYTES if name.endswith(".py") else MAX_FILE_BYTES
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise UnreadableSubmission(f"{name} is larger than {limit >> 20} MiB")
    return raw


def _files_of_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_entries(entries)
            files = {entry.filename.replace("\\", "/"): entry for entry in entries}
            visible = [name for name in files if not _is_hidden(name)]
            root = _common_folder(visible)
            for name in visible:
                if name.endswith((".py", ".ipynb")):
                    yield name.removeprefix(root), _bounded_extract(archive, files[name])
    except UNREADABLE_ZIP as error:
        raise UnreadableSubmission(f"the .zip cannot be read: {error}") from None


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES:
        raise UnreadableSubmission(f"the .zip holds {len(entries)} files; {MAX_FILES} are allowed")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise UnreadableSubmission(f"the .zip unpacks to more than {MAX_TOTAL_BYTES >> 20} MiB")
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in entry.filename:
            raise UnreadableSubmission(f"the .zip has a name that leads out of it: {entry.filename!r}")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UnreadableSubmission(f"the .zip holds a link: {entry.filename!r}")
        if entry.filename.endswith(".zip"):
            raise UnreadableSubmission(f"the .zip holds another .zip: {entry.filename!r}; zip the files themselves")
        if entry.compress_type not in COMPRESSIONS:
            unusual = f"{entry.filename!r} is compressed in an unusual way; pack the files as an ordinary .zip"
            raise UnreadableSubmission(f"the .zip cannot be read: {unusual}")


def _is_hidden(name: str) -> bool:
    """Whether this is a hidden file or lies in a hidden folder, as notebook checkpoints and what macOS adds do."""
    return any(part.startswith((".", "__")) for part in PurePosixPath(name).parts[:-1]) or name.startswith(".")


def _common_folder(names: list[str]) -> str:
    """The folder that all names have in common, with a slash at the end, or ''."""
    common = os.path.commonpath([PurePosixPath(name).parent for name in names]) if names else ""
    return f"{common}/" if common not in ("", ".") else ""


def _bounded_extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        return _bounded(stream, entry.filename)
