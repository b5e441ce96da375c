"""Points as a course gives them: by check, by part, or scaled so that they add up."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from ..core.points import HUNDREDTHS, plain
from ..core.registry import Check

TOTAL = "total"
Refuse = Callable[[str, str], Exception]  # a key and what is wrong with it


def points_of(checks: Sequence[Check], table: Mapping[str, float], refuse: Refuse) -> dict[str, int | float]:
    """Points by check, of a table by check, part and `total`.

    A part's points are shared by its checks that have no entry of their own, and the rest of the total by all others
    that are no bonus, each in the lab's proportions: to the hundredth, and the sum is what was asked for. Raises what
    `refuse` makes.
    """
    for name, value in table.items():
        if Fraction(str(value)) * HUNDREDTHS % 1:
            raise refuse(name, f"points have at most two decimals, got {value}")
    points: dict[str, int | float] = {check.id: plain(table[check.id]) for check in checks if check.id in table}
    for part in dict.fromkeys(check.part for check in checks):
        if part in table:
            _share(part, table[part], [check for check in checks if check.part == part], points, refuse)
    if TOTAL in table:
        _share(TOTAL, table[TOTAL], [check for check in checks if not check.bonus], points, refuse)
    return {check.id: points.get(check.id, check.points) for check in checks}


def _share(name: str, amount: float, checks: Sequence[Check], points: dict[str, int | float], refuse: Refuse) -> None:
    """Give those of `checks` that have no points yet what is left of the amount."""
    left = Fraction(str(amount)) - sum(Fraction(str(points[check.id])) for check in checks if check.id in points)
    others = [check for check in checks if check.id not in points]
    if left < 0 or (left and not others):
        raise refuse(
            name, f"the checks that have points of their own make {plain(float(amount - left))}, not {amount:g}"
        )
    weights = [Fraction(str(check.points)) for check in others]
    shares = shared(weights if any(weights) else [Fraction(1)] * len(weights), int(left * HUNDREDTHS))
    points |= {check.id: plain(share / HUNDREDTHS) for check, share in zip(others, shares, strict=True)}


def shared(weights: Sequence[Fraction], amount: int) -> list[int]:
    """`amount` in whole numbers by weight: each exact where all are, else rounded, the largest remainders up.

    The sum of the weights is above 0, unless there are none.
    """
    whole = sum(weights)
    exact = [amount * weight / whole for weight in weights]
    found = [int(each) for each in exact]
    order = sorted(range(len(exact)), key=lambda i: found[i] - exact[i])  # stable: of equal ones the first
    for i in order[: amount - sum(found)]:
        found[i] += 1
    return found
