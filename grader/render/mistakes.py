"""The mistakes that a class makes most: failures in one part whose messages differ in nothing but numbers and cases."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.outcomes import CheckResult, Outcome, Report
from ..core.text import printable

SHOWN = 12  # mistakes
NAMED = 6  # submissions of each
LENGTH = 400  # characters of a message
MARK = "\0"  # stands for a number

_CASE = re.compile(r" The smallest case found: [^:]*\Z")  # with which a check over many cases ends its message
_NUMBER = re.compile(r"(?<![A-Za-z0-9])\d+(?:[.,]\d+)*(?:e[+-]?\d+)?", re.IGNORECASE)  # not the 32 of float32


@dataclass(frozen=True)
class Mistake:
    """What checks of a part say, less the case found and the numbers that differ; the step they proposed; who made it.

    Submissions are in the order of their reports.
    """

    checks: tuple[str, ...]
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
                made.setdefault((check.part, shape_of(check.message)), []).append((report, check))
    order = {check.id: place for report in reports for place, check in enumerate(report.checks)}
    found = [_mistake(members, order) for members in made.values()]
    return sorted(found, key=lambda mistake: -mistake.count)[:SHOWN]


def _mistake(members: list[tuple[Report, CheckResult]], order: dict[str, int]) -> Mistake:
    checks = sorted({check.id for _, check in members}, key=order.__getitem__)
    message = in_common([check.message for _, check in members])
    submissions = dict.fromkeys(report.submission for report, _ in members)
    return Mistake(tuple(checks), message, members[0][1].hint, tuple(submissions))


def shape_of(message: str) -> str:
    """A message with a mark for each number; the mark is a character that no printable text has."""
    return _NUMBER.sub(MARK, _text(message))


def in_common(messages: Sequence[str]) -> str:
    """Messages of one shape as one, with an ellipsis for each number that is not the same in all."""
    texts = [_text(message) for message in messages]
    columns = zip(*map(_NUMBER.findall, texts), strict=True)
    shown = (numbers[0] if len(set(numbers)) == 1 else "…" for numbers in columns)
    return _NUMBER.sub(lambda _: next(shown), texts[0])


def _text(message: str) -> str:
    return printable(_CASE.sub("", message), LENGTH)
