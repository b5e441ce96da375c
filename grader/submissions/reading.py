"""Read submissions: what was handed in, in whatever form, becomes texts of Python. Nothing of them is executed here."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..core.assignment import Assignment
from ..core.outcomes import LeftOut
from .choosing import Choice, choose, part_of
from .files import ARCHIVES, MODULE, NOTEBOOK, File, Listing, has_suffix, shown
from .files import UnreadableSubmission as UnreadableSubmission  # what reading raises
from .listing import listed
from .notebooks import cells_of_notebook
from .texts import notebook_bytes, notebook_code, python_text

MAX_FILES = 400
MAX_TOTAL_BYTES = 32 * 2**20
HANDED_IN = frozenset(Path(f"it{ending}").suffix for ending in (NOTEBOOK, *ARCHIVES))
MAX_DEPTH = 4  # of helper modules below the folder of a submission
MAX_NOTES = 20
WORD = re.compile(r"\w+")
Kind = Literal["modules", "notebook"]
OWN, MARK = __name__.partition(".")[0], "submissions/reading.py"  # the package of the grader, and a module of it


@dataclass(frozen=True)
class Source:
    """A text of Python: the file of a module, or a cell of a notebook."""

    name: str
    text: str


@dataclass(frozen=True)
class Submission:
    """The texts that a student handed in, and what of them is not graded.

    sources: modules by their paths; or the cells of a notebook, and after them the helper modules that lie beside it,
    whose names end in .py. chosen: the notebook or the folder that they are from, for readers.
    """

    name: str
    kind: Kind
    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...] = ()
    chosen: str = ""

    @property
    def sha256(self) -> str:
        """A hex digest of its texts and their names, the same whoever handed them in."""
        texts = [self.kind, *([source.name, source.text] for source in self.sources)]
        return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def holds_submission(folder: Path, assignment: Assignment) -> bool:
    """Whether a module or the notebook of the assignment lies in the folder itself."""
    names = {entry.name.casefold() for entry in folder.iterdir() if not entry.is_dir()}
    return not names.isdisjoint(name.casefold() for name in (*_modules(assignment), assignment.notebook))


def _modules(assignment: Assignment) -> list[str]:
    return sorted(f"{part}{MODULE}" for part in assignment.part_names)


def read_submission(
    name: str, path: Path, assignment: Assignment, begins: Callable[[str], None] = lambda _: None
) -> Submission:
    """Read one submission. begins: is told of each file before it is read. Raises UnreadableSubmission and OSError."""
    if not path.exists():
        raise UnreadableSubmission(f"there is no {path}")
    with listed(path) as listing:
        files = [_announced(file, begins) for file in _without_grader(listing.files)]
        choice = choose(files, assignment)
        if choice is None:
            raise UnreadableSubmission(_nothing_found(path, listing, assignment))
        read = _read_notebook if choice.chosen.is_notebook else _read_modules
        sources, left_out = read(choice, files, assignment)
    notes = [*left_out, *choice.left_out, *listing.left_out]
    kind: Kind = "notebook" if choice.chosen.is_notebook else "modules"
    return Submission(name, kind, tuple(sources), tuple(notes[:MAX_NOTES]), choice.chosen.label)


def _announced(file: File, begins: Callable[[str], None]) -> File:
    """The file, whose path is told whenever its content is asked for."""

    def content(size: int) -> bytes:
        begins(file.path)
        return file.content(size)

    return replace(file, content=content)


def _without_grader(files: Iterable[File]) -> list[File]:
    """The files but those of this program, which is handed out, and back, with the whole bundle."""
    files = list(files)
    own = tuple(file.path.removesuffix(MARK) for file in files if file.path.endswith(f"{OWN}/{MARK}"))
    return [file for file in files if not file.path.startswith(own)]


def _nothing_found(path: Path, listing: Listing, assignment: Assignment) -> str:
    if path.is_dir() and not any(path.iterdir()):
        return "the folder is empty"
    if listing.left_out:
        return f"it holds neither a notebook nor a module of the assignment, and {listing.left_out[0]}"
    return f"it holds neither a notebook nor any of {', '.join(_modules(assignment))}"


def _read_notebook(choice: Choice, files: Iterable[File], assignment: Assignment) -> tuple[list[Source], list[LeftOut]]:
    """The cells of the chosen notebook, and the helper modules beside it that it names."""
    (file,) = choice.chosen.files.values()
    raw = notebook_bytes(file.read())
    try:
        cells, left_out = cells_of_notebook(raw)
    except ValueError as error:
        raise UnreadableSubmission(f"{shown(file.name)} {error}") from None
    beside = _beside(file.folder, choice, files, assignment)
    sources = [Source(f"{file.name}, {label}", text) for label, text in cells]
    notes = [LeftOut(f"{shown(file.name)}, {note.where}", note.why) for note in left_out]
    words = set(WORD.findall(notebook_code(raw)))
    while named := [path for path in beside if path.partition("/")[0].removesuffix(MODULE) in words]:
        helpers, more = _helpers({path: beside.pop(path) for path in named})
        words.update(*(WORD.findall(helper.text) for helper in helpers))
        sources, notes = sources + helpers, notes + more
    return sources, notes


def _read_modules(choice: Choice, files: Iterable[File], assignment: Assignment) -> tuple[list[Source], list[LeftOut]]:
    """The modules of parts in the chosen folder, and all helper modules there."""
    sources, notes = _helpers(_beside(choice.chosen.path, choice, files, assignment))
    for part, file in choice.chosen.files.items():
        name, whole = f"{part}{MODULE}", f"nothing of {shown(file.name)}"
        text, encoding = python_text(file.path, file.read())
        sources.append(Source(name, text))
        if encoding:
            notes.append(LeftOut(whole, f"it is no UTF-8 and was read as {encoding}; save it as UTF-8"))
        if file.name != name:
            notes.append(LeftOut(whole, f"it was graded as {name}, which is the module's name in the assignment"))
            if file.name[: -len(MODULE)] in choice.chosen.work.imports:
                sources.append(Source(file.name, text))
    return sorted(sources, key=lambda source: source.name), notes


def _beside(folder: str, choice: Choice, files: Iterable[File], assignment: Assignment) -> dict[str, File]:
    """The helper modules below a folder, by their paths from there; nothing of an archive or another candidate."""
    inside = f"{folder}/" if folder else ""
    elsewhere = tuple(f"{other.path}/" for other in choice.others if other.work.defined and not other.is_notebook)
    (archive, *_) = {file.archive for file in choice.chosen.files.values()}
    found = {
        file.path.removeprefix(inside): file
        for file in files
        if file.path.startswith(inside) and has_suffix(file.path, MODULE) and file.archive == archive
        and not (file.folder == folder and part_of(file, assignment))
        and not any(file.path.startswith(other) and other.startswith(inside) and other != inside for other in elsewhere)
    }  # fmt: skip
    return {path: file for path, file in found.items() if path.count("/") <= MAX_DEPTH}


def _helpers(files: Mapping[str, File]) -> tuple[list[Source], list[LeftOut]]:
    """The texts of helper modules, and those that are none. Raises UnreadableSubmission if they are too many."""
    sources, left_out, size = [], [], 0
    for path, file in files.items():
        try:
            raw = file.read()
            text, _ = python_text(path, raw)
        except (UnreadableSubmission, OSError) as error:
            left_out.append(LeftOut(shown(file.path), str(error)))
            continue
        sources.append(Source(path, text))
        size += len(raw)
        if len(sources) >= MAX_FILES or size > MAX_TOTAL_BYTES:
            raise UnreadableSubmission(f"it holds more than {MAX_FILES} files or {MAX_TOTAL_BYTES >> 20} MiB of Python")
    return sources, left_out
