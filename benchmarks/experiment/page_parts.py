"""What the sections of the page are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from .published import Published
from .records import Records


@dataclass(frozen=True)
class Material:
    """What the page is made of: records, the figures of the small experiments, speeds, and names of pictures."""

    records: Records
    lab_text: dict[str, Any]
    speed: dict[str, Any]
    pictures: frozenset[str]


def prose(text: str) -> str:
    """Paragraphs of text in lines of at most 120 characters; tables, pictures and headings are left as they are."""
    blocks = text.strip().split("\n\n")
    kept = ("|", "!", "#", "-")
    return "\n\n".join(
        block if block.startswith(kept) else fill(" ".join(block.split()), 120, break_on_hyphens=False)
        for block in blocks
        if block.strip()
    )


def table(heads: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def beside(*rows: tuple[str, str, Published]) -> str:
    """Our figures beside published ones."""
    cells = [(what, ours or "–", p.value, p.source, p.why) for what, ours, p in rows]
    return table(("quantity", "here", "published", "where", "why ours differs"), cells)


def picture(material: Material, name: str, words: str) -> str:
    """A picture with its caption, if it was drawn."""
    return f"![{words}](images/results/{name}.png)" if name in material.pictures else ""
