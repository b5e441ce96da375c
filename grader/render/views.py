"""The content of a student's page as plain values: selected and counted here, placed by the template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ..core.outcomes import CheckResult, Outcome, Report
from ..core.points import total
from ..core.text import printable
from .report_json import PRINTED_FILES

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
        """Points there are in this part."""
        return total(check.points for check in self.checks)


def parts_of_checks(checks: Sequence[CheckResult]) -> list[PartView]:
    """Checks by part, in their order."""
    grouped = groupby(checks, key=lambda check: check.part)
    return [PartView(part, tuple(members)) for part, members in grouped]


def next_steps(report: Report) -> list[CheckResult]:
    """The first failed or unwritten checks that have a hint: do these first, as later checks need them."""
    open_checks = [c for c in report.checks if c.outcome in (Outcome.FAILED, Outcome.NOT_IMPLEMENTED) and c.hint]
    return open_checks[:NEXT_STEPS]


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
