"""Checks of the part `gaussian_vae`."""

import numpy as np
from hypothesis import strategies as st

from .. import expect, moments
from ..elbo import expect_negative_elbo, first_loss, repeated_images
from ..expect import Evidence, Failed, rounded
from ..formulas import WRONG_KL, kl_divergence
from ..isolation.wire import Want
from ..lab import Lab, Model
from ..properties import for_all
from ..registry import check
from ..training import BATCH_SIZE, RATE, expect_fresh_noise
from . import shapes

PART, CLASS = "gaussian_vae", "GaussianVAE"
COLLAPSED, INFORMATIVE = 1.0, 2.0  # nats per image


def parameters_of(model: Model, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """encode_parameters: (B, 28, 28, 1) -> mean and log-variance, (B, encoding_size) each."""
    want = Want("float32", (len(images), model.encoding_size))
    means, log_variances = model.call("encode_parameters", [images], want, want)
    return means, log_variances


def trained_with_beta(lab: Lab, beta: float, steps: int) -> Model:
    """A model that was trained for some steps with this beta."""

    def train(lab: Lab) -> Model:
        model = lab.create(PART, CLASS, encoding_size=10, beta=beta)
        model.set_learning_rate(RATE)
        model.train(lab.images.batches(0, steps, BATCH_SIZE))
        return model

    return lab.once_under((PART, beta), train)


@check(points=2)
def parameters_have_requested_size(lab: Lab) -> Evidence:
    """The encoder gives a mean and a log-variance of the requested size for every image."""
    seen: list[int] = []

    def claim(encoding_size: int, batch_size: int) -> None:
        parameters_of(shapes.of_size(lab, PART, CLASS, encoding_size), lab.images.held_out(batch_size))
        seen.append(encoding_size)

    for_all(lab, claim, shapes.FIRST, examples=2, encoding_size=shapes.SIZES, batch_size=shapes.BATCHES)
    return Evidence("mean and log-variance (B, encoding_size)", f"right for encoding sizes {sorted(set(seen))}")


@check(points=4)
def kl_matches_closed_form(lab: Lab) -> Evidence:
    """`kl_divergence` is the closed form for two Gaussians, in nats, one number an image."""

    def claim(encoding_size: int, batch_size: int, spread: float) -> None:
        random = lab.random(f"kl {encoding_size} {batch_size}")
        mean, log_variance = (spread * random.normal(size=(2, batch_size, encoding_size))).astype(np.float32)
        found = lab.call_function(PART, "kl_divergence", [mean, log_variance], Want("float32", (batch_size,)))
        right = kl_divergence(*_double(mean, log_variance))
        tolerance = 1e-4 * (1 + float(np.abs(right).max()))
        if not expect.close(found, right, tolerance):
            raise Failed(
                f"kl_divergence is not the closed form{_kl_story(lab, encoding_size)}.",
                "Compare with the formula in the text, term by term, on a case you can compute by hand.",
                Evidence([rounded(r) for r in right[:3]], [rounded(f) for f in found[:3]]),
            )

    first = ({"encoding_size": 4, "batch_size": 3, "spread": 1.0}, {"encoding_size": 3, "batch_size": 2, "spread": 0.0})
    draws = {"encoding_size": st.integers(1, 64), "batch_size": st.integers(1, 6), "spread": st.floats(0, 1.5)}
    for_all(lab, claim, first, examples=8, **draws)
    return Evidence("the closed form, and 0 at the prior", "equal to 1 part in 10,000")


def _double(mean: np.ndarray, log_variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return mean.astype(np.float64), log_variance.astype(np.float64)


def _kl_story(lab: Lab, encoding_size: int) -> str:
    """Which known wrong formula fits at a telling case: several rows and dimensions, nothing 0."""
    random = lab.random("telling kl")
    mean, log_variance = random.normal(size=(2, 5, max(encoding_size, 3))).astype(np.float32)
    found = lab.call_function(PART, "kl_divergence", [mean, log_variance], Want("float32", (5,)))
    parameters = _double(mean, log_variance)
    fits = [story for story, wrong in WRONG_KL.items() if expect.close(found, wrong(*parameters), 1e-3)]
    return f": {fits[0]}" if fits else ""


@check(points=3, needs=[parameters_have_requested_size])
def samples_match_parameters(lab: Lab) -> Evidence:
    """Samples have the mean and the variance that were asked for, and fresh noise at each call.

    20,000 samples; about 30 statistics, each allowed 5 standard errors, so a right solution fails less than once in
    50,000 runs.
    """
    model = shapes.of_size(lab, PART, CLASS, 3)
    mean = np.tile(np.array([0.7, -1.2, 0.3], np.float32), (2000, 1))
    log_variance = np.tile(np.array([1.3, -1.3, 0.4], np.float32), (2000, 1))
    samples = model.call("sample", [mean, log_variance], Want("float32", mean.shape), repeats=10)[0]
    moments.expect_gaussian_noise(samples, mean[0], log_variance[0])
    _expect_encode_samples(lab, trained_with_beta(lab, 0.1, 80))
    expect_fresh_noise(lab, trained_with_beta(lab, 0.1, 80))
    return Evidence("mean, variance and independence of a Gaussian", "all within 5 standard errors")


def _expect_encode_samples(lab: Lab, model: Model) -> None:
    images = lab.images.held_out(8)
    mean, log_variance = parameters_of(model, images)
    draws = model.encode_often(images, 256)  # (256, 8, 10)
    moments.expect_standard((draws - mean) / np.exp(log_variance / 2), "encode")


@check(points=4, needs=[parameters_have_requested_size])
def loss_is_negative_elbo(lab: Lab) -> Evidence:
    """The loss is the cross-entropy plus beta times the KL divergence, summed over the batch."""
    images = repeated_images(lab, 8, 4)
    first_losses = []
    for beta in (1e3, 1e5):  # at the start the KL is about 0.02 nats an image, and the cross-entropy 543
        lab.seed_submission(f"{PART} loss {beta}")
        model = lab.create(PART, CLASS, encoding_size=10, beta=beta)
        kl = float(kl_divergence(*_double(*parameters_of(model, images))).sum())
        first_losses.append(first_loss(model, images, 4, beta, kl))
        model.forget()
    return expect_negative_elbo(first_losses, len(images), 10)


@check(points=3, needs=[parameters_have_requested_size])
def beta_pulls_posterior_to_prior(lab: Lab) -> Evidence:
    """A large beta pulls the posterior to the prior; a small one leaves it informative."""
    images = lab.images.held_out(64)
    found = {}
    for beta, steps in ((100.0, 60), (0.1, 80)):
        parameters = parameters_of(trained_with_beta(lab, beta, steps), images)
        found[beta] = float(kl_divergence(*_double(*parameters)).mean())
    return expect_pull((100.0, found[100.0]), (0.1, found[0.1]))


def expect_pull(strong: tuple[float, float], weak: tuple[float, float]) -> Evidence:
    """(beta, KL after training with it in nats per image) for a large and for a small beta."""
    (large, collapsed), (small, informative) = strong, weak
    evidence = Evidence(
        f"below {COLLAPSED:g} nats with beta {large:g}, above {INFORMATIVE:g} with beta {small:g}",
        f"{rounded(collapsed)} with beta {large:g}, {rounded(informative)} with beta {small:g}",
    )
    if not collapsed < COLLAPSED:
        raise Failed(
            f"With beta {large:g} the posterior should be near the prior; its KL is {collapsed:.3g} nats an image.",
            "Does the gradient of the KL divergence reach the encoder, weighted by beta?",
            evidence,
        )
    if not informative > INFORMATIVE:
        raise Failed(
            f"With beta {small:g} the encoding should stay informative; its KL is {informative:.3g} nats an image.",
            "Does beta weigh the KL divergence, and the KL divergence alone?",
            evidence,
        )
    return evidence
