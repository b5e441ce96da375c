"""A trial of a course's checks for a terminal and for machines."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from ..core.text import one_line
from ..course.trial import Margin, Trial

NO_SAMPLE = "no sample misses it"


def trial_table(trial: Trial) -> Table:
    """A row for each submission."""
    rows = [(each.name, each.wanted, f"{trial.seeds - len(each.problems)}/{trial.seeds}") for each in trial.tried]
    return _table(("submission", "has to get", "seeds"), rows)


def margins_table(trial: Trial) -> Table:
    """A row for each threshold: where it lies between the solution and the nearest sample."""
    headings = ("check", "threshold", "solution", "nearest sample", "limit at")
    return _table(headings, [_margin_row(each) for each in trial.margins])


def problem_lines(trial: Trial) -> list[str]:
    """What should not be, one line each."""
    return [f"{each.name}, {one_line(problem, 400)}" for each in trial.tried for problem in each.problems]


def _margin_row(margin: Margin) -> tuple[str, ...]:
    threshold, right, wrong, share = margin.threshold, margin.right, margin.nearest_wrong, margin.share
    return (
        margin.check,
        f"{threshold.name} {threshold.side} {threshold.default:g}",
        f"{min(right):.3g} to {max(right):.3g}" if right else "not measured",
        f"{wrong[1]:.3g} ({wrong[0]})" if wrong else NO_SAMPLE,
        "–" if share is None else f"{100 * share:.0f} % of the way",
    )


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for heading in headings:
        table.add_column(Text(heading), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def trial_json(trial: Trial) -> dict[str, Any]:
    """The same for machines, with every value."""
    return {
        "succeeded": trial.succeeded,
        "seed": trial.seed,
        "seeds": trial.seeds,
        "isolation": trial.isolation,
        "submissions": [
            {"name": each.name, "wanted": each.wanted, "problems": list(each.problems)} for each in trial.tried
        ],
        "thresholds": [
            {
                "check": each.check,
                "quantity": each.threshold.name,
                "side": each.threshold.side,
                "limit": each.threshold.default,
                "solution": list(each.right),
                "samples": dict(each.wrong),
                "share": each.share,
            }
            for each in trial.margins
        ],
    }
