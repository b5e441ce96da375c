"""Losses of a model at rest, where they tell: posteriors near to and far from the prior, images with and without grey.

A loss may be random. How much it scatters is seen in its own repeats, and it is allowed to scatter as one
reconstruction and a one-sample estimate of the KL divergence do, which the grader computes. One that scatters more is
repeated until its mean is as sure, and fails if it never is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...core.expect import Evidence, Failed, rounded
from ...stats.formulas import Weights
from ...stats.gaussians import KLEstimate
from ..subject import Model
from .elbo import expect_negative_elbo, is_explained
from .losses import ROOM, BatchLoss, Terms, batch_loss, terms_of
from .weights import losses_of_frozen_weights

IMAGES = 8
REPEATS, OF_LARGE = 8, 2  # losses of the small batch and of the large one
MOST_REPEATS = 64
RISING = 0.93  # the correlation of a loss with the number of its step
NOISY = 3.0  # times the scatter of a one-sample estimate; REPEATS honest losses show it once in 10 billion
SURELY = 4.0  # times the deviation that so few repeats show; it is less than a quarter of the true one never
GREY = np.float32(0.45)  # of the ink: images without black and white

Divergence = Callable[[Model, np.ndarray, bool], KLEstimate]  # for images, as in the loss or not


@dataclass(frozen=True)
class Situation:
    """A model's terms for some images, and losses of a batch that holds each once, and of one that holds each often."""

    beta: float
    terms: Terms
    small: np.ndarray
    large: np.ndarray
    times: int

    def losses(self) -> list[BatchLoss]:
        """The small and the large batch, which mistakes with means over the batch tell apart."""
        spread = SURELY * self._spread
        found = [batch_loss(self.terms, self.beta, 1, self.small, spread)]
        return found + ([batch_loss(self.terms, self.beta, self.times, self.large, spread)] if self.large.size else [])

    @property
    def _spread(self) -> float:
        """The deviation of the loss of one image as a share of it, from the repeats of both batches."""
        count = len(self.terms.cross_entropy)
        batches = [(count, self.small), (count * self.times, self.large)]
        squares = [size * seen.var() * len(seen) / max(seen.mean() ** 2, 1e-12) for size, seen in batches if seen.size]
        return float(np.sqrt(sum(squares) / max(sum(seen.size - 1 for _, seen in batches if seen.size), 1)))

    @property
    def is_finite(self) -> bool:
        """Whether there are numbers to compare."""
        return bool(np.isfinite([*self.small, *self.terms.cross_entropy, *self.terms.divergence.kl]).all())

    @property
    def is_rising(self) -> bool:
        """Whether the repeats of the small batch cost more from step to step, as chance has it once in 2,500."""
        if np.ptp(self.small) == 0:
            return False
        return bool(np.corrcoef(np.arange(len(self.small)), self.small)[0, 1] > RISING)

    @property
    def is_noisy(self) -> bool:
        """Whether so many repeats leave the mean of the small batch NOISY times less sure than REPEATS honest ones."""
        found = batch_loss(self.terms, self.beta, 1, self.small[:REPEATS])
        allowed = found.drawn_cross_entropy + self.beta * found.drawn_kl + ROOM * found.cross_entropy / np.sqrt(REPEATS)
        predicted = found.predicted(Weights(1.0, 1.0))
        sure = predicted * float(self.small.std(ddof=1) / abs(self.small.mean())) / np.sqrt(len(self.small))
        return bool(sure > NOISY * allowed)


def situation_of(model: Model, images: np.ndarray, beta: float, found: KLEstimate, times: int) -> Situation:
    """Measure a model at learning rate 0 whose phases are noted; found: its KL divergence as in the loss."""
    terms = terms_of(model, images, found, training=True)
    seen = Situation(beta, terms, model.steps(images, REPEATS), np.zeros(0), times)
    if seen.is_noisy:
        seen = replace(seen, small=np.concatenate([seen.small, model.steps(images, MOST_REPEATS - REPEATS)]))
    return replace(seen, large=model.steps(np.tile(images, (times, 1, 1, 1)), OF_LARGE))


def at_rest(model: Model, images: np.ndarray, beta: float, divergence: Divergence) -> Situation:
    """The same of a trained model, one batch alone: as many images as it was trained on at a time."""
    small = losses_of_frozen_weights(model, np.repeat(images[None], REPEATS, axis=0))
    model.note_phases(images)
    terms = terms_of(model, images, divergence(model, images, True), training=True)
    return Situation(beta, terms, small, np.zeros(0), 1)


def resting(trained: Callable[[], Model], images: np.ndarray, beta: float, divergence: Divergence) -> list[Situation]:
    """A trained model at rest, on images whose targets tell; none where its training fails, or its numbers have no end.

    What ends so has lost its points in the check of that training.
    """
    try:
        found = at_rest(trained(), grey_and_inked(images), beta, divergence)
    except Failed:
        return []
    return [found] if found.is_finite else []


def grey_and_inked(images: np.ndarray) -> np.ndarray:
    """Every other image with all its ink, the others without black and white, so that other targets show."""
    strengths = np.where(np.arange(len(images)) % 2, GREY, np.float32(1))
    return np.asarray(images * strengths.reshape(-1, 1, 1, 1), np.float32)


def expect_loss_in(
    situations: Sequence[Situation], size: int, own: Callable[[], Sequence[BatchLoss]] = list
) -> Evidence:  # fmt: skip
    """The losses in all situations are the negative ELBO.

    own: the same losses with the submission's own KL divergence, where it has one. What is wrong with that one has
    cost its points elsewhere.
    """
    losses = [loss for each in situations for loss in each.losses()]
    try:
        evidence = expect_negative_elbo(losses, size)
    except Failed as failed:
        if (carried := own()) and is_explained(carried):
            return Evidence(failed.evidence.expected if failed.evidence else None, "right but for your kl_divergence")
        raise _of_all(failed, situations) from None
    for each in situations:
        if each.is_noisy:
            raise _noise(each)
    return evidence


def _of_all(failed: Failed, situations: Sequence[Situation]) -> Failed:
    """The failure, or what explains it better: a weight that grows from step to step, or noise."""
    if any(each.is_rising for each in situations):
        message = "The same batch costs more from step to step while nothing is trained: the weight of a term grows."
        hint = "Weigh the KL divergence with beta, which stays as it is."
        return Failed("elbo.weight_changes", message, hint, failed.evidence)
    noisy = [each for each in situations if each.is_noisy]
    return _noise(noisy[0]) if noisy and failed.code == "elbo.unknown" else failed


def _noise(situation: Situation) -> Failed:
    return Failed(
        "elbo.noise",
        "The losses of one and the same batch scatter by {spread:.3g}, more than the sampling of encodings explains.",
        "What is random in the loss beside the encodings?",
        Evidence("the scatter of one sample of each encoding", [rounded(x) for x in situation.small[:4]]),
        spread=float(situation.small.std(ddof=1)),
    )
