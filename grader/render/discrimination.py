"""How well a check tells strong submissions from weak ones, by classical test theory."""

from collections.abc import Sequence

import numpy as np

from ..core.outcomes import Outcome, Report

NO_SPREAD = 1e-9  # points: more than rounding makes of the same sum in another order


def discriminations(reports: Sequence[Report]) -> dict[str, float]:
    """For each check id, the correlation of passing it with the points of all other checks.

    Only submissions with a final score count. A check is left out where `point_biserial` is not defined.
    """
    passed: dict[str, list[bool]] = {}
    other_points: dict[str, list[float]] = {}
    for report in reports:
        if not report.needs_attention:
            total = report.score
            for check in report.checks:
                passed.setdefault(check.id, []).append(check.outcome is Outcome.PASSED)
                other_points.setdefault(check.id, []).append(
                    total - check.score
                )  # its own points would correlate with themselves
    found = {
        identity: point_biserial(np.array(passed[identity]), np.array(other_points[identity])) for identity in passed
    }
    return {identity: value for identity, value in found.items() if value is not None}


def point_biserial(passed: np.ndarray, values: np.ndarray) -> float | None:
    """Point-biserial correlation in [-1, 1] of passing, bool (n,), with values in points, float (n,).

        r = (M1 - M0) / s * sqrt(p * (1 - p))

    M1 and M0 are the means of `values` where `passed` is true and false, p is the share that passed, and s is the
    standard deviation of `values`, dividing by n. It is Pearson's correlation with `passed` as 1 and 0. None if all or
    none passed, or if all `values` are equal.
    """
    share, spread = passed.mean(), values.std()
    if share in (0.0, 1.0) or spread < NO_SPREAD:
        return None
    return float((values[passed].mean() - values[~passed].mean()) / spread * np.sqrt(share * (1 - share)))
