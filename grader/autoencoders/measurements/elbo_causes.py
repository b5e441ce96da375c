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
KL_FACTOR = "elbo.kl_factor"


def diagnoses_of(losses: Sequence[BatchLoss], allowed: float) -> list[Diagnosis]:
    """What explains all losses within `allowed` standard errors, each as a sum or each as a mean: one cause, or two
    that these losses do not tell apart.
    """
    return next(filter(None, (_causes(losses, averaged, allowed) for averaged in (False, True))), [UNKNOWN])


def _causes(losses: Sequence[BatchLoss], averaged: bool, allowed: float) -> list[Diagnosis]:
    units = np.array([1 / f.batch if averaged else 1.0 for f in losses])
    if off_targets := _other_targets(losses, units, allowed):
        return [off_targets]
    factors, other_kl = _factors(losses, units, allowed), _other_kl(losses, units, allowed)
    if factors and factors.code == KL_FACTOR:
        return [cause for cause in (factors, _constant_ceiling(losses, units, allowed)) if cause]
    return [cause for cause in (factors or other_kl,) if cause]


def kl_factor(losses: Sequence[BatchLoss], allowed: float) -> tuple[float, Diagnosis] | None:
    """How often the KL divergence counts, where that is all that is wrong."""
    for averaged in (False, True):
        units = np.array([1 / f.batch if averaged else 1.0 for f in losses])
        cause = _factors(losses, units, allowed)
        if cause and cause.code == KL_FACTOR:
            return _fitted(losses, units)[1], cause
    return None


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
    if not np.isfinite([(f.loss, f.cross_entropy, f.kl, f.error(Weights(1, 1))) for f in losses]).all():
        return None
    seen, told = _fitted(losses, units)
    weights = [Weights(seen * unit, told * unit) for unit in units]
    if max(f.deviation(w) for f, w in zip(losses, weights, strict=True)) > allowed:
        return None
    if abs(told - 1) < ONE:
        return Diagnosis("elbo.cross_entropy_factor", f"The cross-entropy counts {rounded(seen, 3)} times.")
    if abs(seen - 1) < ONE:
        return Diagnosis(KL_FACTOR, f"The KL divergence counts {rounded(told, 3)} times beta.")
    if abs(seen / told - 1) < ONE:
        return Diagnosis("elbo.common_factor", f"Both terms count {rounded(seen, 3)} times.")
    return None


def _fitted(losses: Sequence[BatchLoss], units: np.ndarray) -> tuple[float, float]:
    """The factors of the cross-entropy and of beta times the KL divergence that explain the losses best."""
    errors = np.array([f.error(Weights(unit, unit)) for f, unit in zip(losses, units, strict=True)])
    terms = np.array([[f.cross_entropy, f.beta * f.kl] for f in losses]) * units[:, None]
    wanted = np.array([f.loss for f in losses])
    (seen, told), *_ = np.linalg.lstsq(terms / errors[:, None], wanted / errors, rcond=None)
    return float(seen), float(told)


def _constant_ceiling(losses: Sequence[BatchLoss], units: np.ndarray, allowed: float) -> Diagnosis | None:
    """Where no loss tells a factor below 1 from a KL divergence that counts up to so many nats an image and no more."""
    most, unit = max(zip(losses, units, strict=True), key=lambda pair: _says(*pair))
    nats = most.kl / most.batch
    counted = (most.loss / unit - most.cross_entropy) / most.beta / most.batch
    if not 0 < counted < nats - APART:
        return None
    for f, own_unit in zip(losses, units, strict=True):
        wanted = own_unit * (f.cross_entropy + f.beta * f.batch * min(f.kl / f.batch, counted))
        if not abs(f.loss - wanted) <= allowed * f.error(Weights(own_unit, own_unit)):
            return None
    return _ceiling(rounded(nats, 2), rounded(counted, 2))


def _says(loss: BatchLoss, unit: float) -> float:
    """How much a loss says of the KL divergence, in standard errors."""
    return loss.beta * loss.kl * unit / loss.error(Weights(unit, unit))


def _ceiling(nats: float, counted: float) -> Diagnosis:
    sentence = f"Where the KL divergence is {nats:g} nats, {counted:g} are counted: it should count as it is."
    return Diagnosis("elbo.kl_ceiling", sentence)


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
        return _ceiling(most, high)
    return None


def _share(counted: float, nats: float) -> float:
    """What is counted of so many nats; all of it, where the two are alike."""
    return 1.0 if abs(counted - nats) <= APART else counted / max(nats, APART)
