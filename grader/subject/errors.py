"""What a submission raised, as a message for its author.

The description comes from the submission's process: it is text to show, cleaned and capped, and decides nothing but
which of a few failures it is, and its wording.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core import expect
from ..core.outcomes import LeftOut
from ..core.text import one_line, printable

LONGEST = 600  # characters of a field
LONGEST_NOTE = 200  # of what was left out
ITEMS = 20  # of a list in a field
# What the wordings below use.
FIELDS = (
    "kind", "message", "type", "doing", "where", "what", "expected", "received", "name", "present", "part", "near",
    "binder", "cause", "place", "line", "reason", "needs", "original",
)  # fmt: skip
CAUSES = {  # of a missing name, by what became of the statement that should have given it a value
    "syntax": "missing.syntax", "import": "missing.import", "raised": "missing.raised", "cut": "missing.cut",
    "ended": "missing.ended",
}  # fmt: skip


@dataclass(frozen=True)
class KnownError:
    """A mistake that a library reports in words of its own.

    said: what is looked for in type and text, as in "ValueError: …". message: begins with what the submission did; the
    named groups of `said` are parameters of it. hint: one next step.
    """

    code: str
    said: re.Pattern[str]
    message: str
    hint: str


def as_exception(failure: Any, known: Sequence[KnownError] = ()) -> Exception:
    """Failed, NotImplementedYet or GraderFault for what a harness reported. known: in the order of preference."""
    if not isinstance(failure, dict):
        return expect.GraderFault("a failure without a description")
    text = {key: printable(_cut(failure[key]), LONGEST) for key in FIELDS if key in failure}
    if text.get("kind") == "raised":
        return _known(text, known) or _raised(text)
    make = _MAKERS.get(text.get("kind", ""))
    return make(text) if make else expect.GraderFault(text.get("message", "an unknown failure"))


def _known(text: dict[str, str], known: Sequence[KnownError]) -> expect.Failed | None:
    """A known mistake, told in the words of the assignment. The library's own stand in the parameter `original`."""
    said = f"{text.get('type')}: {text.get('message')}"
    for error in known:
        if found := error.said.search(said):
            told: dict[str, Any] = {"doing": text.get("doing"), "place": _in_brackets(text)}
            told |= {"original": text.get("original") or said} | found.groupdict(default="")
            return expect.Failed(error.code, error.message, error.hint, **told)
    return None


def _in_brackets(text: dict[str, str]) -> str:
    return f" ({text['where']})" if text.get("where") else ""


def _cut(value: Any) -> str:
    """The text of a field, not much longer than what is shown of it, however much the field holds."""
    return str(_beginning(value))[: 4 * LONGEST + 1]


def _beginning(value: Any, depth: int = 2) -> Any:
    """`value` with the beginnings of its texts and lists; nothing else that holds something is looked into."""
    if isinstance(value, str):
        return value[: 4 * LONGEST + 1]
    if isinstance(value, list) and depth:
        more = ["…"] if len(value) > ITEMS else []
        return [_beginning(item, depth - 1) for item in value[:ITEMS]] + more
    return "…" if isinstance(value, list | dict) else value


def _stub(text: dict[str, str]) -> Exception:
    return expect.NotImplementedYet(f"Not done yet: {text.get('message', '')}")


def left_out_of(notes: Any) -> list[LeftOut]:
    """What a harness reports as left out, failed or cut: as much of it as is shown."""
    pairs = notes[:ITEMS] if isinstance(notes, list) else []
    return [
        LeftOut(*(one_line(_cut(text), LONGEST_NOTE) for text in pair))
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2
    ]


def _raised(text: dict[str, str]) -> Exception:
    where = text.get("where", "")
    original: dict[str, Any] = {"original": text["original"]} if text.get("original") else {}
    failed = expect.Failed(
        "raised.in_submission",
        "Your code raised {type} while {doing}{place}: {text}",
        f"Start at {where}." if where else "Run the same call yourself and read the traceback.",
        type=text.get("type"),
        doing=text.get("doing"),
        place=_in_brackets(text),
        text=text.get("message"),
        **original,
    )
    if not text.get("cause"):
        return failed
    return failed.adding("— the name is missing because {origin}.", origin=_origin(text))


WRONG_SHAPE = "shape.wrong", "Print the shape after each layer and find the first one that is not what you meant."
NOTHING = "returned.nothing", "A function without a `return` gives nothing: does every way through it end in one?"
ANOTHER_NUMBER = "returned.another_number", "Look at what its `return` hands over: is there too much, or too little?"


def _shape(text: dict[str, str]) -> Exception:
    expected, received = text.get("expected", ""), text.get("received", "")
    counted = expected.endswith(" values") or received.endswith(" values")
    code, hint = NOTHING if received == "nothing" else ANOTHER_NUMBER if counted else WRONG_SHAPE
    return expect.Failed(
        code,
        "{what} should return {wanted}, but returned {received}.",
        hint,
        expect.Evidence(text.get("expected"), text.get("received")),
        what=text.get("what"),
        wanted=text.get("expected"),
        received=text.get("received"),
    )


def _missing(text: dict[str, str]) -> Exception:
    name, where, near = text.get("name", ""), text.get("where", ""), text.get("near", "")
    evidence = expect.Evidence(name, text.get("present"))
    if text.get("cause"):
        binder = text.get("binder", "")
        needs = f" with `{text['needs']}`" if text.get("needs") else ""
        return expect.Failed(
            CAUSES.get(text["cause"], "missing.raised"),
            "{where} defines no `{name}`. {binder} would have defined it{needs}, but {origin}.",
            f"Repair line {text.get('line')} of {_short(text.get('place', ''))} first.",
            evidence,
            where=where,
            name=name,
            binder=_sentence(_short(binder)),
            needs=needs,
            origin=_origin(text, binder),
        )
    if near:
        return expect.Failed(
            "missing.renamed",
            "{where} defines no `{name}`, but a `{near}`.",
            f"Call it `{name}`, exactly so.",
            evidence,
            where=where,
            name=name,
            near=near,
        )
    return expect.Failed(
        "missing.name",
        "{where} defines no `{name}`, which the part {part} is about.",
        f"Define `{name}`, with exactly this name; if it was deleted, take it again from what you were given.",
        evidence,
        where=where,
        name=name,
        part=text.get("part"),
    )


def _origin(text: dict[str, str], told: str = "") -> str:
    """What failed first, as a clause. told: the place that was named before."""
    where = "it" if text.get("place") == told else _short(text.get("place", ""))
    return f"line {text.get('line')} of {where} failed: {text.get('reason', '').rstrip('.')}"


def _short(place: str) -> str:
    """A cell without the name of its notebook: a submission has one."""
    return place.rpartition(", ")[2]


def _sentence(words: str) -> str:
    """The beginning of a sentence; a file keeps its name."""
    return words if words.endswith(".py") else words[:1].upper() + words[1:]


def _missing_module(text: dict[str, str]) -> Exception:
    return expect.Failed(
        "import.missing_module",
        "The submission has no {name}.",
        f"Hand in {text.get('name')} with the other modules, under exactly this name.",
        name=text.get("name"),
    )


_MAKERS = {"stub": _stub, "shape": _shape, "missing": _missing, "missing_module": _missing_module}
