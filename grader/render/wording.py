"""Words, glyphs and numbers that every front end shows alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.assignment import Assignment
from ..core.outcomes import CheckResult, Outcome, Report, Status
from ..core.text import one_line


@dataclass(frozen=True)
class Look:
    """How an outcome is shown: a glyph and a word that say it without colour, and a terminal style."""

    glyph: str
    word: str
    style: str


OUTCOMES = {
    Outcome.PASSED: Look("✓", "passed", "green"),
    Outcome.FAILED: Look("✗", "failed", "red"),
    Outcome.NOT_IMPLEMENTED: Look("○", "to do", "yellow"),
    Outcome.SKIPPED: Look("–", "skipped", "dim"),
    Outcome.ERROR: Look("!", "not measured", "magenta"),
}

STATUS_TEXT = {
    Status.GRADED: "graded",
    Status.UNREADABLE: "could not be read",
    Status.ERROR: "grader error",
}


def part_title(assignment: Assignment, part: str) -> str:
    """The name of a part for readers."""
    known = assignment.part(part)
    return known.title if known else one_line(part.replace("_", " "), 40)


def sentence(assignment: Assignment, check_id: str) -> str:
    """The sentence a student reads for a check; the claim in its id where the lab no longer has that check."""
    known = next((check.sentence for check in assignment.checks if check.id == check_id), "")
    claim = check_id.partition(".")[2] or check_id
    return known or one_line(claim.replace("_", " "), 200)


def points(value: float) -> str:
    """Points with at most two decimals and no trailing zeros: 3, 2.5, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def in_order(reports: Sequence[Report]) -> list[Report]:
    """Reports by submission, so that the order of grading shows nowhere."""
    return sorted(reports, key=lambda report: report.submission)


def parts_of(assignment: Assignment, reports: Sequence[Report]) -> dict[str, int]:
    """Every part that was measured in any report, in the order of the lab, and its points."""
    possible: dict[str, int] = {}
    for report in reports:
        for part, (_, most) in report.part_scores().items():
            possible[part] = max(possible.get(part, 0), most)
    known = [part for part in assignment.part_names if part in possible]
    return {part: possible[part] for part in known + sorted(possible.keys() - set(known))}


def unmeasured(results: Sequence[CheckResult]) -> int:
    """Points of checks that the grader itself failed to measure: neither earned nor lost yet."""
    return sum(result.points for result in results if result.outcome is Outcome.ERROR)


def unmeasured_parts(report: Report) -> set[str]:
    """Parts without a final score: all of an unread submission's, and those where a check was not measured."""
    if report.status is not Status.GRADED:
        return {check.part for check in report.checks}
    return {check.part for check in report.checks if check.outcome is Outcome.ERROR}
