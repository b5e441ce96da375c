"""What nbgrader is told of a check: points of its cell, or extra credit where it is a bonus."""

from typing import NamedTuple

from ...core.outcomes import CheckResult

DIGITS = 4


class Score(NamedTuple):
    """Of a cell: its points, and its extra credit; None where that is a person's to give, as everywhere but a bonus."""

    points: float
    extra: float | None = None


def score_of(result: CheckResult) -> Score:
    """The cell of a bonus is worth nothing itself, as nbgrader has no points beyond the most of a cell."""
    score = round(float(result.score), DIGITS)
    return Score(0.0, score) if result.bonus else Score(score)
