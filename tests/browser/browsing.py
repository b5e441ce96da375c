"""Debian's Chromium, driven by Playwright, and pages in it that are watched for errors."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

WIDE, NARROW = 1280, 390  # CSS pixels: a laptop, a telephone
HEIGHT = 900
PATIENCE = 30_000  # milliseconds that a page has to show what is waited for, on a busy machine
expect.set_options(timeout=PATIENCE)


@dataclass
class Watched:
    """A page, and what went wrong in it: messages of the console, exceptions, and requests that left the machine."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _asked(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:", "http://127.0.0.1:", "ws://127.0.0.1:")):
            self.outside.append(url)

    def open(self, path: Path) -> Page:
        """Show a file."""
        self.page.goto(path.as_uri())
        return self.page


def executable() -> str:
    """The path of Chromium. Raises FileNotFoundError where it is not installed."""
    found = shutil.which("chromium")
    if found is None:
        raise FileNotFoundError("The browser tests need Chromium: install the package chromium.")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium; root cannot have its sandbox."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=arguments)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Browser, width: int = WIDE, scheme: str = "light", scale: float = 1) -> Iterator[Watched]:
    """A fresh page of this width under a light or dark colour scheme."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        color_scheme=scheme,
        device_scale_factor=scale,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    yield Watched(context.new_page())
    context.close()


def barriers(page: Page) -> list[str]:
    """What axe-core finds on the page that keeps people out: rule, and the elements that break it."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes']]}" for rule in found]
