"""The documentation as a site: it is built without a warning, loads nothing from elsewhere, and every page works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.browsing import Watched

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with warnings as errors."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})
    return folder


def test_pages_hold_all_they_show(every_look: Watched, site: Path) -> None:
    """No page has an error in the console, a request to another place, a broken picture, or scrolls sideways."""
    broken = {}
    for path in sorted(set(site.glob("*.html")) - {site / "404.html"}):  # which a server shows, with its own addresses
        page = every_look.open(path)
        pictures = page.eval_on_selector_all("img", "all => all.filter(i => !i.naturalWidth).map(i => i.src)")
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        if pictures or wide:
            broken[path.name] = (pictures, wide)
    assert broken == {}
    assert (every_look.errors, every_look.outside) == ([], [])


def test_every_page_can_be_reached(watched: Watched, site: Path) -> None:
    """The navigation leads to every page of docs/, to the README as overview, and to the guide for contributors."""
    page = watched.open(site / "index.html")
    links = page.eval_on_selector_all(".md-nav--primary a[href]", "all => all.map(a => a.href.split('#')[0])")
    reached = {Path(link).name for link in links}
    pages = {f"{path.stem}.html" for path in (ROOT / "docs").glob("*.md")}
    assert pages | {"index.html", "contributing.html", "changelog.html"} <= reached
