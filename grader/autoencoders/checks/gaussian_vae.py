"""Checks of the part `gaussian_vae`."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from ...core import expect
from ...core.expect import Evidence, Failed, NotImplementedYet, rounded
from ...protocol.frames import Want
from ...stats import moments
from ...stats.causes import Diagnosis, first_fit
from ...stats.formulas import WRONG_KL, kl_divergence
from ...stats.gaussians import KLEstimate, deviation_of_ratio
from ...subject.properties import for_all
from ..measurements.alone import expect_same
from ..measurements.fitting import expect_fresh_noise_in_fit, expect_same_loss_in_fit
from ..measurements.losses import BatchLoss
from ..measurements.posteriors import (
    BETA,
    FRESH_BETA,
    FarModel,
    expect_fresh_losses,
    expect_informative,
    expect_pull,
    far_model,
    near_situation,
)
from ..measurements.situations import Situation, expect_loss_in, resting
from ..measurements.training import BATCH_SIZE, RATE
from ..ranges import ENCODING_SIZES
from ..registry import CHECKS
from ..subject import Model, Subject
from ..thresholds import INFORMATIVE, STANDARD_ERRORS, STEPS_TO_INFORM, STEPS_TO_PRIOR
from . import shapes

PART, CLASS = "gaussian_vae", "GaussianVAE"
WEAK = 0.1  # a beta
STAGE = 40  # steps; a slow solution gets several
TIMES = 4  # how often a large batch holds each image; a sum of half precision ends at 65,504
IN_TRAINING = 16  # passes through layers that act at random in training


def parameters_of(model: Model, images: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """encode_parameters: (B, 28, 28, 1) -> mean and log-variance, float64 (B, encoding_size) each."""
    want = Want("float32", (len(images), model.encoding_size))
    mean, log_variance = model.call("encode_parameters", [images], want, want, training=training)
    return _double(mean, log_variance)


def divergence_of(model: Model, images: np.ndarray, training: bool) -> KLEstimate:
    """The KL divergence of each image's posterior, exact but for layers that act at random in the loss."""
    mean, log_variance = parameters_of(model, images, training)
    single = deviation_of_ratio(mean, log_variance)
    exact = KLEstimate(kl_divergence(mean, log_variance), 0.0, single, (mean, log_variance))
    if not training or np.array_equal(parameters_of(model, images, training)[0], mean):
        return exact
    repeated = np.tile(images, (IN_TRAINING, 1, 1, 1))
    found = kl_divergence(*parameters_of(model, repeated, training)).reshape(IN_TRAINING, -1)
    scatter = float(found.std(axis=0, ddof=1).mean())
    return KLEstimate(found.mean(axis=0), scatter / np.sqrt(IN_TRAINING), float(np.hypot(single, scatter)))


def near(subject: Subject) -> Situation:
    """A fresh model of this part, with a beta so large that its little KL divergence tells."""
    return near_situation(subject.create(PART, CLASS, encoding_size=10, beta=FRESH_BETA), divergence_of, TIMES)


def far(subject: Subject) -> FarModel:
    """The one model of this part with a large beta, its posterior far from the prior."""
    return far_model(subject.create(PART, CLASS, encoding_size=10, beta=BETA), divergence_of, TIMES)


def weak(subject: Subject) -> Model:
    """The one model with a small beta, trained until its encodings are informative, or for long."""
    model, images = subject.create(PART, CLASS, encoding_size=10, beta=WEAK), subject.images.held_out(64)
    model.set_learning_rate(RATE)
    for start in range(0, int(STEPS_TO_INFORM.limit), STAGE):
        model.train(subject.images.batches(start, STAGE, BATCH_SIZE))
        if divergence_of(model, images, False).kl.mean() > 2 * INFORMATIVE.limit:
            STEPS_TO_INFORM.record(start + STAGE)
            break
    return model


