"""Figures of the text are drawn by the project, described in words, and travel inside the notebook."""

import re
from base64 import b64decode

import nbformat
import pytest

from benchmarks.figures.drawings import FIGURES
from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.bundle import bundle_files
from grader.release.figures import LINK, embed, figures
from grader.release.notebook import render_notebook
from grader.release.solutions import SourceError

DRAWN = figures(ASSIGNMENT)
NOTEBOOK = nbformat.reads(render_notebook(ASSIGNMENT, solutions=False), as_version=4)
TEXT = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")


def test_committed_figures_are_fresh() -> None:
    """reference/figures/ is what `python -m benchmarks.figures` writes today."""
    assert {f"figures/{name}": draw().encode() for name, draw in FIGURES.items()} == DRAWN


def test_every_figure_stands_in_the_notebook_with_a_text_for_those_who_do_not_see_it() -> None:
    """Each is there once, whole, as an image with an alternative text; no link to a file is left."""
    images = re.findall(r'<img alt="([^"]+)" src="data:image/svg\+xml;base64,([^"]+)">', TEXT)
    assert sorted(b64decode(data) for _, data in images) == sorted(DRAWN.values())
    assert all(len(alt.split()) >= 8 for alt, _ in images)
    assert "](figures/" not in TEXT


@pytest.mark.parametrize("name", DRAWN)
def test_figure_is_small_and_legible_on_light_and_dark_pages(name: str) -> None:
    """It has a title, its own paper in two colours, loads nothing, runs nothing, and is under 32 KiB."""
    text = DRAWN[name].decode()
    assert len(text) < 32 * 2**10
    assert "<title>" in text
    assert "prefers-color-scheme:dark" in text
    assert 'fill="var(--paper)"' in text
    assert not re.search(r"<script|href|url\((?!#)|@import", text)


def test_the_bundle_has_the_figures_beside_the_modules() -> None:
    """Who works on the modules opens them there: the links of the text lead to them."""
    files = bundle_files(ASSIGNMENT)
    links = [link["name"] for source in ASSIGNMENT.reference_sources().values() for link in LINK.finditer(source)]
    assert sorted(links) == sorted(DRAWN)
    assert all(files[f"my_solution/{link}"] == DRAWN[link] for link in links)


def test_a_missing_figure_stops_the_release() -> None:
    """The link names what is not there."""
    with pytest.raises(SourceError, match=r"figures/none\.svg"):
        embed("![something](figures/none.svg)", {})


def test_an_alternative_text_cannot_break_out_of_its_attribute() -> None:
    """Quotes and angle brackets in it are text."""
    assert embed('![a "b" <c>](figures/x.svg)', {"figures/x.svg": b""}).startswith(
        '<img alt="a &quot;b&quot; &lt;c&gt;" '
    )
