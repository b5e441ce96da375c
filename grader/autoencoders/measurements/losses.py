"""Losses of batches beside the grader's own terms for them: cross-entropy and KL divergence, each with its error."""

from dataclasses import dataclass

import numpy as np

from ...stats.formulas import Weights
from ...stats.gaussians import KLEstimate
from ...stats.metrics import cross_entropy
from ..subject import Model

ROOM = 0.004  # of the cross-entropy, for arithmetic of other precision; 2 % with the standard errors
ARITHMETIC = 1e-4  # of the loss, at least: sums in single precision
ROUNDING = 1e-6  # nats an image: what is left of terms that cancel
DRAWS = 16  # reconstructions of an image
BINARY = 0.5  # from here on a pixel is ink for whoever binarizes his targets


@dataclass(frozen=True)
class Terms:
    """The grader's own terms of the loss for some images (n,), in nats, each the mean of DRAWS reconstructions.

    spread: the deviation of the cross-entropy of a single reconstruction, (n,). binarized: the cross-entropy towards
    the images in black and white.
    """

    cross_entropy: np.ndarray
    spread: np.ndarray
    squared_error: np.ndarray
    binarized: np.ndarray
    divergence: KLEstimate


@dataclass(frozen=True)
class BatchLoss:
    """The mean of some losses of one batch at learning rate 0, beside the grader's terms for it, in nats.

    Terms are sums over the batch. The errors are one standard error each. cross_entropy_error, kl_error: of the
    grader's own estimates. own_error: of the loss, as its repeats show it; as far as `drawn_cross_entropy` and
    `drawn_kl` go it is allowed, which are the errors of one reconstruction and of a one-sample estimate of the KL.
    """

    beta: float
    batch: int
    loss: float
    cross_entropy: float
    cross_entropy_error: float
    squared_error: float
    kl: float
    kl_error: float = 0.0
    own_error: float = np.inf
    drawn_cross_entropy: float = 0.0
    drawn_kl: float = 0.0
    binarized: float = np.nan

    def predicted(self, weights: Weights) -> float:
        """The loss under a weighing."""
        seen = weights.cross_entropy * self.cross_entropy + weights.squared_error * self.squared_error
        return seen + weights.divergence * self.beta * self.kl

    def error(self, weights: Weights) -> float:
        """One standard error of the difference; those of the terms and of the loss are added."""
        seen, told = weights.cross_entropy + weights.squared_error, abs(weights.divergence * self.beta)
        ours = abs(seen) * (ROOM * self.cross_entropy + self.cross_entropy_error) + told * self.kl_error
        own = min(self.own_error, abs(seen) * self.drawn_cross_entropy + told * self.drawn_kl)
        return float(max(ours + own, ARITHMETIC * abs(self.loss), ROUNDING * self.batch))

    def deviation(self, weights: Weights) -> float:
        """How far the loss is from what a weighing predicts, in standard errors."""
        return float(abs(self.loss - self.predicted(weights)) / self.error(weights))


def terms_of(model: Model, images: np.ndarray, divergence: KLEstimate, training: bool) -> Terms:
    """Reconstruct each image DRAWS times and compare; `training` as in `Model.call`."""
    repeated = np.tile(images, (DRAWS, 1, 1, 1))
    found = model.reconstruct(repeated, training=training)
    nats = cross_entropy(repeated, found).reshape(DRAWS, -1)
    squares = ((repeated.astype(np.float64) - found) ** 2).reshape(DRAWS, len(images), -1).sum(axis=2)
    binarized = cross_entropy(repeated > BINARY, found).reshape(DRAWS, -1).mean(axis=0)
    return Terms(nats.mean(axis=0), nats.std(axis=0, ddof=1), squares.mean(axis=0), binarized, divergence)


def batch_loss(terms: Terms, beta: float, times: int, losses: np.ndarray, spread: float = np.inf) -> BatchLoss:
    """Put our terms beside the mean of some losses of a batch that holds every image `times` times.

    spread: the deviation of the loss of one image, as a share of it, as repeats of the loss show it.
    """
    draws = times * len(losses)  # what the losses have drawn of an image
    kl, count, loss = terms.divergence, len(terms.cross_entropy), float(np.mean(losses))
    scatter = float(np.sqrt(np.sum(terms.spread**2)))
    return BatchLoss(
        beta,
        times * count,
        loss,
        float(times * terms.cross_entropy.sum()),
        times * scatter / np.sqrt(DRAWS),
        float(times * terms.squared_error.sum()),
        float(times * kl.kl.sum()),
        float(times * np.sqrt(count) * kl.error),
        abs(loss) * spread / np.sqrt(draws * count),
        times * scatter / np.sqrt(draws),
        float(times * np.sqrt(count) * kl.single / np.sqrt(draws)),
        float(times * terms.binarized.sum()),
    )
