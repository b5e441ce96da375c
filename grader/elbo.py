"""The negative ELBO under examination: which weighing of cross-entropy and KL divergence explains the losses."""

from dataclasses import dataclass

import numpy as np

from .expect import Evidence, Failed, rounded
from .formulas import Weights, weighings
from .lab import Lab, Model
from .measures import cross_entropy

ALLOWED = 5.0  # standard errors
ROOM = 0.01  # of the cross-entropy, for layers that act otherwise while training; 5 % with the 5 standard errors


@dataclass(frozen=True)
class FirstLoss:
    """The first loss of a fresh model beside the grader's own two terms for it, summed over the batch, in nats.

    The errors are one standard error each: of the cross-entropy, because the loss has drawn other samples, and of the
    KL divergence, because it was estimated, here or in the loss (0 where both are exact).
    """

    beta: float
    loss: float
    cross_entropy: float
    cross_entropy_error: float
    kl: float
    kl_error: float = 0.0

    def predicted(self, weights: Weights) -> float:
        """The loss under a weighing."""
        return weights.cross_entropy * self.cross_entropy + weights.divergence * self.beta * self.kl

    def deviation(self, weights: Weights) -> float:
        """How far the loss is from what a weighing predicts, in standard errors."""
        room = ROOM * self.cross_entropy + self.cross_entropy_error
        error = np.hypot(weights.cross_entropy * room, weights.divergence * self.beta * self.kl_error)
        return float(abs(self.loss - self.predicted(weights)) / max(error, 1e-9))


def expect_negative_elbo(losses: list[FirstLoss], batch: int, size: int) -> Evidence:
    """Raise Failed unless one right weighing explains every loss within 5 standard errors."""
    # A beta that is applied wrongly gives another weighing at each beta, so weighings are compared by position.
    tables = [weighings(batch, size, first.beta) for first in losses]
    worst = [
        float(np.max([first.deviation(row) for first, row in zip(losses, rows, strict=True)]))  # keeps a NaN
        for rows in zip(*tables, strict=True)
    ]
    best = int(np.argmin(worst))
    evidence = Evidence(
        [f"beta {f.beta:g}: {rounded(f.predicted(tables[0][0]))}, or their mean an image" for f in losses],
        [f"beta {f.beta:g}: {rounded(f.loss)}" for f in losses],
    )
    right = min(worst[0], worst[1])
    if right <= ALLOWED:
        return evidence
    story = tables[0][best].story if worst[best] <= ALLOWED else ""
    message = "The loss is not the cross-entropy plus beta times the KL divergence, each summed over the batch"
    raise Failed(
        f"{message}: {story}." if story else f"{message}.", "Write down both terms for one image, then sum.", evidence
    )


def first_loss(
    model: Model, images: np.ndarray, times: int, beta: float, kl: float, kl_error: float = 0.0
) -> FirstLoss:
    """Take the first training step of `model` on images that come `times` times each, and put our terms beside it."""
    nats = cross_entropy(images, model.reconstruct(images))
    spread = nats.reshape(times, -1).std(axis=0, ddof=1)  # of each image, over its samples
    error = np.sqrt(2 * times * np.sum(spread**2))  # the loss and our own sum draw independently
    return FirstLoss(beta, model.fit_iteration(images), float(nats.sum()), float(error), kl, kl_error)


def repeated_images(lab: Lab, count: int, times: int) -> np.ndarray:
    """`count` different training images, each `times` times: (count * times, 28, 28, 1)."""
    return np.tile(lab.images.training(0, count), (times, 1, 1, 1))
