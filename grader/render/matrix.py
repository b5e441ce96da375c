"""The table of submissions by checks: one glyph a cell, linked to its place on the student's page unless it passed.

The cells are most of the page, so they are joined here rather than in loops of the template.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from markupsafe import Markup, escape

from ..core.assignment import Assignment
from ..core.outcomes import Outcome, Report, Status
from ..core.text import folder_name
from .wording import OUTCOME_STYLES


@dataclass(frozen=True)
class Matrix:
    """The check ids of the columns, the parts they belong to with their widths, and the cells of each submission."""

    checks: tuple[str, ...]
    parts: tuple[tuple[str, int], ...]
    rows: tuple["Row", ...]


@dataclass(frozen=True)
class Row:
    """A submission's cells as HTML, and the numbers of the columns that it has not passed."""

    report: Report
    cells: Markup
    not_passed: str


def matrix(assignment: Assignment, reports: Sequence[Report]) -> Matrix:
    """Rows in the order of `reports`, columns in the order of the assignment."""
    checks = _columns(assignment, reports)
    numbers = {identity: number for number, identity in enumerate(checks)}  # ids have nothing to escape
    groups = groupby(checks, key=lambda identity: identity.partition(".")[0])
    widths = tuple((part, len(list(members))) for part, members in groups)
    return Matrix(checks, widths, tuple(_row(report, numbers) for report in reports))


def _columns(assignment: Assignment, reports: Sequence[Report]) -> tuple[str, ...]:
    found = {check.id for report in reports for check in report.checks}
    known = [check.id for check in assignment.checks if check.id in found]
    parts = assignment.part_names

    def place(identity: str) -> int:
        part = identity.partition(".")[0]
        return parts.index(part) if part in parts else len(parts)

    return tuple(sorted([*known, *sorted(found.difference(known))], key=place))


def _row(report: Report, numbers: dict[str, int]) -> Row:
    if report.status is not Status.GRADED:
        return Row(report, Markup(), "")
    outcomes: list[Outcome | None] = [None] * len(numbers)
    for check in report.checks:
        outcomes[numbers[check.id]] = check.outcome
    page = escape(f"{quote(folder_name(report.submission))}/index.html#")
    cells = [_cell(outcome, f"{page}{identity}") for identity, outcome in zip(numbers, outcomes, strict=True)]
    open_columns = [str(number) for number, outcome in enumerate(outcomes) if outcome not in (Outcome.PASSED, None)]
    return Row(report, Markup("".join(cells)), " ".join(open_columns))  # noqa: S704 - escaped addresses and our own words


def _cell(outcome: Outcome | None, target: str) -> str:
    """A cell with a link to `target`, which is already escaped: once a row, as a class has thousands of cells."""
    if outcome is None:
        return "<td></td>"
    style = OUTCOME_STYLES[outcome]
    if outcome is Outcome.PASSED:
        return f'<td class="passed">{style.glyph}</td>'
    return f'<td class="{outcome.value}"><a href="{target}" aria-label="{style.word}">{style.glyph}</a></td>'
