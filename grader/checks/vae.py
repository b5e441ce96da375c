"""Checks of the part `vae`."""

import numpy as np

from .. import expect
from ..elbo import expect_negative_elbo, first_loss, repeated_images
from ..expect import Evidence, Failed, rounded
from ..gaussians import gaussian_kl, kl_from_samples
from ..isolation.wire import Want
from ..lab import Lab, Model
from ..properties import for_all
from ..registry import check
from ..training import BATCH_SIZE, RATE, Trained, expect_fresh_noise, expect_good_reconstructions, train_until
from . import shapes
from .gaussian_vae import expect_pull

PART, CLASS = "vae", "VariationalAutoencoder"
GOOD_RECONSTRUCTION = 175.0  # nats per image
BETAS = (3.0, 300.0)  # the cross-entropy shows at the first, the KL divergence at the second
STRONG = 100.0
DRAWS, TIMES = 256, 48


def trained(lab: Lab) -> Trained:
    """The one model of this part that is trained with beta 1."""
    return train_until(lab, lab.create(PART, CLASS, encoding_size=10, beta=1.0), GOOD_RECONSTRUCTION, at_least=200)


def fresh(lab: Lab, beta: float) -> Model:
    """The untrained model with this beta; made once."""

    def build(lab: Lab) -> Model:
        return lab.create(PART, CLASS, encoding_size=10, beta=beta)

    return lab.once_under((PART, beta), build)


@check(points=4)
def sampling_layer_has_kl_regularizer(lab: Lab) -> Evidence:
    """The sampling layer carries a KL divergence regularizer towards a standard normal prior, with weight beta."""
    for beta in BETAS:
        facts, arrays = fresh(lab, beta).sampling_layer(lab)
        expect.that(
            facts.get("is_distribution_layer") is True,
            f"sampling_layer is a {facts.get('layer')}, which is no layer of TensorFlow Probability that samples.",
            "Which tfp layer turns parameters into a distribution?",
        )
        expect.that(
            facts.get("is_kl_regularizer") is True,
            f"The sampling layer's activity regularizer is {_missing_or(facts.get('regularizer'))}.",
            "Give the layer an activity_regularizer that measures the KL divergence from the prior.",
        )
        expect.that(facts.get("prior_variables") == 0, "The prior has trainable variables.", "The prior stands still.")
        _expect_standard_prior(lab, arrays[3])
        _expect_weight(beta, *arrays[:3])
    return Evidence("N(0, I) and weight beta", f"so at beta {BETAS[0]:g} and {BETAS[1]:g}")


def _missing_or(kind: object) -> str:
    return "missing" if kind == "NoneType" else f"a {kind}"


def _expect_standard_prior(lab: Lab, found: np.ndarray) -> None:
    probes = Model.prior_probes(lab, 10).astype(np.float64)
    right = -0.5 * (probes**2 + np.log(2 * np.pi)).sum(axis=1)
    if not expect.close(found, right, 1e-3):
        raise Failed(
            "The prior is not a normal distribution with mean 0 and variance 1 in every component.",
            "Look at the prior's location, its scale, and the number of its components.",
            Evidence([rounded(r) for r in right[:3]], [rounded(f) for f in found[:3]]),
        )


def _expect_weight(beta: float, mean: np.ndarray, covariance: np.ndarray, value: np.ndarray) -> None:
    """The regularizer gives beta times the KL summed over the batch; a Monte Carlo estimate over 512 rows."""
    kl = gaussian_kl(mean.astype(np.float64), covariance.astype(np.float64)).sum()
    weight = float(value) / kl
    known = {"the weight is not beta but 1": 1.0, "the weight is beta twice": beta**2, "the weight is 0": 0.0}
    if not abs(weight / beta - 1) < 0.25:
        story = next((f": {text}" for text, w in known.items() if abs(weight - w) < 0.25 * max(w, 0.2)), "")
        raise Failed(
            f"The regularizer does not give beta times the KL divergence{story}.",
            "The regularizer has a weight.",
            Evidence(f"{beta:g} times the KL", f"{rounded(weight, 2)} times the KL"),
        )


@check(points=3)
def encoding_is_sampled_at_any_size(lab: Lab) -> Evidence:
    """Encodings have the requested size and are sampled anew at each call."""
    seen: list[int] = []

    def claim(encoding_size: int, batch_size: int) -> None:
        model, images = shapes.of_size(lab, PART, CLASS, encoding_size), lab.images.held_out(batch_size)
        two = model.call("encode", [images], Want("float32", (batch_size, encoding_size)), repeats=2)[0]
        expect.that(
            not np.any(np.all(two[0] == two[1], axis=1)),
            "Two encodings of the same image are equal: nothing is sampled.",
            "The encoding is what the sampling layer draws, not its mean.",
        )
        seen.append(encoding_size)

    for_all(lab, claim, shapes.FIRST, examples=1, encoding_size=shapes.SIZES, batch_size=shapes.BATCHES)
    return Evidence("(B, encoding_size), different at each call", f"right for encoding sizes {sorted(set(seen))}")


@check(points=3, needs=[encoding_is_sampled_at_any_size])
def loss_is_negative_elbo(lab: Lab) -> Evidence:
    """The loss is the cross-entropy plus beta times the KL divergence, summed over the batch.

    The KL in the loss is itself a Monte Carlo estimate, of one sample an image, so its own spread is allowed for.
    """
    images = repeated_images(lab, 8, TIMES)
    first_losses = []
    for beta in BETAS:
        model = fresh(lab, beta)
        estimate = kl_from_samples(model.encode_often(images[:8], DRAWS))
        error = np.hypot(TIMES * np.sqrt(8) * estimate.error, np.sqrt(len(images)) * estimate.single)
        first_losses.append(first_loss(model, images, TIMES, beta, TIMES * float(estimate.kl.sum()), float(error)))
    return expect_negative_elbo(first_losses, len(images), 10)


@check(points=3, needs=[encoding_is_sampled_at_any_size])
def beta_pulls_posterior_to_prior(lab: Lab) -> Evidence:
    """A large beta pulls the posterior to the prior; a small one leaves it informative."""
    images = lab.images.held_out(8)
    model = lab.create(PART, CLASS, encoding_size=10, beta=STRONG)
    model.set_learning_rate(RATE)
    model.train(lab.images.batches(0, 100, BATCH_SIZE))
    strong, weak = (kl_from_samples(m.encode_often(images, 128)).kl for m in (model, lab.once(trained).model))
    return expect_pull((STRONG, float(strong.mean())), (1.0, float(weak.mean())))


@check(points=3, needs=[encoding_is_sampled_at_any_size])
def reconstructs_unseen_images(lab: Lab) -> Evidence:
    """Reconstructions of unseen images are clearly better than the mean image."""
    expect_fresh_noise(lab, lab.once(trained).model)
    return expect_good_reconstructions(lab, PART, lab.once(trained), GOOD_RECONSTRUCTION)
