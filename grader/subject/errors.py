"""What a submission raised, as a message for its author.

The description comes from the submission's process: it is text to show, cleaned and capped, and decides nothing but
which of a few failures it is, and its wording.
"""

from typing import Any

from ..core import expect
from ..core.text import printable

LONGEST = 600  # characters of a field
ITEMS = 20  # of a list in a field
# What the wordings below use.
FIELDS = ("kind", "message", "type", "doing", "where", "what", "expected", "received", "name", "present", "notes")


def as_exception(failure: Any) -> Exception:
    """Failed, NotImplementedYet or GraderFault for what a harness reported."""
    if not isinstance(failure, dict):
        return expect.GraderFault("a failure without a description")
    text = {key: printable(_cut(failure[key]), LONGEST) for key in FIELDS if key in failure}
    make = _MAKERS.get(text.get("kind", ""))
    return make(text) if make else expect.GraderFault(text.get("message", "an unknown failure"))


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


def _raised(text: dict[str, str]) -> Exception:
    where = text.get("where", "")
    return expect.Failed(
        "raised.in_submission",
        "Your code raised {type} while {doing}{place}: {text}",
        f"Start at {where}." if where else "Run the same call yourself and read the traceback.",
        type=text.get("type"),
        doing=text.get("doing"),
        place=f" ({where})" if where else "",
        text=text.get("message"),
    )


def _shape(text: dict[str, str]) -> Exception:
    return expect.Failed(
        "shape.wrong",
        "{what} should return {wanted}, but returned {received}.",
        "Print the shape after each layer and find the first one that is not what you meant.",
        expect.Evidence(text.get("expected"), text.get("received")),
        what=text.get("what"),
        wanted=text.get("expected"),
        received=text.get("received"),
    )


def _missing(text: dict[str, str]) -> Exception:
    return expect.Failed(
        "missing.name",
        "{where} has no {name}.{notes}",
        f"Define {text.get('name')}, with exactly this name.",
        expect.Evidence(text.get("name"), text.get("present")),
        where=text.get("where"),
        name=text.get("name"),
        notes=failure_notes(text),
    )


def failure_notes(text: dict[str, str]) -> str:
    """What was left out of a notebook on the way, when there is anything."""
    notes = text.get("notes", "[]")
    return "" if notes == "[]" else f" Note: {notes}"


def _missing_module(text: dict[str, str]) -> Exception:
    return expect.Failed(
        "import.missing_module",
        "The submission has no {name}.",
        f"Hand in {text.get('name')} with the other modules, under exactly this name.",
        name=text.get("name"),
    )


_MAKERS = {"stub": _stub, "raised": _raised, "shape": _shape, "missing": _missing, "missing_module": _missing_module}
