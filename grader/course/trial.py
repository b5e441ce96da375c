"""Whether the checks of a course tell right from wrong: what became of its solution, its stubs and its samples."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..core.assignment import Assignment
from ..core.outcomes import CheckResult, Outcome, Report, Status
from ..core.points import plain
from ..core.registry import Check
from ..core.thresholds import Threshold
from .own import PACKAGE
from .reading import CourseFile

SOLUTION, STUBS = "the solution", "the stubs"


@dataclass(frozen=True)
class Tried:
    """One submission of a trial. wanted: what had to become of it. problems: a line for each seed without that."""

    name: str
    wanted: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Margin:
    """A threshold, and what was measured on both sides of it: by the solution, and by samples that missed it."""

    check: str
    threshold: Threshold
    right: tuple[float, ...]
    wrong: Mapping[str, float]

    @property
    def worst_right(self) -> float | None:
        """The value of the solution that lies nearest to the wrong side."""
        return self._nearest(self.right, worst=True)

    @property
    def nearest_wrong(self) -> tuple[str, float] | None:
        """The sample whose value lies nearest to the right side."""
        nearest = self._nearest(self.wrong.values(), worst=False)
        return next(((name, value) for name, value in self.wrong.items() if value == nearest), None)

    @property
    def share(self) -> float | None:
        """Where the limit lies on the way from the solution, 0, to the nearest sample, 1; None without one of them."""
        right, wrong = self.worst_right, self.nearest_wrong
        if right is None or wrong is None or wrong[1] == right:
            return None
        return (self.threshold.default - right) / (wrong[1] - right)

    def _nearest(self, values: Iterable[float], *, worst: bool) -> float | None:
        largest = worst == (self.threshold.side == "at most")
        return (max if largest else min)(values, default=None)


@dataclass(frozen=True)
class Trial:
    """All that came of it, under so many seeds that are derived from one."""

    seed: int
    seeds: int
    isolation: str
    tried: tuple[Tried, ...]
    margins: tuple[Margin, ...]

    @property
    def succeeded(self) -> bool:
        """Whether each submission got what it had to."""
        return not any(each.problems for each in self.tried)


def of_the_course(assignment: Assignment, source: CourseFile) -> tuple[Check, ...]:
    """The checks that a course has made its own: declared by it, or held to a threshold that it has set."""

    def is_own(check: Check) -> bool:
        declared = check.function.__module__.partition(".")[0] == PACKAGE
        return declared or any(each.name in source.course.thresholds for each in check.thresholds)

    return tuple(filter(is_own, assignment.checks))


def trial_of(checks: Sequence[Check], codes: Mapping[str, str], seed: int, reports: Sequence[Report]) -> Trial:
    """What the reports of the solution, the stubs and the samples come to. codes: of each sample, by its name."""
    wanted = {SOLUTION: "all points", STUBS: "0 points"} | {name: f"fails: {code}" for name, code in codes.items()}
    by_name = {name: [report for report in reports if report.submission == name] for name in wanted}
    tried = tuple(
        Tried(name, wanted[name], tuple(filter(None, (_problem(each, codes.get(name)) for each in found))))
        for name, found in by_name.items()
    )
    margins = tuple(_margin(check, each, by_name) for check in checks for each in check.thresholds)
    return Trial(seed, len(by_name[SOLUTION]), reports[0].isolation, tried, margins)


def _problem(report: Report, code: str | None) -> str:
    """What should not be, under one seed; "" where all is well."""
    broken = [result for result in report.checks if result.outcome is Outcome.ERROR]
    if report.status is not Status.GRADED or broken:
        return f"seed {report.seed}: {report.message or f'{broken[0].id}: {broken[0].message}'}"
    if report.submission == SOLUTION:
        wrong = [each for each in report.checks if each.score < each.points]
    elif report.submission == STUBS:
        wrong = [each for each in report.checks if each.score]
    else:
        failed = [each for each in report.checks if each.outcome is Outcome.FAILED]
        told = ", ".join(f"{each.id} with {each.code}" for each in failed) or "none fails at all"
        return (
            "" if code in {each.code for each in failed} else f"seed {report.seed}: no check fails with {code}: {told}"
        )
    return f"seed {report.seed}: {'; '.join(map(_scored, wrong))}" if wrong else ""


def _scored(result: CheckResult) -> str:
    return f"{result.id} gives {plain(result.score)} of {result.points}: {result.message}".rstrip(": ")


def _margin(check: Check, threshold: Threshold, by_name: Mapping[str, Sequence[Report]]) -> Margin:
    """NaN, which is on neither side, counts for nothing."""
    nearest = min if threshold.side == "at most" else max
    values = {
        name: [
            result.recorded[threshold.name]
            for report in reports
            for result in report.checks
            if result.id == check.id and math.isfinite(result.recorded.get(threshold.name, math.nan))
        ]
        for name, reports in by_name.items()
    }
    right = tuple(values.pop(SOLUTION))
    beyond = {name: [value for value in found if not threshold.admits(value)] for name, found in values.items()}
    return Margin(check.id, threshold, right, {name: nearest(found) for name, found in beyond.items() if found})
