"""What a course says stands on a student's page, and in the README of the bundle."""

from dataclasses import replace
from datetime import UTC, datetime

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.course_texts import CourseTexts
from grader.release.bundle import readme
from grader.release.sources import handed_out_text
from grader.render.pages import student_page

from . import samples
from .test_pages import Page

LOGO = "data:image/png;base64,AAAA"
TEXTS = CourseTexts(
    "Welcome <all>!", "Ask us.", "Upload it.", "Late work loses 10%.", LOGO, datetime(2027, 5, 3, 22, tzinfo=UTC)
)
COURSE = replace(ASSIGNMENT, texts=TEXTS)


def test_a_student_reads_it_on_the_page() -> None:
    """Greeting, due date with what late work loses, contact, and the logo; escaped, as all texts are."""
    page = Page(student_page(COURSE, samples.solved()))
    assert {"src": LOGO, "class": "logo", "alt": ""} in [
        attributes for tag, attributes in page.elements if tag == "img"
    ]
    for text in ("Welcome <all>!", "Due 2027-05-03 22:00 (UTC+00:00). Late work loses 10%.", "Ask us."):
        assert text in page.words
    assert "Due" not in Page(student_page(ASSIGNMENT, samples.solved())).words


def test_a_student_reads_it_in_the_bundle() -> None:
    """After what the lab says; a course that says nothing adds nothing."""
    told = readme(COURSE).removeprefix(handed_out_text(COURSE, COURSE.hand_out, "hand_out"))
    assert told == (
        "\nWelcome <all>!\n\n## Hand in\n\nUpload it. Due 2027-05-03 22:00 (UTC+00:00). Late work loses 10%.\n"
        "\n## Questions\n\nAsk us.\n"
    )
    assert readme(ASSIGNMENT) == handed_out_text(ASSIGNMENT, ASSIGNMENT.hand_out, "hand_out")
