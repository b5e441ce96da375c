"""docs/one-work.md, from what the measurements have kept in records/, a file for each."""

import json
from pathlib import Path
from typing import Any

from benchmarks.markdown import render
from benchmarks.one_work.ways import CLASS
from grader.core.files import write_atomically

RECORDS = Path(__file__).with_name("records")
TEMPLATE = Path(__file__).parents[1] / "templates" / "one-work.md.j2"
PAGE = Path(__file__).parents[2] / "docs" / "one-work.md"
NAMES = ("ways", "read", "grade", "dialects", "before", "after", "cost")


def kept(name: str) -> Any:
    """What a measurement has kept; None where it has not been made."""
    path = RECORDS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def keep(name: str, record: object) -> None:
    """Keep what a measurement has found, and render the page."""
    write_atomically(RECORDS / f"{name}.json", (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())
    write_atomically(PAGE, page().encode())


def page() -> str:
    """The page of what is kept."""
    return page_of({name: kept(name) for name in NAMES})


def page_of(records: dict[str, Any]) -> str:
    """The page of these records, by name, None for what has not been measured."""
    return render(TEMPLATE, class_=CLASS, cell=cell, **records)


def cell(text: str) -> str:
    """A text, such as a message, for a cell of a table: nothing in it is read as Markdown or HTML."""
    shown = "".join(f"\\{letter}" if letter in "\\`*_[]|#" else letter for letter in text)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
