"""Which weighing of cross-entropy and KL divergence explains the losses of a variational autoencoder."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core.expect import Evidence, Failed, rounded
from ...stats.formulas import WRONG_WEIGHINGS, Weights, weighings
from ...stats.gaussians import KLEstimate
from ...stats.metrics import cross_entropy
from ..subject import Model
from ..thresholds import STANDARD_ERRORS

ALLOWED = STANDARD_ERRORS.limit  # 5.5, which a normal error exceeds once in 26 million
ROOM = 0.004  # of the cross-entropy, for arithmetic of other precision; 2 % with the standard errors
ARITHMETIC = 1e-4  # of the loss, at least: sums in single precision
DRAWS = 16  # reconstructions of an image


@dataclass(frozen=True)
class Terms:
    """The grader's own terms of the loss for some images (n,), in nats, each the mean of DRAWS reconstructions.

    spread: the deviation of the cross-entropy of a single reconstruction, (n,).
    """

    cross_entropy: np.ndarray
    spread: np.ndarray
    squared_error: np.ndarray
    divergence: KLEstimate


@dataclass(frozen=True)
class BatchLoss:
    """The loss of one batch at learning rate 0, beside the grader's terms for it, summed over the batch, in nats.

    The errors are one standard error each: of the cross-entropy, because the loss has drawn other samples, and of the
    KL divergence, because it was estimated, here or in the loss (0 where both are exact).
    """

    beta: float
    batch: int
    loss: float
    cross_entropy: float
    cross_entropy_error: float
    squared_error: float
    kl: float
    kl_error: float = 0.0

    def predicted(self, weights: Weights) -> float:
        """The loss under a weighing."""
        seen = weights.cross_entropy * self.cross_entropy + weights.squared_error * self.squared_error
        return seen + weights.divergence * self.beta * self.kl

    def deviation(self, weights: Weights) -> float:
        """How far the loss is from what a weighing predicts, in standard errors; those of both terms are added."""
        room = (weights.cross_entropy + weights.squared_error) * (ROOM * self.cross_entropy + self.cross_entropy_error)
        error = abs(room) + abs(weights.divergence * self.beta * self.kl_error)
        return float(abs(self.loss - self.predicted(weights)) / max(error, ARITHMETIC * abs(self.loss), 1e-9))


def expect_negative_elbo(losses: Sequence[BatchLoss], size: int) -> Evidence:
    """Raise Failed unless one right weighing explains every loss within ALLOWED standard errors."""
    # Means over the batch weigh another batch differently, so weighings are compared by their position in the table.
    tables = [weighings(loss.batch, size, loss.beta) for loss in losses]
    worst = [
        float(np.max([loss.deviation(row) for loss, row in zip(losses, rows, strict=True)]))  # keeps a NaN
        for rows in zip(*tables, strict=True)
    ]
    evidence = Evidence(
        [f"batch of {f.batch}: {rounded(f.predicted(tables[0][0]))}, or their mean per image" for f in losses],
        [f"batch of {f.batch}: {rounded(f.loss)}" for f in losses],
    )
    if STANDARD_ERRORS.within(min(worst[0], worst[1])):
        return evidence
    code, *also = _nearest([row.code for row in tables[0]], np.array(worst)) or ["elbo.unknown"]
    raise Failed(
        code,
        "The loss is not the cross-entropy plus beta times the KL divergence, each summed over the batch. {diagnosis}",
        "Write down both terms for one image, then sum.",
        evidence,
        diagnosis=" Or: ".join(WRONG_WEIGHINGS[known] for known in (code, *also) if known in WRONG_WEIGHINGS),
        also=also,
    )


def _nearest(codes: Sequence[str], worst: np.ndarray) -> list[str]:
    """The wrong weighing that explains the losses best, and those that are as good but for 1 standard error."""
    near = np.nonzero((worst <= ALLOWED) & (worst <= np.nanmin(worst, initial=np.inf) + 1))[0]
    return list(dict.fromkeys(codes[i] for i in near[np.argsort(worst[near])] if codes[i]))[:4]


def terms_of(model: Model, images: np.ndarray, divergence: KLEstimate, training: bool) -> Terms:
    """Reconstruct each image DRAWS times and compare; `training` as in `Model.call`."""
    repeated = np.tile(images, (DRAWS, 1, 1, 1))
    found = model.reconstruct(repeated, training=training)
    nats = cross_entropy(repeated, found).reshape(DRAWS, -1)
    squares = ((repeated.astype(np.float64) - found) ** 2).reshape(DRAWS, len(images), -1).sum(axis=2)
    return Terms(nats.mean(axis=0), nats.std(axis=0, ddof=1), squares.mean(axis=0), divergence)


def batch_loss(terms: Terms, beta: float, times: int, losses: np.ndarray) -> BatchLoss:
    """Put our terms beside the mean of some losses of a batch that holds every image `times` times."""
    draws = times * len(losses)  # what the losses have drawn of an image
    share = times * np.sqrt(1 / DRAWS + 1 / draws)
    kl, count = terms.divergence, len(terms.cross_entropy)
    return BatchLoss(
        beta,
        times * count,
        float(np.mean(losses)),
        float(times * terms.cross_entropy.sum()),
        float(share * np.sqrt(np.sum(terms.spread**2))),
        float(times * terms.squared_error.sum()),
        float(times * kl.kl.sum()),
        float(times * np.sqrt(count) * np.hypot(kl.error, kl.single / np.sqrt(draws))),
    )
