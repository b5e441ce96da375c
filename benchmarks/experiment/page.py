"""docs/results.md: what was measured, beside what was published, rendered from records by templates/results.md.j2."""

from functools import partial
from pathlib import Path

from benchmarks.markdown import render, table

from . import published
from .material import Material
from .published import Published
from .sections import values_of

TEMPLATE = Path(__file__).parent / "templates" / "results.md.j2"


def render_page(material: Material) -> str:
    """The whole page."""
    drawn = partial(picture, material.pictures)
    return render(TEMPLATE, beside=beside, picture=drawn, published=published, **values_of(material))


def beside(*rows: tuple[str, str, Published]) -> str:
    """A table of our figures beside published ones: what it is, ours ("" without one), and the published one."""
    cells = [(what, ours or "–", p.value, p.source, p.why) for what, ours, p in rows]
    return table(("quantity", "here", "published", "where", "why ours differs"), cells)


def picture(drawn: frozenset[str], name: str, caption: str) -> str:
    """A picture with its caption, "" where it was not drawn."""
    return f"![{caption}](images/results/{name}.png)" if name in drawn else ""
