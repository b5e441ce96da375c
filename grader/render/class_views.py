"""The content of the instructor's page as plain values: selected and counted here, placed by the template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from ..core.outcomes import Outcome, Report, Status
from .discrimination import discriminations
from .wording import in_order, points, unmeasured, unmeasured_parts

BINS = 10


@dataclass(frozen=True)
class Concern:
    """A submission that needs the instructor's attention: what happened, and what to do."""

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
    """Points of one submission in one part; `text` is a mark where they are not final."""

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
            cells.append(Cell(points(earned), min(1.0, earned / possible) if possible else 0.0))
    return cells


@dataclass(frozen=True)
class ClassRow:
    """A submission's points by part; `number` is its place in the order of names."""

    number: int
    report: Report
    cells: list[Cell]


def rows(ordered: Sequence[Report], columns: Sequence[str]) -> list[ClassRow]:
    """A row for each of the reports, which are in the order of names: most points first, then what has no score."""
    found = [ClassRow(number, report, part_cells(report, columns)) for number, report in enumerate(ordered)]
    return sorted(found, key=lambda row: (row.report.status is not Status.GRADED, -row.report.score))


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

    @property
    def in_words(self) -> str:
        """The distribution as text, for those who do not see the drawing."""
        counts = [f"{bar.label}: {bar.count}" for bar in self.bars if bar.count]
        return f"Submissions by percentage of the points. {'; '.join(counts)}."


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
class FailingCheck:
    """How often a check did not pass, over the submissions in which it was measured."""

    id: str
    failed: int
    todo: int
    skipped: int
    unmeasured: int
    total: int
    discrimination: float | None  # see `discriminations`

    @property
    def not_passed(self) -> int:
        """The submissions that did not pass it, for whatever reason."""
        return self.failed + self.todo + self.skipped + self.unmeasured


def failing_checks(reports: Sequence[Report]) -> list[FailingCheck]:
    """The checks that some submission did not pass, those first that most did not."""
    counts: dict[str, Counter[Outcome]] = {}
    for check in (check for report in reports if report.status is Status.GRADED for check in report.checks):
        counts.setdefault(check.id, Counter())[check.outcome] += 1
    discrimination = discriminations(reports)
    found = [
        FailingCheck(
            check_id,
            count[Outcome.FAILED],
            count[Outcome.NOT_IMPLEMENTED],
            count[Outcome.SKIPPED],
            count[Outcome.ERROR],
            count.total(),
            discrimination.get(check_id),
        )
        for check_id, count in counts.items()
        if count[Outcome.PASSED] < count.total()
    ]
    return sorted(found, key=lambda check: (check.not_passed, check.failed, check.todo, check.skipped), reverse=True)


@dataclass(frozen=True)
class PartStatistics:
    """The wall-clock seconds that one part took, and the outcomes of its checks over the class."""

    part: str
    median: float
    longest: float
    slowest: str  # the submission that took longest
    outcomes: tuple[tuple[Outcome, int], ...]


def part_statistics(reports: Sequence[Report], columns: Sequence[str]) -> list[PartStatistics]:
    """Time and outcomes of each of the parts `columns`, over the submissions that were graded."""
    seconds: dict[str, list[tuple[float, str]]] = {part: [] for part in columns}
    counts: dict[str, Counter[Outcome]] = {part: Counter() for part in columns}
    for report in (report for report in reports if report.status is Status.GRADED):
        spent: Counter[str] = Counter()
        for check in report.checks:
            spent[check.part] += check.seconds  # type: ignore[assignment]  # a Counter adds seconds as it adds numbers
            counts[check.part][check.outcome] += 1
        for part, value in spent.items():
            seconds[part].append((value, report.submission))
    return [_statistics_of(part, seconds[part], counts[part]) for part in columns if seconds[part]]


def _statistics_of(part: str, seconds: list[tuple[float, str]], counts: Counter[Outcome]) -> PartStatistics:
    longest, slowest = max(seconds, key=lambda pair: pair[0])
    outcomes = tuple((outcome, counts[outcome]) for outcome in Outcome if counts[outcome])
    return PartStatistics(part, median(value for value, _ in seconds), longest, slowest, outcomes)
