"""What else may be wrong with a loss that no known weighing of its two terms explains."""

from collections.abc import Sequence

import numpy as np

from ...core.expect import rounded
from ...stats.causes import Diagnosis
from ...stats.formulas import Weights
from .losses import BatchLoss

ONE = 0.06  # a factor within so much of 1 is 1
APART = 0.3  # nats: KL divergences that are counted otherwise by less are counted alike
UNKNOWN = Diagnosis("elbo.unknown")


def diagnosis_of(losses: Sequence[BatchLoss], allowed: float) -> Diagnosis:
    """The first cause that explains all losses within `allowed` standard errors; each as a sum and as a mean."""
    causes = [cause for averaged in (False, True) for cause in _causes(losses, averaged, allowed)]
    return next(iter(causes), UNKNOWN)


def _causes(losses: Sequence[BatchLoss], averaged: bool, allowed: float) -> list[Diagnosis]:
    units = np.array([1 / f.batch if averaged else 1.0 for f in losses])
    found = (
        _other_targets(losses, units, allowed),
        _factors(losses, units, allowed),
        _other_kl(losses, units, allowed),
    )
    return [cause for cause in found if cause]


def _other_targets(losses: Sequence[BatchLoss], units: np.ndarray, allowed: float) -> Diagnosis | None:
    off = [
        abs(f.loss / unit - f.binarized - f.beta * f.kl) / f.error(Weights(unit, unit)) * unit
        for f, unit in zip(losses, units, strict=True)
    ]
    return BINARIZED if np.max(off) <= allowed else None


BINARIZED = Diagnosis(
    "elbo.binarized_targets", "Its targets are black and white: the images themselves, with their greys, are asked for."
)


def _factors(losses: Sequence[BatchLoss], units: np.ndarray, allowed: float) -> Diagnosis | None:
    """Factors of the two terms that explain all losses, by weighted least squares."""
    if len({f.beta for f in losses}) < 2:
        return None
    errors = np.array([f.error(Weights(unit, unit)) for f, unit in zip(losses, units, strict=True)])
    terms = np.array([[f.cross_entropy, f.beta * f.kl] for f in losses]) * units[:, None]
    wanted = np.array([f.loss for f in losses])
    if not np.isfinite(wanted).all():
        return None
    (seen, told), *_ = np.linalg.lstsq(terms / errors[:, None], wanted / errors, rcond=None)
    weights = [Weights(seen * unit, told * unit) for unit in units]
    if max(f.deviation(w) for f, w in zip(losses, weights, strict=True)) > allowed:
        return None
    if abs(told - 1) < ONE:
        return Diagnosis("elbo.cross_entropy_factor", f"The cross-entropy counts {rounded(seen, 3)} times.")
    if abs(seen - 1) < ONE:
        return Diagnosis("elbo.kl_factor", f"The KL divergence counts {rounded(told, 3)} times beta.")
    if abs(seen / told - 1) < ONE:
        return Diagnosis("elbo.common_factor", f"Both terms count {rounded(seen, 3)} times.")
    return None


def _other_kl(losses: Sequence[BatchLoss], units: np.ndarray, allowed: float) -> Diagnosis | None:
    """The cross-entropy is right, and something else than the KL divergence is weighed with beta.

    Where the KL weighs little, the loss is right whatever stands for it, and where it weighs much the loss tells it.
    """
    pairs = list(zip(losses, units, strict=True))
    little = [(f, unit) for f, unit in pairs if f.beta < 1]
    if not little or max(f.deviation(Weights(unit, unit)) for f, unit in little) > allowed:
        return None
    much = [(f, unit) for f, unit in pairs if f.beta >= 1]
    counted = [((f.loss / unit - f.cross_entropy) / f.beta / f.batch, f.kl / f.batch) for f, unit in much]
    told = sorted((rounded(kl, 2), rounded(nats, 2)) for nats, kl in counted)
    if not told:
        return None
    (least, floor), (most, high) = told[0], told[-1]
    share_of_least, share_of_most = _share(floor, least), _share(high, most)
    if floor > least + APART and share_of_least > 1.2 * share_of_most:
        sentence = f"Where the KL divergence is {least:g} nats, {floor:g} are counted: it should count as it is."
        return Diagnosis("elbo.kl_floor", sentence)
    if high < most - APART and share_of_most < 0.8 * share_of_least:
        sentence = f"Where the KL divergence is {most:g} nats, {high:g} are counted: it should count as it is."
        return Diagnosis("elbo.kl_ceiling", sentence)
    return None


def _share(counted: float, nats: float) -> float:
    """What is counted of so many nats; all of it, where the two are alike."""
    return 1.0 if abs(counted - nats) <= APART else counted / max(nats, APART)
