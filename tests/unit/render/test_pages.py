"""The pages, parsed as a browser would: complete, self-contained, and harmless whatever a submission is called."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import Outcome, Report, Status
from grader.render import pages
from grader.render.pages import class_page, shown_width, student_page
from grader.render.report_json import write_report
from grader.render.wording import OUTCOME_STYLES, sentence

from . import samples

VOID = {"meta", "img", "br", "input"}
ALLOWED = VOID | set(
    re.findall(
        r"\w+",
        "html head title style body main header footer section h1 h2 h3 p a b bdi strong span div ul ol li dl dt dd "
        "table thead tbody tr th td code pre figure figcaption nav label select option button "
        "svg title desc rect line text script",
    )
)


class Page(HTMLParser):
    """A strict reader: every element closed in order, and all attributes and texts collected."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = self.script = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect, and expect an end for what needs one."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The innermost open element ends first."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text that a reader sees, style sheet and script aside."""
        if self.open and self.open[-1] == "script":
            self.script += data
        elif self.open and self.open[-1] != "style":
            self.words += data

    def values(self, tag: str, attribute: str) -> list[str]:
        """All values of an attribute of an element."""
        return [attrs[attribute] or "" for name, attrs in self.elements if name == tag and attribute in attrs]


def all_pages() -> list[str]:
    """Every kind of page, hostile ones among them."""
    failed = replace(samples.unreadable("rosa"), status=Status.ERROR, message="The warm process died.")
    printing = replace(samples.solved("tim"), stdout="epoch 1", stderr="".join(samples.HOSTILE))
    reports = [*samples.class_of_seven(), samples.hostile(), failed, printing]
    return [
        *(student_page(ASSIGNMENT, report) for report in reports),
        class_page(ASSIGNMENT, reports),
        class_page(ASSIGNMENT, [samples.solved()]),
        class_page(ASSIGNMENT, []),
    ]


@pytest.mark.parametrize("text", all_pages())
def test_pages_are_well_formed_and_load_nothing(text: str) -> None:
    """Known elements only, no handler, no address but data and anchors; rules out of reach of the names."""
    page = Page(text)
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert all(source.startswith("data:image/png;base64,") for source in page.values("img", "src"))
    assert all(
        re.fullmatch(r"#[\w.\-]+|[\w.\-%@+]+/index\.html(#[\w.]+)?|std(out|err)\.txt", target)
        for target in page.values("a", "href")
    )
    assert "default-src 'none'" in page.values("meta", "content")[0]
    assert not re.search(r"url\(|@import|https?://", text[text.index("<style>") : text.index("</style>")])


@pytest.mark.parametrize("text", all_pages())
def test_the_only_script_is_our_own(text: str) -> None:
    """A student's page has none; the class page has one, which its policy names by digest, and no name gets into it."""
    page = Page(text)
    allowed = re.findall(r"script-src ([^;]*);", page.values("meta", "content")[0])
    if "Class report" not in page.words:
        assert "<script" not in text
        assert allowed == []
        return
    digest = b64encode(sha256(page.script.encode()).digest()).decode()
    assert allowed == [f"'sha256-{digest}'"]
    assert text.count("<script") == 1
    assert page.script == (Path(pages.__file__).parent / "templates" / pages.SCRIPT).read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function\(|fetch|https?:", page.script
    )


@pytest.mark.parametrize("text", all_pages())
def test_pages_have_headings_texts_for_pictures_and_unique_anchors(text: str) -> None:
    """One h1, no level left out, every picture described, every anchor on the page."""
    page = Page(text)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(page.values("img", "alt"))
    anchors = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(anchors) == len(set(anchors))
    assert {target[1:] for target in page.values("a", "href") if target.startswith("#")} <= set(anchors)
    assert 'lang="en"' in text


@pytest.mark.parametrize("text", all_pages())
def test_what_scrolls_can_be_reached_with_the_keyboard(text: str) -> None:
    """Boxes with more in them than fits take the focus, and say what they are."""
    boxes = [a for tag, a in Page(text).elements if tag == "pre" or (tag == "div" and a.get("class") == "scroll")]
    assert all(box.get("tabindex") == "0" and box.get("role") == "region" and box.get("aria-label") for box in boxes)


def test_the_calibration_is_named() -> None:
    """In the footer of a student's page, and of the class's beside the seed, which goes to no student."""
    report = samples.solved()
    calibrated = replace(report, graded=replace(report.graded, calibration="2b3c4d5e"))
    words = Page(student_page(ASSIGNMENT, calibrated)).words
    assert "· calibration 2b3c4d5e" in words
    assert "20260101" not in words
    assert "seed 20260101 · calibration 2b3c4d5e" in Page(class_page(ASSIGNMENT, [calibrated])).words


def test_pages_name_the_assignment_and_the_version_that_graded() -> None:
    """The title is the assignment's own, and the version is that of the record, maybe an earlier one."""
    report = samples.solved()
    graded = replace(report, graded=replace(report.graded, aelab="0.9.7"))
    other = replace(ASSIGNMENT, title="Lab 7: diffusion")
    for text in (student_page(other, graded), class_page(other, [graded])):
        assert "Lab 7: diffusion" in Page(text).words
        assert ASSIGNMENT.title not in text
        assert "grader 0.9.7" in Page(text).words


