"""Hostile cells on nbgrader's own pages, in a browser that runs whatever runs."""

import nbformat
import pytest

from tests.browser.browsing import Watched
from tests.platforms.nbgrader.test_cleaning import HOSTILE, page_of, submitted

RAN = "document.documentElement.dataset.ran=1"  # in place of alert(1)
TEXTS = [text.replace("alert(1)", RAN) for text in HOSTILE.values()]


def load(watched: Watched, html: str) -> None:
    """Show a page without what it loads from elsewhere: nbgrader's scripts, MathJax, pictures of the attacker's."""
    watched.page.route("**/*", lambda route: route.abort())
    watched.page.set_content(html)


@pytest.mark.parametrize("template", ["formgrade", "feedback"])
def test_nothing_of_a_submission_runs(watched: Watched, template: str) -> None:
    """No script, no handler and no link of any kind of cell, also when every link is clicked."""
    load(watched, page_of(submitted(*TEXTS), template))
    for link in watched.page.locator("#notebook-container a:not([href^='http'])").all():
        link.dispatch_event("click")
    assert watched.page.evaluate("document.documentElement.dataset.ran") is None


def test_without_cleaning_it_does(watched: Watched) -> None:
    """The browser runs a script of an uncleaned cell."""
    load(watched, page_of([nbformat.v4.new_markdown_cell(TEXTS[0])], "formgrade"))
    assert watched.page.evaluate("document.documentElement.dataset.ran") == "1"
