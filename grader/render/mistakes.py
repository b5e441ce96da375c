"""The mistakes that a class makes most: failures of one part that have one cause."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.expect import filled
from ..core.outcomes import CheckResult, Outcome, Report
from ..core.text import printable

SHOWN = 12  # mistakes
NAMED = 6  # submissions of each
LENGTH = 400  # characters of a message


class _Ellipsis:
    """Stands in a message for what is not the same in all."""

    def __format__(self, specification: str) -> str:
        return "…"


@dataclass(frozen=True)
class Mistake:
    """A cause: the checks of a part that failed for it, what they say, the step they propose, and who made it.

    Submissions are in the order of their reports.
    """

    code: str
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
    made: dict[tuple[str, str], list[tuple[str, CheckResult]]] = {}
    for report in reports:
        for check in report.checks:
            if check.outcome is Outcome.FAILED:
                made.setdefault((check.part, check.code), []).append((report.submission, check))
    order = {check.id: place for report in reports for place, check in enumerate(report.checks)}
    found = [_mistake(members, order) for members in made.values()]
    return sorted(found, key=lambda mistake: -mistake.count)[:SHOWN]


def _mistake(members: list[tuple[str, CheckResult]], order: dict[str, int]) -> Mistake:
    results = [result for _, result in members]
    checks = sorted({result.id for result in results}, key=order.__getitem__)
    submissions = dict.fromkeys(submission for submission, _ in members)
    return Mistake(results[0].code, tuple(checks), in_common(results), results[0].hint, tuple(submissions))


def in_common(results: Sequence[CheckResult]) -> str:
    """What the first of them says, with an ellipsis for each parameter that is not the same in all that say it."""
    first = results[0]
    said = [result.parameters for result in results if result.template == first.template]
    shown = {
        name: value if all(other.get(name) == value for other in said) else _Ellipsis()
        for name, value in first.parameters.items()
    }
    try:
        message = filled(first.template, shown)
    except (
        KeyError,
        TypeError,
        ValueError,
    ):  # a record of another version, or a number that a record holds as text, as NaN is
        message = ""
    return printable(message or first.message, LENGTH)
