"""The content of a student's page as plain values: selected and counted here, placed by the template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from itertools import groupby

from ..core.assignment import Assignment
from ..core.final_grade import ByHand, FinalGrade
from ..core.hand_in import HandIn
from ..core.language import ENGLISH, Language
from ..core.outcomes import CheckResult, Outcome, Report
from ..core.points import total
from ..core.text import one_line, printable
from .report_json import PRINTED_FILES
from .wording import part_title, sentence

NEXT_STEPS = 3
BEGINNING = 1000  # characters of what was printed


@dataclass(frozen=True)
class PartView:
    """A part of one report: its checks, in the order of the assignment, and what they earned."""

    part: str
    checks: tuple[CheckResult, ...]

    @property
    def earned(self) -> float:
        """Points earned in this part."""
        return sum(check.score for check in self.checks)

    @property
    def possible(self) -> int | float:
        """Points there are in this part, without bonuses."""
        return total(check.possible for check in self.checks)


@dataclass(frozen=True)
class Circumstances:
    """What a page says beside a report: how the work came in, what a person gave, and whom to ask.

    grade: from the gradebook or the records; None where there is neither, and the report speaks for itself.
    """

    hand_in: HandIn = field(default_factory=HandIn)
    grade: FinalGrade | None = None
    contact: str = ""

    @property
    def penalty(self) -> float:
        """The points that lateness took off."""
        return self.grade.penalty if self.grade else self.hand_in.penalty

    @property
    def by_hand(self) -> tuple[ByHand, ...]:
        """What a person gave and wrote."""
        return self.grade.by_hand if self.grade else ()

    @property
    def handed_in(self) -> str:
        """When, in ISO 8601; "" where it is not known."""
        time = self.grade.handed_in if self.grade and self.grade.handed_in else self.hand_in.time
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat() if time else ""

    def earned(self, report: Report) -> float:
        """Points with those that were given by hand, before the penalty."""
        return self.grade.earned if self.grade else report.score

    def possible(self, report: Report) -> float:
        """The most points."""
        return self.grade.possible if self.grade else report.max_score

    def total(self, report: Report) -> float:
        """What counts."""
        return max(0.0, self.earned(report) - self.penalty)


def title_by_hand(assignment: Assignment, name: str, language: Language = ENGLISH) -> str:
    """What a cell of the gradebook is about, for its student: a check's sentence, or the name of a question."""
    if name in assignment.question_cells:
        return f"Question of {part_title(assignment, name.partition('-')[0])}"
    check_id = name.replace("-", ".", 1)
    known = any(check.id == check_id for check in assignment.checks)
    return sentence(assignment, check_id, language) if known else one_line(name.replace("-", " ").replace("_", " "), 80)


def parts_of_checks(checks: Sequence[CheckResult]) -> list[PartView]:
    """Checks by part, in their order."""
    grouped = groupby(checks, key=lambda check: check.part)
    return [PartView(part, tuple(members)) for part, members in grouped]


def next_steps(report: Report) -> list[CheckResult]:
    """The first failed or unwritten checks with a hint of their own: do these first, as later checks need them."""
    open_checks: dict[str, CheckResult] = {}
    for check in report.checks:
        if check.outcome in (Outcome.FAILED, Outcome.NOT_IMPLEMENTED) and check.hint:
            open_checks.setdefault(check.hint, check)
    return list(open_checks.values())[:NEXT_STEPS]


def hint_places(report: Report) -> dict[str, str]:
    """Where a page says each hint, which it says once: the anchor of a next step, or of the first check with it."""
    steps = {check.hint: f"step-{number}" for number, check in enumerate(next_steps(report), start=1)}
    shown = [check for check in report.checks if check.outcome is not Outcome.PASSED]
    checks = {check.hint: check.id for check in reversed(shown)}
    return checks | steps


def outcome_counts(checks: Sequence[CheckResult]) -> list[tuple[Outcome, int]]:
    """How many checks had each outcome, without the outcomes that none had."""
    counts = Counter(check.outcome for check in checks)
    return [(outcome, counts[outcome]) for outcome in Outcome if counts[outcome]]


@dataclass(frozen=True)
class Printed:
    """The beginning of a submission's output on one stream, and the file beside the page that has more of it."""

    file: str
    beginning: str


def printed(report: Report) -> list[Printed]:
    """The streams that a submission printed something to."""
    texts = [(name, printable(getattr(report, field), BEGINNING)) for field, name in PRINTED_FILES.items()]
    return [Printed(name, text) for name, text in texts if text]


@dataclass(frozen=True)
class Waiting:
    """Checks that were not measured for the same reason."""

    reason: str
    checks: tuple[CheckResult, ...]

    @property
    def points(self) -> int | float:
        """What they are worth together."""
        return total(check.points for check in self.checks)


def waiting(report: Report) -> list[Waiting]:
    """The skipped checks by what they wait for, in the order of the assignment."""
    groups: dict[str, list[CheckResult]] = {}
    for check in report.checks:
        if check.outcome is Outcome.SKIPPED:
            groups.setdefault(check.message, []).append(check)
    return [Waiting(reason, tuple(checks)) for reason, checks in groups.items()]
