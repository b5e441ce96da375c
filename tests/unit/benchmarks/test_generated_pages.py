"""The committed pages are what their kept values render to, and the README shows what the program prints."""

from pathlib import Path

import pytest

from benchmarks.pages import PAGES
from benchmarks.readme import README, demo_table, report_of
from tests.submissions.build import recipes


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_is_fresh(path: Path) -> None:
    """Each is what `make pages` writes today."""
    assert path.read_text(encoding="utf-8") == PAGES[path](), f"{path.name} is stale: run `make pages`"


def test_readme_shows_the_table_of_the_sample_class() -> None:
    """Every sample submission has its row, with the points of the checks that it has to pass."""
    rows = {line.split()[0]: line.split()[-1] for line in demo_table().splitlines() if line.strip()}
    for recipe in recipes():
        shown = next(points for name, points in rows.items() if recipe.name.startswith(name))
        assert shown == f"{report_of(recipe).score:g}", recipe.name
    assert f"```\n{demo_table()}```\n<!-- end -->" in README.read_text(encoding="utf-8")
