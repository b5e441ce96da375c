"""Points as people write them: 12 or 1.5, whole numbers or with at most two decimals."""

from collections.abc import Iterable

HUNDREDTHS = 100


def plain(points: float) -> int | float:
    """The same number of points, to the hundredth; a whole number where it is one."""
    cents = round(points * HUNDREDTHS)
    return cents // HUNDREDTHS if cents % HUNDREDTHS == 0 else cents / HUNDREDTHS


def total(points: Iterable[int | float]) -> int | float:
    """Their sum, in which no error of rounding shows."""
    return plain(sum(points))
