"""docs/results.md: what was measured, beside what was published, rendered from records by templates/results.md.j2."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from textwrap import fill

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import published
from .published import Published
from .sections import Material, values_of

WIDTH = 120
KEPT = ("|", "!", "#", "-")  # how blocks begin that are no paragraphs: tables, pictures, headings, lists
TEMPLATES = Path(__file__).parent / "templates"


def render_page(material: Material) -> str:
    """The whole page. Raises UndefinedError where the template asks for a value that there is not."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown
        trim_blocks=True,
        lstrip_blocks=True,
    )
    helpers = {"table": table, "beside": beside, "picture": partial(picture, material.pictures), "published": published}
    return wrapped(environment.get_template("results.md.j2").render(values_of(material) | helpers))


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


def beside(*rows: tuple[str, str, Published]) -> str:
    """A table of our figures beside published ones: what it is, ours ("" without one), and the published one."""
    cells = [(what, ours or "–", p.value, p.source, p.why) for what, ours, p in rows]
    return table(("quantity", "here", "published", "where", "why ours differs"), cells)


def picture(drawn: frozenset[str], name: str, caption: str) -> str:
    """A picture with its caption, "" where it was not drawn."""
    return f"![{caption}](images/results/{name}.png)" if name in drawn else ""
