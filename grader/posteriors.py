"""A variational autoencoder whose posterior is far from the prior, although nothing has trained it.

The KL divergence of a fresh model is next to nothing, so no loss shows how it is weighed, and a trained model would
mix the verdict on the loss with that on the training. Larger weights move the posterior away from the prior, whatever
the network looks like. There both terms of the loss are large, and a few steps show whether the KL divergence pulls
the posterior back.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .elbo import BatchLoss, Terms, batch_loss, expect_negative_elbo, terms_of
from .expect import Evidence, Failed, rounded
from .gaussians import KLEstimate
from .lab import Lab, Model
from .training import RATE

BETA = 20.0
FAR = 3.0  # nats per image
FACTORS = (2.0, 1.25, 1.2, 1.2, 1.2, 1.2)  # of the weights, one after the other: 2 to 3 is enough for the reference
IMAGES, BATCH, PULLS = 8, 16, 8
INFORMATIVE = 2.0  # nats per image

Divergence = Callable[[Model, np.ndarray, bool], KLEstimate]  # of the model's posteriors for images, in training or not


@dataclass(frozen=True)
class FarModel:
    """The model, its images (8, 28, 28, 1), and what was measured at rest, at learning rate 0.

    same: losses of one and the same batch.
    """

    model: Model
    images: np.ndarray
    divergence: Divergence
    terms: Terms
    same: np.ndarray
    many: np.ndarray
    times: int

    def losses(self, terms: Terms) -> list[BatchLoss]:
        """A small and a large batch, which mistakes with means over the batch tell apart."""
        return [batch_loss(terms, BETA, 1, self.same), batch_loss(terms, BETA, self.times, self.many)]


def far_model(lab: Lab, part: str, name: str, divergence: Divergence, times: int) -> FarModel:
    """Build it, move its posterior away from the prior, and measure. times: how often the large batch has an image."""
    model = lab.create(part, name, encoding_size=10, beta=BETA)
    images = lab.images.training(0, IMAGES)
    model.reconstruct(images)  # builds what is built late
    model.set_learning_rate(0.0)
    for factor in FACTORS:
        model.scale_weights(factor)
        found = divergence(model, images, False)
        if found.kl.mean() > FAR:
            break
    terms = terms_of(model, images, found, training=False)
    many = np.tile(images, (times, 1, 1, 1))
    return FarModel(model, images, divergence, terms, model.steps(images, 3), model.steps(many, 1), times)


def expect_loss_of(far: FarModel) -> Evidence:
    """The losses are the negative ELBO.

    Where layers act otherwise in training, as dropout and batch normalization do, it may be that of either way.
    """
    try:
        return expect_negative_elbo(far.losses(far.terms), far.model.encoding_size)
    except Failed:
        divergence = far.divergence(far.model, far.images, True)
        in_training = terms_of(far.model, far.images, divergence, training=True)
        try:
            return expect_negative_elbo(far.losses(in_training), far.model.encoding_size)
        except Failed:
            pass
        raise


def expect_fresh_losses(far: FarModel) -> None:
    """The same batch has different losses, at the same weights, if training samples."""
    if len(set(far.same.tolist())) == 1:
        raise Failed(
            "The same batch has exactly the same loss again and again: training sees no fresh noise.",
            "What does the decoder get while it is trained, and how often is its noise drawn?",
        )


def pull(far: FarModel) -> tuple[float, float]:
    """The KL divergence before and after a few steps on the same images, in nats an image."""
    before = far.divergence(far.model, far.images, False)
    far.model.set_learning_rate(RATE)
    far.model.steps(np.tile(far.images, (BATCH // IMAGES, 1, 1, 1)), PULLS)
    far.model.set_learning_rate(0.0)
    after = far.divergence(far.model, far.images, False)
    return float(before.kl.mean()), float(after.kl.mean())


def expect_pull(before: float, after: float, what: str = "encoder") -> Evidence:
    """With a large beta a few steps take away more than half of what there was, in nats per image."""
    evidence = Evidence(
        f"less than half after {PULLS} steps with beta {BETA:g}", f"{rounded(before)}, then {rounded(after)} nats"
    )
    if not (after < before / 2 or after < INFORMATIVE / 4):
        raise Failed(
            f"With beta {BETA:g}, {PULLS} steps should pull the posterior to the prior, but its distance went from "
            f"{before:.3g} to {after:.3g} nats an image: the KL divergence does not pull at the {what}.",
            "Does the gradient of the KL divergence reach all that the encoder computes?",
            evidence,
        )
    return evidence


def expect_informative(beta: float, kl: float, means: np.ndarray) -> None:
    """With a small beta the posteriors of images are worth some nats, and their means (B, d) have both signs."""
    if not kl > INFORMATIVE:
        raise Failed(
            f"With beta {beta:g} the encoding should stay informative, but its KL is {kl:.3g} nats an image.",
            "Does beta weigh the KL divergence alone, and does the cross-entropy reach the encoder through the sample?",
            Evidence(f"above {INFORMATIVE:g} nats with beta {beta:g}", rounded(kl)),
        )
    if not means.min() < -0.05:
        raise Failed(
            "The posterior's mean is never negative, so half of the latent space is never used.",
            "A mean may be any number: which activation keeps it from that?",
            Evidence("means of both signs", f"from {rounded(means.min(), 2)} on"),
        )
