"""The picture of docs/calibration.md: how far right solutions and mistakes lie from each bar."""

import numpy as np
from matplotlib.figure import Figure

from benchmarks.experiment.drawing import new_figure
from grader.core.thresholds import Bar

BEYOND = 2.5  # mistakes further away than this are drawn here, as arrows
REFERENCE, RIGHT, WRONG = "#999999", "#0072b2", "#d55e00"  # Okabe and Ito's


def places(bar: Bar, centre: float, values: list[float]) -> np.ndarray:
    """Where values lie when the reference's median `centre` is 0 and the bar is 1, whichever side is the right one.

    Where the reference stands on the bar itself, as a training does that stops there, distances keep their own size.
    """
    span = (bar.limit - centre) or (1.0 if bar.side == "at most" else -1.0)
    return 1 + (np.asarray(values, np.float64) - bar.limit) / span


def picture(rows: dict[str, tuple[Bar, list[float], list[float], list[float]]]) -> Figure:
    """A row for each quantity of each check: its bar, and values of the reference, right variants and mistakes."""
    figure = new_figure(9, 0.8 + 0.24 * len(rows))
    axes = figure.subplots()
    for height, (bar, reference, right, wrong) in enumerate(rows.values()):
        centre = float(np.median(reference))
        for values, colour, size in ((right, RIGHT, 9), (reference, REFERENCE, 9)):
            found = places(bar, centre, values)
            axes.scatter(found, np.full(len(found), height), size, color=colour, alpha=0.5, linewidths=0)
        found = places(bar, centre, wrong)
        near = found <= BEYOND
        axes.scatter(found[near], np.full(near.sum(), height), 16, color=WRONG, marker="x")
        if not near.all():
            axes.scatter([BEYOND], [height], 18, color=WRONG, marker=">")
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set(xlim=(-1, BEYOND + 0.1), ylim=(len(rows) - 0.4, -0.6))
    axes.set_xticks([0, 1], ["reference", "bar"])
    axes.grid(axis="y", alpha=0.2)
    return figure
