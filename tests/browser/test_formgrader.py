"""nbgrader's formgrader, as an instructor uses it: the button grades, the score is there, the feedback can be read."""

from playwright.sync_api import expect

from grader.autoencoders.assignment import ASSIGNMENT
from tests.browser.browsing import Watched
from tests.browser.courses import SOLVED_PART, STUDENT, Server

GRADING = 150_000  # milliseconds that a half-finished submission may take, the start of the fork server included
POINTS = sum(check.points for check in ASSIGNMENT.checks if check.part == SOLVED_PART)


def test_button_grades_and_feedback_says_why(watched: Watched, server: Server) -> None:
    """A click on the lightning measures the submission: the score is that of the solved part, the feedback says why."""
    page = watched.page
    server.open(page, f"formgrader/manage_submissions/{ASSIGNMENT.name}")
    row = page.locator("tr").filter(has_text=STUDENT)
    expect(row.locator(".status")).to_have_text("needs autograding")
    row.locator(".autograde a").click()
    dialog = page.locator(".modal.in")
    expect(dialog).to_contain_text("Successfully autograded", timeout=GRADING)
    dialog.get_by_role("button", name="OK").click()
    expect(row.locator(".score")).to_have_text(f"{POINTS} / 100")

    row.locator(".generate-feedback a").click()
    expect(dialog).to_contain_text("Successfully generated feedback", timeout=GRADING)
    page.goto(
        (server.folder / "feedback" / STUDENT / ASSIGNMENT.name / ASSIGNMENT.notebook).with_suffix(".html").as_uri()
    )
    expect(page.get_by_text(f"(Score: {POINTS}.0 / 100.0)")).to_be_visible()
    expect(page.get_by_text("Every pass makes new full batches").first).to_be_attached()
    expect(page.locator("body")).to_contain_text("Not done yet: autoencoder")
