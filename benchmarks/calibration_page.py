"""docs/calibration.md and its picture: how far right solutions and mistakes lie from each threshold."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from benchmarks.experiment.drawing import new_figure
from benchmarks.markdown import render
from benchmarks.quantities import BOUNDED, JUDGED_BY_STEPS, REFERENCE, TRIES, Quantity
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.expect import rounded
from grader.core.thresholds import Threshold
from grader.stats.tails import RARE, badness, value_of

TEMPLATE = Path(__file__).parent / "templates" / "calibration.md.j2"
REFERENCE_SEEDS, VARIANT_SEEDS = 100, 10
BEYOND = 2.5  # mistakes further away than this are drawn here, as arrows
GREY, RIGHT, WRONG = "#999999", "#0072b2", "#d55e00"  # Okabe and Ito's


def page(quantities: list[Quantity], gradings: int) -> str:
    """What the model says, a row for each threshold of each check, and how the model fits."""
    return render(
        TEMPLATE,
        reference_seeds=REFERENCE_SEEDS,
        variant_seeds=VARIANT_SEEDS,
        gradings=gradings,
        version=ASSIGNMENT.thresholds.version,
        rare=RARE,
        tries=TRIES,
        rows=[_row(q) for q in quantities if q.right],
        fit=[row for q in quantities if (row := _row_of_fit(q))],
    )


def _row(q: Quantity) -> tuple[str, ...]:
    own = sorted(badness(q.threshold, v) for v in q.right.get(REFERENCE, []))
    shown = [value_of(q.threshold, own[len(own) // 2]), value_of(q.threshold, own[-1])] if own else []
    reference = ", ".join(f"{rounded(v, 3):g}" for v in shown)
    mutant = f"{q.closest[0]}: {rounded(q.closest[1], 3):g}" if q.closest else "none fails here"
    return q.check, q.name, f"{q.threshold.side} {q.threshold.limit:g}", reference, *_risk(q), mutant


def _risk(q: Quantity) -> tuple[str, str]:
    """The right solution that misses the threshold most often, and once in how many gradings."""
    if q.name in JUDGED_BY_STEPS:
        return f"see {JUDGED_BY_STEPS[q.name]}", ""
    if q.name in BOUNDED:
        return BOUNDED[q.name], ""
    who, probability = q.worst()
    return who, "more than 10⁹" if probability < 1e-9 else f"{1 / probability:,.0f}"


def _row_of_fit(q: Quantity) -> tuple[object, ...]:
    excesses = []
    for who, tail in q.tails().items():
        bad = [badness(q.threshold, v) for v in q.right[who]]
        excesses += [(b - tail.start) / tail.excess for b in bad if tail.excess > 0 and b > tail.start]
    if not excesses:
        return ()
    above = [sum(e > height for e in excesses) / len(excesses) for height in (3, 5)]
    return f"{q.check}: {q.name}", len(excesses), f"{above[0]:.3f}", f"{above[1]:.4f}", f"{max(excesses):.1f}"


def places(threshold: Threshold, centre: float, values: list[float]) -> np.ndarray:
    """Where values lie when the reference's median `centre` is 0 and the limit is 1, whichever side is the right one.

    Where the reference stands on the limit itself, as a training does that stops there, distances keep their own size.
    """
    span = (threshold.limit - centre) or (1.0 if threshold.side == "at most" else -1.0)
    return 1 + (np.asarray(values, np.float64) - threshold.limit) / span


def picture(quantities: list[Quantity]) -> Figure:
    """A row for each quantity that the reference was measured by: values of it, of right variants and of mistakes."""
    drawn = [q for q in quantities if q.right.get(REFERENCE)]
    figure = new_figure(9, 0.8 + 0.24 * len(drawn))
    axes = figure.subplots()
    for height, q in enumerate(drawn):
        reference = q.right[REFERENCE]
        others = [value for who, values in q.right.items() if who != REFERENCE for value in values]
        centre = float(np.median(reference))
        for values, colour in ((others, RIGHT), (reference, GREY)):
            found = places(q.threshold, centre, values)
            axes.scatter(found, np.full(len(found), height), 9, color=colour, alpha=0.5, linewidths=0)
        found = places(q.threshold, centre, list(q.wrong.values()))
        near = found <= BEYOND
        axes.scatter(found[near], np.full(near.sum(), height), 16, color=WRONG, marker="x")
        if not near.all():
            axes.scatter([BEYOND], [height], 18, color=WRONG, marker=">")
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(range(len(drawn)), [f"{q.part}: {q.check.partition('.')[2]}, {q.name}" for q in drawn])
    axes.set(xlim=(-1, BEYOND + 0.1), ylim=(len(drawn) - 0.4, -0.6))
    axes.set_xticks([0, 1], ["reference", "threshold"])
    axes.grid(axis="y", alpha=0.2)
    return figure
