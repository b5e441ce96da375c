"""The released notebook in JupyterLab, as a student opens it."""

import re

from playwright.sync_api import expect

from grader.autoencoders.assignment import ASSIGNMENT
from tests.browser.browsing import Watched
from tests.browser.courses import Server

KERNEL = 120_000  # milliseconds for a kernel to start and to import TensorFlow on a busy machine


def test_notebook_opens_and_checks_itself(watched: Watched, server: Server) -> None:
    """Text and formulas are shown, the first cells run, and the self-check of an untouched part says what to do."""
    page = watched.page
    server.open(page, f"lab/tree/release/{ASSIGNMENT.name}/{ASSIGNMENT.notebook}")
    notebook = page.locator(".jp-NotebookPanel:visible")
    expect(notebook.get_by_role("heading", name="Lab 5: autoencoders")).to_be_visible()
    expect(page.locator(".jp-Notebook-ExecutionIndicator:visible")).to_have_attribute(
        "data-status", "idle", timeout=KERNEL
    )
    check = notebook.locator(".jp-CodeCell").filter(has_text='check("data")').filter(has_text="nothing is counted")
    notebook.get_by_role("heading", name="Lab 5: autoencoders").click()
    reached = False
    while not reached:
        reached = "jp-mod-active" in (check.get_attribute("class") or "")
        page.keyboard.press("Shift+Enter")
    expect(check.locator(".jp-OutputArea-output").first).to_contain_text(re.compile("to do"), timeout=KERNEL)
    expect(notebook.locator(".jp-MarkdownOutput mjx-container").first).to_be_attached()
    assert (watched.errors, watched.outside) == ([], [])