def test_a_student_reads_points_outcomes_and_next_steps() -> None:
    """Everything a record says is on the page: sentence, message, evidence, hint, why it was skipped, circumstances."""
    report = samples.struggling()
    words = " ".join(Page(student_page(ASSIGNMENT, report)).words.split())
    assert "67.5 of 100 points" in words
    for check in report.checks:
        assert OUTCOME_STYLES[check.outcome].word in words
        for text in (sentence(ASSIGNMENT, check.id), check.message, check.hint):
            assert text.replace("`", "") in words
    assert "expected543.4" in words
    assert "measured0.6931" in words
    assert "Isolation: namespaces+landlock ·" in words
    assert len(Page(student_page(ASSIGNMENT, report)).values("img", "src")) == 2


def test_a_fault_of_the_grader_is_not_the_students() -> None:
    """The points are named as neither earned nor lost."""
    words = " ".join(Page(student_page(ASSIGNMENT, samples.grader_fault())).words.split())
    assert "3 of them not measured yet" in words
    assert "neither earned nor lost" in words


def test_a_student_reads_what_was_skipped_and_why() -> None:
    """Grouped by what they wait for, with their points and links to each of them."""
    page = Page(student_page(ASSIGNMENT, samples.struggling()))
    words = " ".join(page.words.split())
    told = words[words.index("What was skipped, and why") : words.index("Parts")]
    assert "Needs autoencoder.loss_is_cross_entropy, which failed. 5 checks, 16 points:" in told
    skipped = [check.id for check in samples.struggling().checks if check.outcome is Outcome.SKIPPED]
    assert all(identity in told for identity in skipped)
    assert {f"#{identity}" for identity in skipped} <= set(page.values("a", "href"))
    assert "What was skipped" not in student_page(ASSIGNMENT, samples.solved())


def test_no_hint_is_said_twice() -> None:
    """A step that several checks ask for is one; at the checks, and at those after the first, a link leads to it."""
    for report in (samples.untouched(), samples.struggling()):
        page = Page(student_page(ASSIGNMENT, report))
        words = " ".join(page.words.replace("`", "").split())
        hints = {check.hint.replace("`", "") for check in report.checks if check.hint and check.outcome != "passed"}
        assert hints
        assert {hint: words.count(hint) for hint in hints} == dict.fromkeys(hints, 1)
        anchors = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
        assert {link[1:] for link in page.values("a", "href") if link.startswith("#")} <= anchors


def test_an_unreadable_submission_has_a_page_without_points() -> None:
    """What could not be read, and no zero."""
    words = Page(student_page(ASSIGNMENT, samples.unreadable())).words
    assert "line 12: invalid syntax" in words
    assert "points" not in words


def test_a_students_page_tells_nothing_about_others() -> None:
    """It can be handed to the student as it is."""
    assert "kurt" not in student_page(ASSIGNMENT, samples.solved())
    assert not [
        a for a in Page(student_page(ASSIGNMENT, samples.solved())).values("a", "href") if not a.startswith("#")
    ]


def test_a_page_is_the_same_with_and_without_the_files_beside_it(tmp_path: Path) -> None:
    """The pictures of the record are shown, whatever lies in the folder: its own, another's, or none."""
    expected = student_page(ASSIGNMENT, samples.struggling())
    for there in (samples.struggling(), samples.solved("blaise")):
        write_report(there, tmp_path)
        assert student_page(ASSIGNMENT, samples.struggling(), tmp_path) == expected
    assert student_page(ASSIGNMENT, samples.struggling(), tmp_path / "nowhere") == expected


def test_pages_are_the_same_for_equal_records(tmp_path: Path) -> None:
    """No date, no order of grading."""
    reports: tuple[Report, ...] = samples.class_of_seven()
    assert class_page(ASSIGNMENT, reports) == class_page(ASSIGNMENT, reports[::-1])
    assert student_page(ASSIGNMENT, samples.hostile()) == student_page(ASSIGNMENT, samples.hostile())


@pytest.mark.parametrize(
    ("size", "width"), [((28, 28), 280), ((280, 56), 560), ((56, 140), 112), ((700, 700), 700), ((1, 4000), 1)]
)
def test_small_pictures_are_enlarged_by_whole_numbers(size: tuple[int, int], width: int) -> None:
    """A pixel of a digit is a square of whole pixels on the page."""
    assert shown_width(*size) == width


def test_text_has_contrast_in_both_themes() -> None:
    """Every colour of text reaches the 4.5 to 1 of WCAG 2.1 (1.4.3) on page and card, in light and dark."""
    style = student_page(ASSIGNMENT, samples.solved())
    for theme in re.findall(r":root \{([^}]*--page[^}]*)\}", style):
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", theme))
        for text in ("ink", "quiet", "accent", "passed", "failed", "not_implemented", "skipped", "error"):
            for ground in ("page", "card"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours by the definition of WCAG 2.1."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of #rgb or #rrggbb by the definition of WCAG 2.1."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
