"""A student's page in a browser: readable for everybody, in every width, light and dark, and on paper."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from grader.core.text import folder_name
from tests.browser.browsing import Watched, barriers
from tests.unit.render.samples import hostile

STUDENTS = ("ada", "blaise", "charles", "grace", "kurt")


@pytest.mark.parametrize("student", STUDENTS)
def test_nothing_is_wrong_with_the_page(every_look: Watched, results: Path, student: str) -> None:
    """No error in the console, no request beyond the file, no barrier that axe-core knows, no sideways scrolling."""
    page = every_look.open(results / student / "index.html")
    expect(page.get_by_role("heading", level=1)).to_have_text(student)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (every_look.errors, every_look.outside) == ([], [])


def test_hostile_submission_stays_text(every_look: Watched, results: Path) -> None:
    """A page whose every text is an attack runs nothing, and is as accessible as any."""
    page = every_look.open(results / folder_name(hostile().submission) / "index.html")
    assert page.locator("script").count() == 0
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (every_look.errors, every_look.outside) == ([], [])


def test_next_step_leads_to_its_check(watched: Watched, results: Path) -> None:
    """Each step under "What to do next" leads to a check of the page that did not pass."""
    page = watched.open(results / "blaise" / "index.html")
    steps = page.locator(".steps a").all()
    assert steps
    for step in steps:
        step.click()
        check = page.locator(f"[id='{page.url.partition('#')[2]}']")
        expect(check).to_be_in_viewport()
        assert "passed" not in (check.get_attribute("class") or "")


def test_pictures_are_shown_and_described(watched: Watched, results: Path) -> None:
    """Pictures are in the page itself, load, and have a text in their place."""
    page = watched.open(results / "blaise" / "index.html")
    pictures = page.locator("img")
    assert pictures.count() == 2
    for picture in pictures.all():
        assert picture.get_attribute("alt")
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


def test_prints_in_black_on_white(watched: Watched, results: Path) -> None:
    """On paper the page is light, also for readers whose screen is dark, and keeps its text."""
    watched.page.emulate_media(media="print", color_scheme="dark")
    page = watched.open(results / "blaise" / "index.html")
    red, green, blue = page.evaluate("getComputedStyle(document.body).color.match(/[0-9.]+/g).slice(0, 3).map(Number)")
    assert max(red, green, blue) < 90
    assert len(page.pdf()) > 10_000
