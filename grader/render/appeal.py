"""An appeal for a terminal, for machines and as a page: distributions beside each other, and a verdict in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from ..core.assignment import Assignment
from ..core.registry import Check
from ..core.text import one_line
from ..engine.appeal import AppealedCheck, MeasuredQuantity
from ..stats.repeats import Repeats, Verdict
from ..stats.tails import badness
from .pages import templates
from .wording import odds_text

NOTHING_RANDOM = "There is nothing random to appeal"
MISSES = "It misses a threshold under {missed} of {count} seeds ({low} to {high} % with 95 % confidence)."
VERDICTS = {
    Verdict.PASSES: "It passes under each of {count} seeds. Nothing here tells it from a right solution: if the grade "
    "says otherwise, that was the draw of its seed. Give the points.",
    Verdict.CHANCE: f"{MISSES} A right solution does so {{often}} appeals, so chance may explain it. Measure under "
    "more seeds, or give the points.",
    Verdict.NEAR: f"{MISSES} A right solution misses that often {{often}} appeals, so chance is no explanation; yet it "
    "passes with other draws, so it lies near the threshold. Look at the distribution and decide.",
    Verdict.MISSES: f"{MISSES} A right solution does that {{often}} appeals. Chance is no explanation: "
    "the grade stands.",
}
WIDTH, ROW = 520, 30  # units of the drawing
REACH = 1.5  # times the distance from the median of right solutions to the limit, drawn beyond the limit


@dataclass(frozen=True)
class Appeal:
    """All that is told of an appeal. deterministic: checks whose result is the same under every seed."""

    submission: str
    part: str
    seed: int
    seeds: int
    at: str
    isolation: str
    checks: tuple[AppealedCheck, ...]
    deterministic: tuple[Check, ...]


def nothing_random(checks: Sequence[Check]) -> str:
    """What is said of checks whose result does not depend on the seed."""
    names = ", ".join(check.id for check in checks)
    return f"{NOTHING_RANDOM} in {names}: right answers are compared with, and no seed changes the result."


def verdict_text(each: AppealedCheck) -> str:
    """What a check comes to, in a few sentences."""
    told = [_of_repeats(each.repeats)] if each.repeats else []
    if each.other:
        first = one_line(each.other[0].message, 300)
        told.append(
            f"{_times(len(each.other))} it did not come to the measurement, which is no matter of chance: {first}"
        )
    if each.unmeasured:
        told.append(f"{_times(each.unmeasured)} the grader failed, and that counts for nothing.")
    return " ".join(told)


def _of_repeats(found: Repeats) -> str:
    low, high = (f"{100 * share:.0f}" for share in found.interval)
    words = {"count": found.count, "missed": found.missed, "low": low, "high": high}
    return VERDICTS[found.verdict].format(**words, often=odds_text(found.probability))


def _times(count: int) -> str:
    return "Under one seed" if count == 1 else f"Under {count} seeds"


def appeal_table(appeal: Appeal) -> Table:
    """A row for each check."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for heading in ("check", "passes", "verdict"):
        table.add_column(Text(heading), overflow="fold", ratio=None if heading == "passes" else 1)
    for each in appeal.checks:
        table.add_row(Text(each.check.id), f"{each.passed}/{appeal.seeds}", Text(verdict_text(each)))
    return table


def appeal_json(appeal: Appeal) -> dict[str, Any]:
    """The same for machines, with every value."""
    return {
        "submission": appeal.submission,
        "part": appeal.part,
        "at": appeal.at,
        "seed": appeal.seed,
        "seeds": appeal.seeds,
        "isolation": appeal.isolation,
        "checks": [_check_json(each) for each in appeal.checks],
        "deterministic": [check.id for check in appeal.deterministic],
    }


def _check_json(each: AppealedCheck) -> dict[str, Any]:
    return {
        "id": each.check.id,
        "passed": each.passed,
        "missed": each.repeats.missed if each.repeats else 0,
        "verdict": each.repeats.verdict.value if each.repeats else None,
        "text": verdict_text(each),
        "quantities": [
            {
                "quantity": q.threshold.name,
                "side": q.threshold.side,
                "limit": q.threshold.limit,
                "values": list(q.values),
            }
            for q in each.quantities
        ],
    }


def appeal_page(assignment: Assignment, appeal: Appeal) -> str:
    """A page that loads nothing, for the instructor and the student who appeals: it holds no grading seed."""
    checks = [(each, verdict_text(each), [rows_of(q) for q in each.quantities]) for each in appeal.checks]
    note = nothing_random(appeal.deterministic) if appeal.deterministic else ""
    page = templates(assignment).get_template("appeal.html")
    return page.render(appeal=appeal, checks=checks, note=note, width=WIDTH, row=ROW)


@dataclass(frozen=True)
class Row:
    """Values of one kind: what they are of, where each dot lies, the median, and the one nearest to the wrong side."""

    label: str
    kind: str
    dots: tuple[str, ...]
    beyond: int  # further off than is drawn
    median: float
    worst: float


@dataclass(frozen=True)
class Strip:
    """The rows of a quantity below each other, on one scale on which the right side is left."""

    quantity: str
    side: str
    limit: float
    place: str  # of the limit
    rows: tuple[Row, ...]

    @property
    def in_words(self) -> str:
        """The drawing for those who do not see it."""
        return " ".join(f"{row.label}: median {row.median:.4g}, worst {row.worst:.4g}." for row in self.rows)


def rows_of(quantity: MeasuredQuantity) -> Strip:
    """What is drawn of a quantity: this submission, the reference, right variants, the nearest mistake."""
    threshold, known = quantity.threshold, quantity.calibrated
    mistake = known.nearest(threshold)
    groups: list[tuple[str, str, Sequence[float]]] = [
        ("this submission", "own", quantity.values),
        ("the reference", "right", known.right.get("reference", [])),
        ("right variants", "right", known.variants),
        (f"nearest known mistake ({mistake[0]})" if mistake else "", "wrong", [mistake[1]] if mistake else []),
    ]
    sign = 1 if threshold.side == "at most" else -1
    right = [value for _, kind, values in groups for value in values if kind == "right"] or [threshold.limit - sign]
    low = min(sign * value for value in (*right, *quantity.values, threshold.limit))
    span = max(sign * threshold.limit - low, 1e-9)
    high = sign * threshold.limit + REACH * span
    rows = []
    for label, kind, values in groups:
        if values:
            signed = np.array([sign * value for value in values], np.float64)
            across = WIDTH * (np.clip(signed, low, high) - low) / (high - low)
            by_badness = sorted(values, key=lambda value: badness(threshold, value))
            dots = tuple(f"{place:.1f}" for place in across)
            rows.append(Row(label, kind, dots, int((signed > high).sum()), float(np.median(values)), by_badness[-1]))
    place = f"{WIDTH * (sign * threshold.limit - low) / (high - low):.1f}"
    return Strip(threshold.name, threshold.side, threshold.limit, place, tuple(rows))
