"""Whether losses are the negative ELBO, and if not, what explains them."""

from collections.abc import Sequence

import numpy as np

from ...core.expect import Evidence, Failed, rounded
from ...stats.causes import Diagnosis
from ...stats.formulas import WRONG_WEIGHINGS, Weights, weighings
from ..thresholds import STANDARD_ERRORS
from .elbo_causes import diagnoses_of, kl_factor
from .losses import BatchLoss


def expect_negative_elbo(losses: Sequence[BatchLoss], size: int) -> Evidence:
    """Raise Failed unless one right weighing explains every loss within the allowed standard errors."""
    # Means over the batch weigh another batch differently, so weighings are compared by their position in the table.
    tables = [weighings(loss.batch, size, loss.beta) for loss in losses]
    worst = [
        float(np.max([loss.deviation(row) for loss, row in zip(losses, rows, strict=True)]))  # keeps a NaN
        for rows in zip(*tables, strict=True)
    ]
    evidence = Evidence(
        [
            f"batch of {f.batch}: {rounded(nats)}, or {rounded(nats / f.batch)} per image"
            for f, nats in ((each, each.predicted(tables[0][0])) for each in losses)
        ],
        [f"batch of {f.batch}: {rounded(f.loss)}" for f in losses],
    )
    if STANDARD_ERRORS.within(min(worst[0], worst[1])):
        return evidence
    near = _nearest([row.code for row in tables[0]], np.array(worst))
    found = _with_factor(near, losses, size) if near else diagnoses_of(losses, STANDARD_ERRORS.limit)
    raise Failed(
        found[0].code,
        NO_NEGATIVE_ELBO,
        "Write down both terms for one image, then sum.",
        evidence,
        diagnosis=" Or: ".join(cause.sentence for cause in found),
        also=[cause.code for cause in found[1:]],
    )


def _with_factor(near: Sequence[str], losses: Sequence[BatchLoss], size: int) -> list[Diagnosis]:
    """The weighings that are near, and a factor of the KL divergence where it is as near to a mean over dimensions."""
    found = [Diagnosis(code, WRONG_WEIGHINGS[code]) for code in near]
    factor = kl_factor(losses, STANDARD_ERRORS.limit) if MEAN_OVER_DIMENSIONS in near else None
    return [*found, factor[1]] if factor and abs(factor[0] * size - 1) > APART else found


APART = 0.02  # factors that differ by more are told apart
MEAN_OVER_DIMENSIONS = "elbo.kl_mean_over_dimensions"
NO_NEGATIVE_ELBO = (
    "The loss is not the cross-entropy plus beta times the KL divergence, each summed over the batch. {diagnosis}"
)


def is_explained(losses: Sequence[BatchLoss]) -> bool:
    """Whether a sum or a mean over the images of each batch is what all these losses are."""
    sums, means = (
        [loss.deviation(Weights(unit, unit)) for loss in losses for unit in [1 / loss.batch if averaged else 1.0]]
        for averaged in (False, True)
    )
    return bool(min(np.max(sums), np.max(means)) <= STANDARD_ERRORS.limit)


def _nearest(codes: Sequence[str], worst: np.ndarray) -> list[str]:
    """The wrong weighing that explains the losses best, and those that are as good but for 1 standard error."""
    near = np.nonzero((worst <= STANDARD_ERRORS.limit) & (worst <= np.nanmin(worst, initial=np.inf) + 1))[0]
    return list(dict.fromkeys(codes[i] for i in near[np.argsort(worst[near])] if codes[i]))[:4]
