"""The negative ELBO under examination: which weighing of cross-entropy and KL divergence explains the losses."""

from dataclasses import dataclass

import numpy as np

from .expect import Evidence, Failed, rounded
from .formulas import Weights, weighings
from .lab import Lab, Model
from .measures import cross_entropy


@dataclass(frozen=True)
class FirstLoss:
    """The first loss of a fresh model, and the grader's own two terms for it, summed over the batch, in nats."""

    beta: float
    loss: float
    cross_entropy: float
    kl: float
    kl_error: float  # standard error of `kl`, 0 where it is exact

    def predicted(self, weights: Weights) -> float:
        """The loss under a weighing."""
        return weights.cross_entropy * self.cross_entropy + weights.divergence * self.beta * self.kl

    def deviation(self, weights: Weights, room: float) -> float:
        """How far the loss is from a weighing, in units of what sampling explains."""
        explained = room * abs(self.predicted(weights)) + abs(weights.divergence) * self.beta * self.kl_error
        return abs(self.loss - self.predicted(weights)) / max(explained, 1e-9)


def expect_negative_elbo(losses: list[FirstLoss], batch: int, size: int, room: float) -> Evidence:
    """Raise Failed unless one right weighing explains every loss, and better than any wrong one.

    room: the relative spread that sampling gives a loss, at about one standard error; 5 of them are allowed.
    """
    # A beta that is applied wrongly gives another weighing at each beta, so weighings are compared by position.
    tables = [weighings(batch, size, first.beta) for first in losses]
    worst = [
        max(first.deviation(row, room) for first, row in zip(losses, rows, strict=True))
        for rows in zip(*tables, strict=True)
    ]
    best = int(np.argmin(worst))
    evidence = Evidence(
        [f"beta {f.beta:g}: {rounded(f.predicted(tables[0][0]))}, or their mean an image" for f in losses],
        [f"beta {f.beta:g}: {rounded(f.loss)}" for f in losses],
    )
    right = min(worst[0], worst[1])
    if right <= 5:
        return evidence
    story = tables[0][best].story if worst[best] <= 5 else ""
    message = "The loss is not the cross-entropy plus beta times the KL divergence, each summed over the batch"
    raise Failed(
        f"{message}: {story}." if story else f"{message}.", "Write down both terms for one image, then sum.", evidence
    )


def first_loss(model: Model, images: np.ndarray, beta: float, kl: float, kl_error: float = 0.0) -> FirstLoss:
    """Take the first training step of `model` and put the grader's terms beside its loss."""
    reconstructions = model.reconstruct(images)
    return FirstLoss(
        beta, model.fit_iteration(images), float(cross_entropy(images, reconstructions).sum()), kl, kl_error
    )


def repeated_images(lab: Lab, count: int, times: int) -> np.ndarray:
    """`count` different training images, each `times` times: (count * times, 28, 28, 1)."""
    return np.tile(lab.images.training(0, count), (times, 1, 1, 1))
