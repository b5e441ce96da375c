"""The class report in a browser: it sorts, filters and leads to the pages of students, and keeps nobody out."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.browsing import Watched, barriers

POINTS = "#points tbody tr"


def names(page: Page, rows: str = POINTS) -> list[str]:
    """The submissions of a table that can be seen, in their order."""
    return [row.locator("th").inner_text() for row in page.locator(f"{rows}:visible").all()]


def test_nothing_is_wrong_with_the_page(every_look: Watched, results: Path) -> None:
    """No error in the console, no request beyond the file, no barrier that axe-core knows, no sideways scrolling."""
    page = every_look.open(results / "index.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("Class report")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (every_look.errors, every_look.outside) == ([], [])


def test_every_table_fits_a_laptop(watched: Watched, results: Path) -> None:
    """At 1,280 pixels nothing has to be scrolled sideways to be seen."""
    page = watched.open(results / "index.html")
    too_wide = page.eval_on_selector_all(
        ".scroll", "all => all.filter(box => box.scrollWidth > box.clientWidth).length"
    )
    assert too_wide == 0


def test_hostile_names_are_text(watched: Watched, results: Path) -> None:
    """A submission's text runs no script, opens no dialog and adds no element with a handler."""
    dialogs: list[str] = []
    watched.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page = watched.open(results / "index.html")
    assert page.locator("script").count() == 1
    assert page.locator("[onload], [onerror], [onclick]").count() == 0
    assert dialogs == []
    assert "<script>alert(1)</script>" in page.locator("body").inner_text()


def test_sorts_by_score(watched: Watched, results: Path) -> None:
    """The best come first, after a click on the heading the worst; what has no score stays last."""
    page = watched.open(results / "index.html")
    falling = names(page)
    expect(page.locator("#points th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    page.locator("#points").get_by_role("button", name="Score").click()
    expect(page.locator("#points th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    rising = names(page)
    assert falling[0] == "ada"
    assert rising[-2] == "ada"
    assert falling[-1] == rising[-1] == "kurt"


def test_sorts_from_the_keyboard(watched: Watched, results: Path) -> None:
    """Headings are buttons: Tab reaches them and Enter sorts."""
    page = watched.open(results / "index.html")
    page.locator("#points").get_by_role("button", name="Submission").focus()
    page.keyboard.press("Enter")
    assert names(page) == names(page, "#matrix tbody tr")
    page.keyboard.press("Enter")
    assert names(page) == names(page, "#matrix tbody tr")[::-1]


def test_filters_by_name_and_by_check(watched: Watched, results: Path) -> None:
    """Both tables show the submissions that fit; the page says how many, and shows all again."""
    page = watched.open(results / "index.html")
    everybody = names(page)
    page.get_by_label("Name contains").fill("ADA")
    assert names(page) == names(page, "#matrix tbody tr") == ["ada"]
    expect(page.get_by_role("status")).to_have_text(f"1 of {len(everybody)} submissions shown")
    page.get_by_role("button", name="Show all").click()
    assert names(page) == everybody
    page.get_by_label("Did not pass", exact=True).select_option(label="upsampling.has_no_transposed_convolution")
    assert "emmy" in names(page)
    assert "ada" not in names(page)


def test_number_of_failures_leads_to_who_failed(watched: Watched, results: Path) -> None:
    """The link beside a check filters the submissions to those that did not pass it, as many as it says."""
    page = watched.open(results / "index.html")
    link = page.locator("#checks tbody tr").first.get_by_role("link")
    said = int(link.inner_text().split()[0])
    link.click()
    assert len(names(page)) == said


def test_every_link_leads_to_a_page(watched: Watched, results: Path) -> None:
    """Names, also the hostile one, lead to the submission's page, and cells of the matrix to the check on it."""
    page = watched.open(results / "index.html")
    targets = page.eval_on_selector_all("a[href]", "links => [...new Set(links.map(link => link.href.split('#')[0]))]")
    missing = [target for target in targets if page.goto(target) is None and not page.title()]
    assert len(targets) == 1 + 8
    assert missing == []
    page = watched.open(results / "index.html")
    page.locator("#points").get_by_role("link", name="blaise").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("blaise")
    page.go_back()
    page.locator("#matrix tbody tr").filter(has_text="blaise").locator("td a").first.click()
    assert page.url.partition("#")[2]
    assert page.locator(f"[id='{page.url.partition('#')[2]}']").count() == 1
    assert watched.errors == []
