"""How well a check tells strong submissions from weak ones, by classical test theory."""

from collections.abc import Sequence

import numpy as np

from ..outcomes import CheckResult, Outcome, Report


def discriminations(reports: Sequence[Report]) -> dict[str, float]:
    """For each check id, the correlation of passing it with the points of all other checks.

    Only submissions with a final score count. A check is left out where `point_biserial` is not defined.
    """
    final = [report for report in reports if not report.needs_attention]
    seen: dict[str, list[tuple[bool, float]]] = {}
    for report in final:
        total = report.score
        for check in report.checks:
            seen.setdefault(check.id, []).append(_pair(check, total))
    found = {identity: point_biserial(*map(np.array, zip(*pairs, strict=True))) for identity, pairs in seen.items()}
    return {identity: value for identity, value in found.items() if value is not None}


def _pair(check: CheckResult, total: float) -> tuple[bool, float]:
    """Whether the check passed, and the points of the rest: with its own points it would correlate with itself."""
    return check.outcome is Outcome.PASSED, round(total - check.score, 6)


def point_biserial(passed: np.ndarray, rest: np.ndarray) -> float | None:
    """Point-biserial correlation of a yes or no with a number, in [-1, 1]: bool (n,), float (n,) in points.

        r = (M1 - M0) / s * sqrt(p * (1 - p))

    M1 and M0 are the means of `rest` where `passed` is true and false, p is the share that passed, and s is the
    standard deviation of `rest`, dividing by n. It is Pearson's correlation with `passed` as 1 and 0. None where all or
    none passed, or where `rest` is the same everywhere.
    """
    share, spread = passed.mean(), rest.std()
    if share in (0.0, 1.0) or spread == 0.0:
        return None
    return float((rest[passed].mean() - rest[~passed].mean()) / spread * np.sqrt(share * (1 - share)))
