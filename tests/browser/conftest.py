"""A browser for all tests, and pages in every width and colour scheme."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grader.autoencoders.assignment import ASSIGNMENT
from grader.render.pages import write_pages
from tests.browser.browsing import NARROW, WIDE, Watched, chromium, watched_page
from tests.browser.courses import Server, jupyter, make_course
from tests.unit.render.samples import class_of_seven, hostile

LOOKS = {
    f"{name}-{scheme}": (width, scheme)
    for name, width in (("wide", WIDE), ("narrow", NARROW))
    for scheme in ("light", "dark")
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture(params=LOOKS.values(), ids=list(LOOKS))
def every_look(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A page in each width and colour scheme."""
    with watched_page(browser, *request.param) as watched:
        yield watched


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A wide, light page."""
    with watched_page(browser) as page:
        yield page


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a made-up class, one of its members hostile."""
    folder = tmp_path_factory.mktemp("results")
    write_pages(ASSIGNMENT, [*class_of_seven(), hostile()], folder)
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Jupyter in a course folder with one submission."""
    with jupyter(make_course(tmp_path_factory.mktemp("nbgrader") / "course")) as running:
        yield running
