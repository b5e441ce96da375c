"""The pictures of the documentation: `python -m tests.browser.screenshots RESULTS FOLDER`.

RESULTS is a graded class, demo/results after `make demo`. JupyterLab and the formgrader show a course that is made and
graded for the purpose, in Chromium like the tests.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from grader.autoencoders.assignment import ASSIGNMENT
from tests.browser.browsing import NARROW, WIDE, chromium, watched_page
from tests.browser.courses import STUDENT, Server, environment, jupyter, make_course

LARGEST = 300_000  # bytes
COLOURS = 256
WRONG, RIGHT = "mean_images_only", "solved"  # of the sample class
GRADING = 150  # seconds
TOP, GAP = 1000, 24  # pixels: how much of two pages stands side by side, and between them


def take(page: Page, target: Path, *, height: int | None = None) -> None:
    """Write what the page shows, or its first `height` pixels."""
    clip = height and {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height}
    page.screenshot(path=target, clip=clip or None, full_page=bool(height), animations="disabled")
    shrink(target)


def shrink(target: Path) -> None:
    """Keep a picture below the largest size, with few colours where that is needed, and say how large it is."""
    if target.stat().st_size >= LARGEST:
        Image.open(target).convert("RGB").quantize(COLOURS).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size / 1000:.0f} kB")
    assert target.stat().st_size < LARGEST


def of_reports(browser: Browser, results: Path, folder: Path) -> None:
    """Class report and student page: wide in both colour schemes, narrow in one."""
    for name, path, height in (
        ("class-report", results / "index.html", 1500),
        ("student-page", results / WRONG / "index.html", 2570),
    ):
        for scheme in ("light", "dark"):
            with watched_page(browser, WIDE - 180, scheme) as watched:
                watched.open(path)
                take(watched.page, folder / f"{name}{'-dark' if scheme == 'dark' else ''}.png", height=height)
        with watched_page(browser, NARROW) as watched:
            watched.open(path)
            take(watched.page, folder / f"{name}-narrow.png", height=1200)


def of_matrix(browser: Browser, results: Path, folder: Path) -> None:
    """Every submission by every check, with the tools that filter them."""
    with watched_page(browser, WIDE + 100) as watched:
        section = watched.open(results / "index.html").locator("#submissions")
        section.screenshot(path=folder / "class-matrix.png")
        shrink(folder / "class-matrix.png")


def overview(folder: Path) -> None:
    """A class beside one of its students, from the pictures of both: the first thing that a reader sees."""
    pages = [Image.open(folder / f"{name}.png").convert("RGB") for name in ("class-matrix", "student-page")]
    both = Image.new("RGB", (sum(page.width for page in pages) + GAP, TOP), "white")
    for page, left in zip(pages, (0, pages[0].width + GAP), strict=True):
        both.paste(page.crop((0, 0, page.width, TOP)), (left, 0))
    both.save(folder / "overview.png", optimize=True)
    shrink(folder / "overview.png")


def of_denoising(browser: Browser, results: Path, folder: Path) -> None:
    """What the grader drew of a right denoising autoencoder."""
    with watched_page(browser, scale=2) as watched:
        page = watched.open(results / RIGHT / "index.html")
        picture = page.locator("[id='denoising.removes_noise_from_unseen_images'] figure").first
        picture.screenshot(path=folder / "denoising.png")
        shrink(folder / "denoising.png")


def of_lab(browser: Browser, server: Server, folder: Path) -> None:
    """A part of the released notebook in JupyterLab."""
    with watched_page(browser, WIDE) as watched:
        page = watched.page
        server.open(page, f"lab/tree/release/{ASSIGNMENT.name}/{ASSIGNMENT.notebook}")
        page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(timeout=60_000)
        part = page.locator(".jp-NotebookPanel:visible").get_by_role("heading", name="Part 4")
        part.evaluate("heading => heading.scrollIntoView({block: 'start'})")
        page.locator("mjx-container:visible").first.wait_for()
        take(page, folder / "jupyterlab.png")


def of_formgrader(browser: Browser, server: Server, folder: Path) -> None:
    """The formgrader with a graded submission, and the feedback of that."""
    with watched_page(browser, WIDE) as watched:
        page = watched.page
        server.open(page, f"formgrader/manage_submissions/{ASSIGNMENT.name}")
        page.locator("tr").filter(has_text=STUDENT).locator(".score").wait_for()
        take(page, folder / "formgrader.png", height=400)
        page.goto(
            (server.folder / "feedback" / STUDENT / ASSIGNMENT.name / ASSIGNMENT.notebook).with_suffix(".html").as_uri()
        )
        finding = page.get_by_text("Not done yet: autoencoder").first
        finding.evaluate("text => text.scrollIntoView({block: 'center'})")
        take(page, folder / "feedback.png")


def main() -> None:
    """Write all pictures."""
    results, folder = Path(sys.argv[1]), Path(sys.argv[2])
    if not (results / "index.html").is_file():
        sys.exit(f"{results} holds no graded class: run `make demo` first")
    with chromium() as browser, tempfile.TemporaryDirectory() as private:
        of_reports(browser, results.resolve(), folder)
        of_matrix(browser, results.resolve(), folder)
        overview(folder)
        of_denoising(browser, results.resolve(), folder)
        course = make_course(Path(private) / "course")
        for step in ("autograde", "generate_feedback"):
            command = [sys.executable, "-m", "nbgrader", step, ASSIGNMENT.name]
            subprocess.run(
                command, cwd=course, env=environment(course), check=True, timeout=GRADING, capture_output=True
            )
        with jupyter(course) as server:
            of_lab(browser, server, folder)
            of_formgrader(browser, server, folder)


if __name__ == "__main__":
    main()
