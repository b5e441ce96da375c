"""The mistakes that a class makes most: failures of one check whose messages differ in nothing but numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..outcomes import CheckResult, Outcome, Report
from .names import printable

SHOWN = 12  # mistakes
NAMED = 6  # submissions of each
LENGTH = 400  # characters of a message

_NUMBER = re.compile(r"(?<![A-Za-z0-9])\d+(?:[.,]\d+)*(?:e[+-]?\d+)?", re.IGNORECASE)  # not the 32 of float32


@dataclass(frozen=True)
class Mistake:
    """A check and what it said, numbers left out; the step it proposed, and who made it, in the order of reports."""

    check: str
    message: str
    hint: str
    submissions: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many made it."""
        return len(self.submissions)

    @property
    def named(self) -> tuple[str, ...]:
        """The first of them, as many as a page names."""
        return self.submissions[:NAMED]


def common_mistakes(reports: Sequence[Report]) -> list[Mistake]:
    """The mistakes that most submissions share, the most common first."""
    made: dict[tuple[str, str], list[tuple[Report, CheckResult]]] = {}
    for report in reports:
        for check in report.checks:
            if check.outcome is Outcome.FAILED and check.message:
                made.setdefault((check.id, without_numbers(check.message)), []).append((report, check))
    most = sorted(made.items(), key=lambda item: -len(item[1]))[:SHOWN]
    return [
        Mistake(identity, message, members[0][1].hint, tuple(report.submission for report, _ in members))
        for (identity, message), members in most
    ]


def without_numbers(message: str) -> str:
    """A message with an ellipsis for each number, so that the same mistake reads the same in every submission."""
    return _NUMBER.sub("…", printable(message, LENGTH))
