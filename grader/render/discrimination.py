"""How well a check tells strong submissions from weak ones, by classical test theory."""

from collections.abc import Sequence

import numpy as np

from ..core.outcomes import Outcome, Report

NO_SPREAD = 1e-9  # points: what sums of the same numbers in another order differ by is less


def discriminations(reports: Sequence[Report]) -> dict[str, float]:
    """For each check id, the correlation of passing it with the points of all other checks.

    Only submissions with a final score count. A check is left out where `point_biserial` is not defined.
    """
    passed: dict[str, list[bool]] = {}
    rest: dict[str, list[float]] = {}
    for report in reports:
        if not report.needs_attention:
            total = report.score
            for check in report.checks:
                passed.setdefault(check.id, []).append(check.outcome is Outcome.PASSED)
                rest.setdefault(check.id, []).append(total - check.score)  # with its own it would go with itself
    found = {identity: point_biserial(np.array(passed[identity]), np.array(rest[identity])) for identity in passed}
    return {identity: value for identity, value in found.items() if value is not None}


def point_biserial(passed: np.ndarray, rest: np.ndarray) -> float | None:
    """Point-biserial correlation of a yes or no with a number, in [-1, 1]: bool (n,), float (n,) in points.

        r = (M1 - M0) / s * sqrt(p * (1 - p))

    M1 and M0 are the means of `rest` where `passed` is true and false, p is the share that passed, and s is the
    standard deviation of `rest`, dividing by n. It is Pearson's correlation with `passed` as 1 and 0. None where all or
    none passed, or where `rest` is the same everywhere.
    """
    share, spread = passed.mean(), rest.std()
    if share in (0.0, 1.0) or spread < NO_SPREAD:
        return None
    return float((rest[passed].mean() - rest[~passed].mean()) / spread * np.sqrt(share * (1 - share)))
