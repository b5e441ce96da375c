"""Reading of submissions in a sandbox: nothing of one is unpacked or parsed in the process that decides.

The first half runs in the deciding process; each of its functions does what the one of the same name in `submissions`
does. The second half is what the sandbox runs. Texts travel as bytes, and all else as a small header.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..core.assignment import Assignment, Part
from ..core.codec import Codec
from ..core.outcomes import LeftOut
from ..core.thresholds import Thresholds
from ..protocol.texts import packed, unpacked
from ..submissions import dependencies, reading
from ..submissions.files import shown
from ..submissions.reading import Kind, Source, Submission, UnreadableSubmission
from .sandbox import SANDBOX, Exceeded
from .sandbox_server import Begins


@dataclass(frozen=True)
class _Texts:
    """Names of texts, and their lengths in bytes."""

    names: tuple[str, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True)
class _Read:
    """A submission but for its texts."""

    kind: Kind
    texts: _Texts
    left_out: tuple[LeftOut, ...]
    chosen: str


@dataclass(frozen=True)
class _Needed:
    """For each part the numbers of the texts that it depends on."""

    texts: _Texts
    parts: tuple[tuple[int, ...], ...]


READ, NEEDED = Codec(_Read), Codec(_Needed)
REMEMBERED = 16  # answers: what one submission needs is asked for its tasks, its order, and what is carried forward
Outline = tuple[str, tuple[str, ...]]  # the name of a part and its public names


def read_submission(name: str, path: Path, assignment: Assignment) -> Submission:
    """Read one submission. Raises UnreadableSubmission, also where that takes too much, and GraderFault."""
    header = {"name": name, "path": str(path), "assignment": _outline(assignment)}
    try:
        answer, raw = SANDBOX.call(read, header, paths=[path])
        if "problem" in answer:
            raise UnreadableSubmission(str(answer["problem"]))
        found = READ.decode(answer)
        return Submission(name, found.kind, _sources(found.texts, raw), found.left_out, found.chosen)
    except Exceeded as exceeded:
        raise UnreadableSubmission(f"{shown(exceeded.at) or 'it'} {exceeded}") from None
    except ValueError as problem:
        raise UnreadableSubmission(f"it cannot be read: {problem}") from None


def sources_for_each(
    submission: Submission, parts: Iterable[Part], given: frozenset[str]
) -> tuple[tuple[Source, ...], ...]:
    """The sources that each of `parts` depends on; all of them where that takes too much to find out."""
    outline = tuple((part.name, part.public_names) for part in parts)
    return _sources_for_each(submission.kind, submission.sources, outline, given)


@lru_cache(REMEMBERED)
def _sources_for_each(
    kind: Kind, sources: tuple[Source, ...], outline: tuple[Outline, ...], given: frozenset[str]
) -> tuple[tuple[Source, ...], ...]:
    texts, raw = _packed(sources)
    header = {"kind": kind, "texts": texts, "parts": outline, "given": sorted(given)}
    try:
        answer, raw = SANDBOX.call(needed, header, raw)
        found = NEEDED.decode(answer)
        known = _sources(found.texts, raw)
        each = tuple(tuple(known[number] for number in numbers) for numbers in found.parts)
    except (Exceeded, ValueError, IndexError):
        each = ()
    return each if len(each) == len(outline) else (sources,) * len(outline)


def _outline(assignment: Assignment) -> dict[str, Any]:
    return {"name": assignment.name, "parts": [[part.name, list(part.public_names)] for part in assignment.parts]}


def _packed(sources: Iterable[Source]) -> tuple[dict[str, Any], bytes]:
    sources = list(sources)
    lengths, raw = packed(source.text for source in sources)
    return {"names": [source.name for source in sources], "lengths": lengths}, raw


def _sources(texts: _Texts, raw: bytes) -> tuple[Source, ...]:
    """Raises ValueError for what was not packed like this."""
    return tuple(Source(name, text) for name, text in zip(texts.names, unpacked(texts.lengths, raw), strict=True))


def read(header: dict[str, Any], _: bytes, begins: Begins) -> tuple[dict[str, Any], bytes]:
    """In the sandbox: read what was handed in."""
    assignment = _assignment(header["assignment"])
    try:
        found = reading.read_submission(header["name"], Path(header["path"]), assignment, begins)
    except (UnreadableSubmission, OSError) as problem:
        return {"problem": str(problem)}, b""
    texts, raw = _packed(found.sources)
    left_out = [{"where": note.where, "why": note.why} for note in found.left_out]
    return {"kind": found.kind, "texts": texts, "left_out": left_out, "chosen": found.chosen}, raw


def needed(header: dict[str, Any], raw: bytes, _: Begins) -> tuple[dict[str, Any], bytes]:
    """In the sandbox: find what each part depends on."""
    texts = _Texts(tuple(header["texts"]["names"]), tuple(header["texts"]["lengths"]))
    submission = Submission("", header["kind"], _sources(texts, raw))
    given = frozenset(header["given"])
    each = [dependencies.sources_for(submission, [part], given) for part in _parts(header["parts"])]
    places = {source: number for number, source in enumerate(dict.fromkeys(s for sources in each for s in sources))}
    texts_of_parts, raw = _packed(places)
    return {"texts": texts_of_parts, "parts": [[places[source] for source in sources] for sources in each]}, raw


def _assignment(outline: dict[str, Any]) -> Assignment:
    """As much of an assignment as reading needs."""
    nothing = Thresholds({})
    return Assignment(outline["name"], "", "", _parts(outline["parts"]), nothing, "", "", lambda *_: None, Path())


def _parts(outlines: Iterable[Any]) -> tuple[Part, ...]:
    return tuple(Part(name, "", tuple(public), ()) for name, public in outlines)