@CHECKS.check(PART, points=2)
def parameters_have_requested_size(subject: Subject) -> Evidence:
    """The encoder gives a mean and a log-variance of the requested size for every image."""
    seen: list[int] = []

    def claim(encoding_size: int, batch_size: int) -> None:
        parameters_of(shapes.of_size(subject, PART, CLASS, encoding_size), subject.images.held_out(batch_size))
        seen.append(encoding_size)

    shapes.for_sizes(subject, claim)
    return Evidence("mean and log-variance (B, encoding_size)", f"right for encoding sizes {sorted(set(seen))}")


@CHECKS.check(PART, points=4)
def kl_matches_closed_form(subject: Subject) -> Evidence:
    """`kl_divergence` is the closed form for two Gaussians, in nats, one number for each image."""

    def claim(encoding_size: int, batch_size: int, spread: float) -> None:
        random = subject.random(f"kl {encoding_size} {batch_size}")
        mean, log_variance = (spread * random.normal(size=(2, batch_size, encoding_size))).astype(np.float32)
        found = subject.call_function(PART, "kl_divergence", [mean, log_variance], Want("float32", (batch_size,)))
        right = kl_divergence(*_double(mean, log_variance))
        tolerance = 1e-4 * (1 + float(np.abs(right).max()))
        if not expect.close(found, right, tolerance):
            diagnosis = _diagnosis_of_kl(subject, encoding_size)
            raise Failed(
                diagnosis.code,
                "kl_divergence is not the closed form. {diagnosis}",
                "Compare with the formula in the text, term by term, on a case you can compute by hand.",
                Evidence([rounded(r) for r in right[:3]], [rounded(f) for f in found[:3]]),
                diagnosis=diagnosis.sentence,
            )

    sizes = ENCODING_SIZES.nearest
    first = (
        {"encoding_size": sizes(4), "batch_size": 3, "spread": 1.0},
        {"encoding_size": sizes(3), "batch_size": 2, "spread": 0.0},
    )
    draws = {
        "encoding_size": st.integers(*ENCODING_SIZES.bounds),
        "batch_size": st.integers(1, 6),
        "spread": st.floats(0, 1.5),
    }
    for_all(subject, claim, first, examples=8, **draws)
    return Evidence("the closed form, and 0 at the prior", "equal to 1 part in 10,000")


