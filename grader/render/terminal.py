"""Tables for a terminal, readable at 80 columns and without colours."""

import textwrap
from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.table import Table
from rich.text import Text

from ..core.assignment import Assignment
from ..core.evidence import evidence_rows
from ..core.language import Language, language_of
from ..core.outcomes import CheckResult, Outcome, Report, Status
from ..core.points import total
from ..core.text import one_line, printable
from .class_views import part_cells
from .wording import (
    OUTCOME_STYLES,
    STATUS_TEXT,
    in_order,
    message,
    missed_texts,
    part_title,
    parts_of,
    points,
    sentence,
)

WIDTH = 80
EVIDENCE = 400  # characters of what was expected or measured
ORIGINAL = 160  # of a library's own message


def grades_table(assignment: Assignment, reports: Sequence[Report]) -> Table:
    """Points by submission and part; a score that is not final has its reason below the name."""
    possible = parts_of(assignment.part_names, reports)
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False)  # the box itself leaves a space between columns
    table.add_column(Text("submission"), min_width=12, overflow="fold")
    for part, most in possible.items():
        table.add_column(Text(f"{_heading(assignment, part)}\n/{most}"), justify="right", vertical="top")
    table.add_column(Text(f"score\n/{total(possible.values())}"), justify="right", style="bold")
    for report in in_order(reports):
        table.add_row(_who(report), *_part_cells(report, list(possible)), _total(report))
    return table


def _heading(assignment: Assignment, part: str) -> str:
    """The title of a part, narrow enough that all parts fit on a line beside the name of a submission."""
    known = assignment.part(part)
    return known.heading or known.title if known else one_line(part, 20)


def _who(report: Report) -> Text:
    name = Text(one_line(report.submission, 60), style="bold")
    if report.status is not Status.GRADED:
        name.append(f"\n! {STATUS_TEXT[report.status]}", style="magenta")
    elif report.needs_attention:
        name.append("\n! not all measured", style="magenta")
    if report.left_out:
        name.append(f"\n{len(report.left_out)} left out", style="dim")
    return name


_COLOURS = {None: "magenta", 0.0: "red", 1.0: "green"}  # of cells, by the share of the points


def _part_cells(report: Report, parts: list[str]) -> list[Text]:
    return [Text(cell.text, style=_COLOURS.get(cell.share, "yellow")) for cell in part_cells(report, parts)]


def _total(report: Report) -> Text:
    if report.status is not Status.GRADED:
        return Text("–")
    return Text(points(report.score) + ("+" if report.needs_attention else ""))


def not_graded(reports: Sequence[Report]) -> list[str]:
    """A line for each submission without a score, with the reason; nothing where all were graded."""
    missing = [report for report in in_order(reports) if report.status is not Status.GRADED]
    lines = [f"not graded: {one_line(each.submission, 80)}: {one_line(each.message, 400)}" for each in missing]
    return [*lines, f"{len(missing)} of {len(reports)} not graded"] if missing else []


def check_table(assignment: Assignment, results: Sequence[CheckResult]) -> Table:
    """A row for each check: its outcome, its claim with message and next step, its points."""
    language = language_of(assignment.texts.language)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(Text(language("outcome")), no_wrap=True)
    table.add_column(Text(language("check")), overflow="fold", ratio=1)
    table.add_column(Text(language("points")), no_wrap=True, justify="right")
    for part, members in groupby(results, key=lambda result: result.part):
        of_part, title = list(members), part_title(assignment, part, language)
        table.add_section()
        table.add_row("", Text(title, style="bold underline"), Text(_sum(of_part, language), style="bold"))
        for result in of_part:
            style = OUTCOME_STYLES[result.outcome]
            outcome = Text(f"{style.glyph} {language(style.word)}", style=style.terminal)
            table.add_row(outcome, _finding(assignment, result, language), _worth(result, language))
    return table


def _finding(assignment: Assignment, result: CheckResult, language: Language) -> Text:
    finding = Text(sentence(assignment, result.id, language))
    told, hint = printable(message(result, language)), printable(language(result.hint))
    if told:
        finding.append(f"\n{told}", style="dim" if result.outcome is Outcome.PASSED else "bold")
    if result.outcome is not Outcome.PASSED:
        for label, value in evidence_rows(result.evidence, language):
            finding.append(f"\n{label[:1].upper()}{label[1:]}: {printable(value, EVIDENCE)}")
    for missed in missed_texts(result, language):
        finding.append(f"\n{missed}")
    if hint and result.outcome is not Outcome.PASSED:
        finding.append(f"\n{language('Next:')} ", style="cyan").append(hint)
    if original := result.parameters.get("original"):
        said = language("The library said: {original}", original=one_line(str(original), ORIGINAL))
        finding.append(f"\n{said}", style="dim")
    return finding


def _sum(results: list[CheckResult], language: Language) -> str:
    most = total(r.possible for r in results)
    return f"{points(sum(r.score for r in results), language)}/{points(most, language)}"


def _worth(result: CheckResult, language: Language) -> str:
    bonus = f" {language('bonus')}" if result.bonus else ""
    return f"{points(result.score, language)}/{points(result.points, language)}{bonus}"


def plain_text(assignment: Assignment, results: Sequence[CheckResult]) -> str:
    """The content of `check_table` in plain lines of at most 80 characters, for logs and feedback files."""
    lines: list[str] = []
    language = language_of(assignment.texts.language)
    for part, members in groupby(results, key=lambda result: result.part):
        of_part, title = list(members), part_title(assignment, part, language)
        lines += ["", f"{title}: {language('{sum} points', sum=_sum(of_part, language))}"]
        for result in of_part:
            style, told = OUTCOME_STYLES[result.outcome], _finding(assignment, result, language).plain
            lines += _wrapped(f"{style.glyph} {language(style.word)} {_worth(result, language)}  {told}")
    return "\n".join(lines).strip("\n")


def _wrapped(text: str) -> list[str]:
    first, *rest = text.split("\n")
    wrapped = textwrap.wrap(first, WIDTH, initial_indent="  ", subsequent_indent="      ")
    for line in rest:
        wrapped += textwrap.wrap(line, WIDTH, initial_indent="      ", subsequent_indent="      ")
    return wrapped
