"""Words, glyphs and numbers, the same in every front end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..core.assignment import Assignment
from ..core.expect import rounded
from ..core.language import ENGLISH, Language
from ..core.outcomes import CheckResult, Missed, Outcome, Report, Status
from ..core.points import total
from ..core.text import one_line
from ..stats.calibration import STATED

OFTEN = 0.1  # from here on a share is told in per cent


@dataclass(frozen=True)
class OutcomeStyle:
    """How an outcome is shown: a glyph and a word that say it without colour, and a style of a rich terminal."""

    glyph: str
    word: str
    terminal: str


OUTCOME_STYLES = {
    Outcome.PASSED: OutcomeStyle("✓", "passed", "green"),
    Outcome.FAILED: OutcomeStyle("✗", "failed", "red"),
    Outcome.NOT_IMPLEMENTED: OutcomeStyle("○", "to do", "yellow"),
    Outcome.SKIPPED: OutcomeStyle("–", "skipped", "dim"),
    Outcome.ERROR: OutcomeStyle("!", "not measured", "magenta"),
}

STATUS_TEXT = {
    Status.GRADED: "graded",
    Status.UNREADABLE: "could not be read",
    Status.ERROR: "grader error",
}

SELFCHECK_DIFFERS = (
    "Here a mistake can also cost points in later parts that build on it. When your work is graded with the lab's own "
    "solution at hand, such a part is measured again on a right version of the earlier one."
)


def part_title(assignment: Assignment, part: str, language: Language = ENGLISH) -> str:
    """The name of a part for readers."""
    known = assignment.part(part)
    return language(known.title) if known else one_line(part.replace("_", " "), 40)


def sentence(assignment: Assignment, check_id: str, language: Language = ENGLISH) -> str:
    """The sentence a student reads for a check; the claim in its id if the assignment no longer has that check."""
    known = next((check.sentence for check in assignment.checks if check.id == check_id), "")
    claim = check_id.partition(".")[2] or check_id
    return language(known) if known else one_line(claim.replace("_", " "), 200)


def claim(assignment: Assignment, result: CheckResult, language: Language = ENGLISH) -> str:
    """A check for lists that have no parts: `VAE: The loss is …`, and whether it is a bonus."""
    more = f" ({language('bonus')})" if result.bonus else ""
    return f"{part_title(assignment, result.part, language)}: {sentence(assignment, result.id, language)}{more}"


def message(result: CheckResult, language: Language = ENGLISH) -> str:
    """What a student reads of a check that did not pass."""
    return language.message(result.message, result.template, result.parameters)


def points(value: float, language: Language = ENGLISH) -> str:
    """Points with at most two decimals and no trailing zeros: 3, 2.5, 0.33."""
    return language.number(f"{value:.2f}".rstrip("0").rstrip("."))


def odds_text(odds: float, language: Language = ENGLISH) -> str:
    """A share of gradings in words: "once in 40,000", with a bound for what is less than the calibration can carry."""
    if odds <= STATED:
        return language("less than once in {count:,.0f}", count=1 / STATED)
    if odds <= OFTEN:
        return language("once in {count:,.0f}", count=rounded(1 / odds, 2))
    return language("in {percent:.0f} % of gradings", percent=100 * odds)


def missed_texts(result: CheckResult, language: Language = ENGLISH) -> list[str]:
    """Each threshold that a check missed, and how often a right solution does, where that is known."""
    return [_missed_text(each, each.odds, language) for each in result.missed if each.odds is not None]


def _missed_text(missed: Missed, odds: float, language: Language) -> str:
    quantity = language(one_line(missed.quantity))
    compared = language(
        "{quantity}: {measured:.4g}, where {side} {limit:.4g} passes.",
        quantity=quantity[:1].upper() + quantity[1:],
        measured=missed.measured,
        side=language(one_line(missed.side)),
        limit=missed.limit,
    )
    often = language("A right solution measures this or worse {odds}.", odds=odds_text(odds, language))
    return f"{compared} {often}"


def moment(at: str, language: Language = ENGLISH) -> str:
    """A time in ISO 8601 for readers: 31 January 2027, 23:59 UTC; as it is where it is none."""
    try:
        time = datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, OverflowError):
        return one_line(at, 40)
    return f"{language.date(time)}, {time:%H:%M} UTC"


def selfcheck_note(results: Sequence[CheckResult], language: Language = ENGLISH) -> str:
    """How a self-check differs from the grade, where that may show: it has no solution to carry errors forward with."""
    return language(SELFCHECK_DIFFERS) if len({each.part for each in results if each.score < each.points}) > 1 else ""


def in_order(reports: Sequence[Report]) -> list[Report]:
    """Reports sorted by submission, so that output does not depend on the order of grading."""
    return sorted(reports, key=lambda report: report.submission)


def parts_of(part_names: Sequence[str], reports: Sequence[Report]) -> dict[str, int | float]:
    """Each part that some report has checks of, with its points: in the order of `part_names`, then unknown ones."""
    possible: dict[str, int | float] = {}
    for report in reports:
        for part, (_, most) in report.part_scores().items():
            possible[part] = max(possible.get(part, 0), most)
    known = [part for part in part_names if part in possible]
    return {part: possible[part] for part in known + sorted(possible.keys() - set(known))}


def unmeasured(results: Sequence[CheckResult]) -> int | float:
    """Points of checks that the grader failed to measure: neither earned nor lost yet."""
    return total(result.points for result in results if result.outcome is Outcome.ERROR)


def unmeasured_parts(report: Report) -> set[str]:
    """Parts without a final score: all parts of an unread submission, else those with a check that was not measured."""
    if report.status is not Status.GRADED:
        return {check.part for check in report.checks}
    return {check.part for check in report.checks if check.outcome is Outcome.ERROR}
