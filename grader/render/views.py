"""What the pages say, as plain values: everything is chosen, counted and worded here, and only set in the templates."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import mean, median

from ..outcomes import CheckResult, Outcome, Report, Status
from .names import printable
from .report_json import PRINTED_FILES
from .wording import in_order, points, unmeasured, unmeasured_parts

NEXT_STEPS = 3
BEGINNING = 1000  # characters of what was printed
BINS = 10


@dataclass(frozen=True)
class PartView:
    """A part of one report: its checks, in the order of the lab, and what they earned."""

    part: str
    checks: tuple[CheckResult, ...]

    @property
    def earned(self) -> float:
        """Points earned in this part."""
        return sum(check.score for check in self.checks)

    @property
    def possible(self) -> int:
        """Points there are in this part."""
        return sum(check.points for check in self.checks)


def parts(report: Report) -> list[PartView]:
    """The parts of a report in the order of its checks."""
    grouped = groupby(report.checks, key=lambda check: check.part)
    return [PartView(part, tuple(checks)) for part, checks in grouped]


def next_steps(report: Report) -> list[CheckResult]:
    """The first failed or unwritten checks that have a hint: doing these first is worth most, as others need them."""
    open_checks = [c for c in report.checks if c.outcome in (Outcome.FAILED, Outcome.NOT_IMPLEMENTED) and c.hint]
    return open_checks[:NEXT_STEPS]


def outcome_counts(checks: Sequence[CheckResult]) -> list[tuple[Outcome, int]]:
    """How many checks had each outcome, without the outcomes that none had."""
    counts = Counter(check.outcome for check in checks)
    return [(outcome, counts[outcome]) for outcome in Outcome if counts[outcome]]


@dataclass(frozen=True)
class Printed:
    """How a stream of a submission's output begins, and the file beside the page that has more of it."""

    file: str
    beginning: str


def printed(report: Report) -> list[Printed]:
    """The streams that a submission printed something to."""
    texts = [(name, printable(getattr(report, field), BEGINNING)) for field, name in PRINTED_FILES.items()]
    return [Printed(name, text) for name, text in texts if text]


@dataclass(frozen=True)
class Concern:
    """A submission that an instructor should look at: what happened, and what to do."""

    report: Report
    happened: str
    todo: str


def concerns(reports: Sequence[Report]) -> list[Concern]:
    """The submissions whose grade is not final, those without any score first."""
    found = [_concern(report) for report in in_order(reports) if report.needs_attention]
    return sorted(found, key=lambda concern: concern.report.status is Status.GRADED)


def _concern(report: Report) -> Concern:
    if report.status is Status.UNREADABLE:
        return Concern(
            report, report.message, "Nothing was run. Ask for a new hand-in, or repair the file and grade it."
        )
    if report.status is Status.ERROR:
        return Concern(report, report.message, "The grader failed, not the student. Grade this submission again.")
    broken = [check for check in report.checks if check.outcome is Outcome.ERROR]
    happened = f"{broken[0].id}: {broken[0].message}"
    if len(broken) > 1:
        happened += f" (and {len(broken) - 1} more checks)"
    todo = f"{points(unmeasured(broken))} points are neither earned nor lost yet. Grade again, or grade them by hand."
    return Concern(report, happened, todo)


@dataclass(frozen=True)
class Cell:
    """Points of one submission in one part; `text` stands in where they are not final."""

    text: str
    share: float | None  # of the part's points, in [0, 1]


def part_cells(report: Report, columns: Sequence[str]) -> list[Cell]:
    """A row of the class table, one cell a part."""
    scores, open_parts = report.part_scores(), unmeasured_parts(report)
    cells = []
    for part in columns:
        earned, possible = scores.get(part, (0.0, 0))
        if part not in scores or part in open_parts:
            cells.append(Cell("!" if part in open_parts else "–", None))
        else:
            cells.append(Cell(points(earned), earned / possible if possible else 0.0))
    return cells


@dataclass(frozen=True)
class Bar:
    """One column of the distribution of scores, `height` being its share of the tallest."""

    label: str
    count: int
    height: float


@dataclass(frozen=True)
class Scores:
    """The final scores of a class in points, and how they spread in tenths of the maximum."""

    count: int
    median: float
    mean: float
    lowest: float
    highest: float
    bars: tuple[Bar, ...]


def scores(reports: Sequence[Report]) -> Scores | None:
    """Statistics of the submissions whose grade is final; None if there are none."""
    final = [report for report in reports if not report.needs_attention and report.max_score]
    if not final:
        return None
    values = [report.score for report in final]
    counts = Counter(min(BINS - 1, int(BINS * report.score / report.max_score)) for report in final)
    tallest = max(counts.values())
    bars = tuple(Bar(_bin_label(i), counts[i], counts[i] / tallest) for i in range(BINS))
    return Scores(len(final), median(values), mean(values), min(values), max(values), bars)


def _bin_label(index: int) -> str:
    low = index * 100 // BINS
    return f"{low}–{100 if index == BINS - 1 else low + 100 // BINS - 1} %"


@dataclass(frozen=True)
class Trouble:
    """How often a check did not pass, over the submissions in which it was measured."""

    id: str
    failed: int
    todo: int
    skipped: int
    unmeasured: int
    total: int


def troubles(reports: Sequence[Report]) -> list[Trouble]:
    """The checks that some submission did not pass, those that most fail first."""
    counts: dict[str, Counter[Outcome]] = {}
    for check in (check for report in reports if report.status is Status.GRADED for check in report.checks):
        counts.setdefault(check.id, Counter())[check.outcome] += 1
    found = [
        Trouble(
            check_id,
            count[Outcome.FAILED],
            count[Outcome.NOT_IMPLEMENTED],
            count[Outcome.SKIPPED],
            count[Outcome.ERROR],
            count.total(),
        )
        for check_id, count in counts.items()
        if count[Outcome.PASSED] < count.total()
    ]
    return sorted(found, key=lambda t: (t.failed, t.todo, t.skipped, t.unmeasured), reverse=True)
