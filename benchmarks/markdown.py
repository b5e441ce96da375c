"""Markdown pages from templates: a template holds the text of a page, code computes the values that stand in it."""

import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from jinja2 import Environment, FileSystemLoader, StrictUndefined

WIDTH = 120
KEPT = ("|", "!", "#", "-")  # how blocks begin that are no paragraphs: tables, pictures, headings, lists


def render(template: Path, **values: object) -> str:
    """The page. Raises jinja2.UndefinedError where the template asks for a value that there is not."""
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return wrapped(environment.get_template(template.name).render(table=table, **values))


def wrapped(text: str) -> str:
    """Paragraphs of text in lines of at most 120 characters; tables, pictures, lists and headings as they are."""
    blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", text)]
    return "".join(f"{_filled(block)}\n\n" for block in blocks if block).rstrip("\n") + "\n"


def _filled(block: str) -> str:
    return block if block.startswith(KEPT) else fill(" ".join(block.split()), WIDTH, break_on_hyphens=False)


def table(heads: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