def _double(mean: np.ndarray, log_variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return mean.astype(np.float64), log_variance.astype(np.float64)


def _diagnosis_of_kl(subject: Subject, encoding_size: int) -> Diagnosis:
    """Which known wrong formula fits at a telling case: several rows and dimensions, nothing 0."""
    random = subject.random("telling kl")
    mean, log_variance = random.normal(size=(2, 5, max(encoding_size, 3))).astype(np.float32)
    found = subject.call_function(PART, "kl_divergence", [mean, log_variance], Want("float32", (5,)))
    parameters = _double(mean, log_variance)
    known = first_fit(WRONG_KL, lambda wrong: expect.close(found, wrong(*parameters), 1e-3), "kl.unknown")
    factors = found / kl_divergence(*parameters)
    if known.sentence or not np.ptp(factors) <= 1e-3 * abs(factors.mean()) or abs(factors.mean() - 1) < 1e-2:
        return known
    return Diagnosis("kl.other_factor", f"It is {rounded(factors.mean(), 3)} times the KL divergence.")


@CHECKS.check(PART, points=3, needs=[parameters_have_requested_size], thresholds=[STANDARD_ERRORS])
def samples_match_parameters(subject: Subject) -> Evidence:
    """Samples have the mean and the variance that were asked for, and fresh noise at each call.

    20,000 samples; about 30 statistics, each allowed 5.5 standard errors, so a right solution fails less than once in
    800,000 runs.
    """
    model = shapes.of_size(subject, PART, CLASS, 3)
    mean = np.tile(np.array([0.7, -1.2, 0.3], np.float32), (2000, 1))
    log_variance = np.tile(np.array([1.3, -1.3, 0.4], np.float32), (2000, 1))
    samples = model.call("sample", [mean, log_variance], Want("float32", mean.shape), repeats=10)[0]
    moments.expect_gaussian_noise(samples, mean[0], log_variance[0], STANDARD_ERRORS)
    measured = subject.once(far)
    _expect_encode_samples(measured.model, measured.images)
    expect_fresh_losses(measured)
    return Evidence(
        "mean, variance and independence of a Gaussian", f"all within {STANDARD_ERRORS.limit:g} standard errors"
    )


def _expect_encode_samples(model: Model, images: np.ndarray) -> None:
    mean, log_variance = parameters_of(model, images)
    for alone, beside in zip(parameters_of(model, images[:1]), (mean, log_variance), strict=True):
        expect_same(alone, beside[:1])
    draws = model.encode_often(images, 256)  # (256, 8, 10)
    with np.errstate(divide="ignore", invalid="ignore"):  # a deviation of 0 gives what is no number, which fails
        noise = (draws - mean) / np.exp(log_variance / 2)
    moments.expect_standard(noise, "encode", STANDARD_ERRORS)


@CHECKS.check(
    PART, points=3, needs=[parameters_have_requested_size], thresholds=[STEPS_TO_INFORM, INFORMATIVE, STEPS_TO_PRIOR]
)
def beta_pulls_posterior_to_prior(subject: Subject) -> Evidence:
    """A large beta pulls the posterior to the prior; a small one leaves it informative."""
    images = subject.images.held_out(64)
    mean, log_variance = parameters_of(subject.once(weak), images)
    expect_informative(WEAK, float(kl_divergence(mean, log_variance).mean()), mean)
    if not log_variance.min() < -0.1:
        raise Failed(
            "posterior.variance_never_below_one",
            "The posterior's variance is never below 1, as if it could not be smaller than the prior's.",
            "A log-variance may be any number: what keeps it from being negative?",
            Evidence("log-variances of both signs", f"from {rounded(log_variance.min(), 2)} on"),
        )
    measured = subject.once(far)
    return expect_pull(measured, lambda: distances_of(measured), certain=32)


def distances_of(measured: FarModel) -> dict[str, float]:
    """What mean and variance each add to the KL divergence, in nats per image."""
    mean, log_variance = parameters_of(measured.model, measured.images, training=True)
    return {
        "mean": float(kl_divergence(mean, np.zeros_like(mean)).mean()),
        "variance": float(kl_divergence(np.zeros_like(log_variance), log_variance).mean()),
    }


@CHECKS.check(PART, points=4, needs=[parameters_have_requested_size], thresholds=[STANDARD_ERRORS, STEPS_TO_INFORM])
def loss_is_negative_elbo(subject: Subject) -> Evidence:
    """The loss is the cross-entropy plus beta times the KL divergence, summed over the batch.

    Five losses of a fresh, a far and a trained model, each allowed 5.5 standard errors of what is drawn at random in
    it and in our own terms. The KL divergence may be estimated from the sample.
    """
    situations = [
        subject.once(near),
        subject.once(far).situation,
        *(calm := resting(lambda: subject.once(weak), subject.images.training(0, BATCH_SIZE), WEAK, divergence_of)),
    ]
    evidence = expect_loss_in(situations, 10, lambda: _with_own_divergence(subject, situations))
    if calm:
        expect_fresh_noise_in_fit(subject, subject.once(weak), BATCH_SIZE)
        expect_same_loss_in_fit(subject.once(weak), subject.images.training(0, BATCH_SIZE))
    return evidence


def _with_own_divergence(subject: Subject, situations: Sequence[Situation]) -> list[BatchLoss]:
    """The same losses, beside the submission's own kl_divergence of the posteriors; none where it gives none."""
    try:
        return [replace(loss, kl=_own_divergence(subject, each, loss)) for each in situations for loss in each.losses()]
    except (Failed, NotImplementedYet):
        return []


def _own_divergence(subject: Subject, situation: Situation, loss: BatchLoss) -> float:
    """What kl_divergence gives for the posteriors of the batch, summed over it, in nats."""
    if situation.terms.divergence.parameters is None:
        raise NotImplementedYet("posteriors that are random")
    times = loss.batch // len(situation.terms.cross_entropy)
    asked = [np.tile(each, (times, 1)).astype(np.float32) for each in situation.terms.divergence.parameters]
    return float(subject.call_function(PART, "kl_divergence", asked, Want("float32", (loss.batch,))).sum())
