"""Checks of the part `vae`."""

import numpy as np

from ...core import expect
from ...core.expect import Evidence, Failed, rounded
from ...core.text import printable
from ...protocol.frames import Want
from ...stats.causes import Diagnosis, first_fit
from ...stats.gaussians import KLEstimate, gaussian_kl, kl_from_samples
from ...stats.metrics import cross_entropy, mosaic
from ..measurements.alone import expect_answers_alone
from ..measurements.fitting import expect_same_loss_in_fit
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
from ..measurements.training import BATCH_SIZE, TRAINING, Trained, expect_good_reconstructions, train_until
from ..registry import CHECKS
from ..subject import Model, Subject
from ..thresholds import INFORMATIVE, SHARE_OF_MEAN_IMAGE, STANDARD_ERRORS, STEPS_TO_PRIOR, WEIGHT_OFF
from . import shapes

PART, CLASS = "vae", "VariationalAutoencoder"
DRAWS = 128  # encodings of an image
GRID = 9  # images along a side of the picture of the latent space
ROWS = 512  # random parameters of the sampling layer
WEAK = 0.1  # a beta
TIMES = 24  # how often a large batch holds each image


def trained(subject: Subject) -> Trained:
    """The one model of this part that is trained, with a small beta: it leaves its plateau sooner than with beta 1."""
    model = subject.create(PART, CLASS, encoding_size=10, beta=WEAK)
    return train_until(subject, model, at_least=100, stage=25)


def divergence_of(model: Model, images: np.ndarray, training: bool) -> KLEstimate:
    """The KL divergence of each image's posterior, from samples."""
    return kl_from_samples(model.encode_often(images, DRAWS, training=training))


def built(subject: Subject) -> Model:
    """The one model of this part with a large beta."""
    return subject.create(PART, CLASS, encoding_size=10, beta=BETA)


def near(subject: Subject) -> Situation:
    """A fresh model of this part, with a beta so large that its little KL divergence tells."""
    return near_situation(subject.create(PART, CLASS, encoding_size=10, beta=FRESH_BETA), divergence_of, TIMES)


def far(subject: Subject) -> FarModel:
    """The model with the large beta, its posterior far from the prior."""
    return far_model(subject.once(built), divergence_of, TIMES)


@CHECKS.check(PART, points=4, thresholds=[WEIGHT_OFF])
def sampling_layer_has_kl_regularizer(subject: Subject) -> Evidence:
    """The sampling layer carries a KL divergence regularizer towards a standard normal prior, with weight beta."""
    facts, arrays = described(subject.once(built))
    expect.that(
        facts.get("is_distribution_layer") is True,
        "sampling_layer.no_distribution",
        "sampling_layer is a {layer}, which is no layer of TensorFlow Probability that samples.",
        "Which tfp layer turns parameters into a distribution?",
        layer=printable(str(facts.get("layer")), 80),
    )
    _expect_regularizer(facts)
    expect.that(
        facts.get("prior_is_of_vectors") is True,
        "prior.of_single_numbers",
        "The prior is not one distribution of vectors, but several of single numbers.",
        "One log-probability per image is needed: what joins independent distributions into one?",
    )
    is_fixed, message = facts.get("prior_variables") == 0, "The prior has trainable variables."
    expect.that(is_fixed, "prior.trainable", message, "The prior stands still.")
    _expect_standard_prior(subject, arrays[3])
    _expect_weight(*arrays[:3])
    return Evidence("N(0, I) and weight beta", f"so at beta {BETA:g}")


def _expect_regularizer(facts: dict[str, object]) -> None:
    kind = facts.get("regularizer")
    missing = kind == "NoneType"
    expect.that(
        facts.get("is_kl_regularizer") is True,
        "sampling_layer.regularizer_missing" if missing else "sampling_layer.other_regularizer",
        "The sampling layer's activity regularizer is {kind}.",
        "Give the layer an activity_regularizer that measures the KL divergence from the prior.",
        kind="missing" if missing else f"a {printable(str(kind), 80)}",
    )


def prior_probes(subject: Subject) -> np.ndarray:
    """Points at which the prior's density is compared, (16, 10)."""
    return subject.random("prior probes").normal(size=(16, 10)).astype(np.float32)


def described(model: Model) -> tuple[dict[str, object], tuple[np.ndarray, ...]]:
    """Facts about `sampling_layer`, by the submission's word, and what it computes from random parameters.

    Arrays: posterior mean (512, d) and covariance (512, d, d), the regularizer's value (), and the prior's
    log-probability at the probes (16,).
    """
    size = model.encoding_size
    parameters = np.repeat(model.subject.random("layer parameters").normal(size=(1, size * (size + 3))), ROWS, axis=0)
    wants = [Want("float32", s) for s in ((ROWS, size), (ROWS, size, size), (), (16,))]
    asked = [parameters.astype(np.float32), prior_probes(model.subject)]
    reply = model.subject.request("sampling_layer", asked, wants, model=model.number)
    return (reply.value if isinstance(reply.value, dict) else {}), reply.arrays


def _expect_standard_prior(subject: Subject, found: np.ndarray) -> None:
    probes = prior_probes(subject).astype(np.float64)
    right = -0.5 * (probes**2 + np.log(2 * np.pi)).sum(axis=1)
    if not expect.close(found, right, 1e-3):
        diagnosis = _diagnosis_of_prior(probes, found)
        raise Failed(
            diagnosis.code,
            "The prior is not a normal distribution with mean 0 and variance 1 in every component. {diagnosis}",
            "Look at the prior's location, its scale, and the number of its components.",
            Evidence([rounded(r) for r in right[:3]], [rounded(f) for f in found[:3]]),
            diagnosis=diagnosis.sentence,
        )


def _diagnosis_of_prior(probes: np.ndarray, found: np.ndarray) -> Diagnosis:
    """What a normal distribution with equal components would have for a mean and a variance, if it is one."""
    features = np.stack([np.ones(len(probes)), probes.sum(axis=1), (probes**2).sum(axis=1)], axis=1)
    weights, *_ = np.linalg.lstsq(features, found.astype(np.float64), rcond=None)
    if not (expect.close(features @ weights, found, 1e-2) and weights[2] < 0):
        return Diagnosis("prior.not_normal", "It is no normal distribution, or its components differ.")
    variance = -0.5 / weights[2]
    mean = weights[1] * variance
    of_mean, of_variance = (
        f"Its mean is not 0 but {rounded(mean, 2)}.", f"Its variance is not 1 but {rounded(variance, 2)}."
    )  # fmt: skip
    if abs(mean) > 1e-2:
        wrong_too = abs(variance - 1) > 1e-2
        return Diagnosis("prior.wrong_mean", f"{of_mean} {of_variance}" if wrong_too else of_mean)
    if abs(variance - 1) > 1e-2:
        return Diagnosis("prior.wrong_variance", of_variance)
    return Diagnosis("prior.wrong_density", "Its density is not that of one distribution.")


WRONG_WEIGHTS: dict[str, tuple[str, tuple[float, ...]]] = {  # what the mistakes come to, as multiples of beta
    "weight.zero": ("The weight is 0.", (0.0,)),
    "weight.one": ("The weight is not beta but 1.", (1 / BETA,)),
    "weight.beta_squared": ("The weight is the square of beta.", (BETA,)),
    "weight.divided_by_beta": ("The weight is divided by beta.", (BETA**-2,)),
    "weight.doubled": ("Beta is counted twice.", (2.0,)),
    "weight.halved": ("Beta is halved.", (0.5,)),
    "weight.mean_over_dimensions": ("Beta is averaged over the dimensions.", (0.1,)),
    "weight.divided_by_batch_size": (
        "Beta is divided by a batch size.", tuple(1 / size for size in (16, 32, 64, 128, 256))
    ),
    "weight.times_training_images": (
        "The number of training images stands in the weight.",
        tuple(count * factor for count in (10_000.0, 60_000.0) for factor in (1.0, 1 / BETA)),
    ),
    "weight.normalized": (
        "Beta is multiplied by encoding_size / 784, as a normalized beta is; this lab's beta is not.", (10 / 784,)
    ),
}  # fmt: skip


def _expect_weight(mean: np.ndarray, covariance: np.ndarray, value: np.ndarray) -> None:
    """The regularizer gives beta times the KL summed over the batch; a Monte Carlo estimate over 512 rows."""
    kl = gaussian_kl(mean.astype(np.float64), covariance.astype(np.float64)).sum()
    weight = float(value) / kl / BETA
    if not WEIGHT_OFF.within(abs(weight - 1)):
        diagnosis = first_fit(
            WRONG_WEIGHTS,
            lambda known: any(abs(weight - wrong) <= 0.12 * wrong + 1e-4 for wrong in known),
            "weight.unknown",
        )
        raise Failed(
            diagnosis.code,
            "The regularizer does not give beta times the KL divergence. {diagnosis}",
            "The regularizer has a weight.",
            Evidence(f"{BETA:g} times the KL", f"{rounded(BETA * weight, 2)} times the KL"),
            diagnosis=diagnosis.sentence,
        )


@CHECKS.check(PART, points=3)
def encoding_is_sampled_at_any_size(subject: Subject) -> Evidence:
    """Encodings have the requested size and are sampled anew at each call."""
    seen: list[int] = []

    def claim(encoding_size: int, batch_size: int) -> None:
        model, images = shapes.of_size(subject, PART, CLASS, encoding_size), subject.images.held_out(batch_size)
        two = model.call("encode", [images], Want("float32", (batch_size, encoding_size)), repeats=2)[0]
        expect.that(
            not np.any(np.all(two[0] == two[1], axis=1)),
            "encoding.not_sampled",
            "Two encodings of the same image are equal: nothing is sampled.",
            "The encoding is what the sampling layer draws, not its mean.",
        )
        _expect_noise_of_its_own(model, images[:1])
        seen.append(encoding_size)

    shapes.for_sizes(subject, claim, examples=1)
    return Evidence("(B, encoding_size), different at each call", f"right for encoding sizes {sorted(set(seen))}")


def _expect_noise_of_its_own(model: Model, image: np.ndarray) -> None:
    """The same image four times in a batch: noise for each row, and in more than one direction."""
    rows = model.encode(np.repeat(image, 4, axis=0))
    expect.that(
        np.any(rows != rows[0]),
        "encoding.noise_shared_by_rows",
        "The same image four times in a batch has one encoding: the rows share their noise.",
        "Every image of a batch needs noise of its own.",
    )
    strengths = np.linalg.svd(rows[1:] - rows[0], compute_uv=False)
    expect.that(
        len(strengths) < 2 or strengths[1] > 1e-3 * strengths[0],
        "encoding.noise_shared_by_components",
        "All encodings of an image lie on one line: the components share their noise.",
        "Every component of an encoding needs noise of its own.",
    )


@CHECKS.check(
    PART, points=3, needs=[encoding_is_sampled_at_any_size], thresholds=[*TRAINING, INFORMATIVE, STEPS_TO_PRIOR]
)
def beta_pulls_posterior_to_prior(subject: Subject) -> Evidence:
    """A large beta pulls the posterior to the prior; a small one leaves it informative."""
    measured = subject.once(far)
    evidence = expect_pull(
        measured,
        lambda: {"samples": float(divergence_of(measured.model, measured.images, True).kl.mean())},
        certain=8,
    )
    draws = subject.once(trained).model.encode_often(subject.images.held_out(8), DRAWS)
    most = draws.mean(axis=0) + STANDARD_ERRORS.limit * draws.std(axis=0) / np.sqrt(DRAWS)
    expect_informative(WEAK, float(kl_from_samples(draws).kl.mean()), most)
    return evidence


@CHECKS.check(PART, points=3, needs=[encoding_is_sampled_at_any_size], thresholds=TRAINING, trained=trained)
def reconstructs_unseen_images(subject: Subject) -> Evidence:
    """Reconstructions of unseen images are clearly better than the mean image."""
    expect_fresh_losses(subject.once(far))
    run = subject.once(trained)
    expect_answers_alone(run.model, run.images[:8])
    show_latent_space(subject, run.model)
    _expect_decoder_of_samples(run)
    return expect_good_reconstructions(subject, PART, run)


def show_latent_space(subject: Subject, model: Model) -> None:
    """Pictures of what the decoder makes of the latent space: its first two components, and samples of the prior."""
    values, size = np.linspace(-2.5, 2.5, GRID), model.encoding_size
    codes = np.zeros((GRID, GRID, size), np.float32)
    codes[..., 0], codes[..., 1] = values[:, None], values[None, :]
    drawn = subject.random("samples of the prior").normal(size=(2, GRID, size)).astype(np.float32)
    decoded = model.decode(np.concatenate([codes, drawn]).reshape(-1, size))
    rows = subject.images.look.upright(decoded).reshape(-1, GRID, 28, 28, 1)
    walk = "the first component goes from -2.5 to 2.5 down the rows, the second along the columns, and the others are 0"
    normal = "After so short a training digits are clouds of ink, and many of them alike, also where all is right"
    subject.picture("vae-latent-grid", f"What the decoder answers when {walk}. {normal}", mosaic(*rows[:GRID]))
    made = f"What the decoder makes of samples of the prior. {normal}"
    subject.picture("vae-prior-samples", made, mosaic(*rows[GRID:]))


def _expect_decoder_of_samples(run: Trained) -> None:
    """Where samples are decoded badly and their mean is decoded well, training has shown the decoder means."""
    good = SHARE_OF_MEAN_IMAGE.limit * run.mean_image
    if run.after < good:
        return
    images = run.images[:8]
    means = run.model.encode_often(images, DRAWS).mean(axis=0)
    of_means = float(cross_entropy(images, run.model.decode(means)).mean())
    if of_means < good:
        raise Failed(
            "decoder.trained_on_means",
            "The decoder decodes the mean of the encodings well, at {of_means:.0f} nats per image, and samples badly, "
            "at {of_samples:.0f}.",
            "In training the decoder has to get what `encode` gives, a sample.",
            Evidence(f"below {rounded(good)} nats per image", rounded(run.after)),
            of_means=of_means,
            of_samples=run.after,
        )


@CHECKS.check(PART, points=3, needs=[encoding_is_sampled_at_any_size], thresholds=[STANDARD_ERRORS, *TRAINING])
def loss_is_negative_elbo(subject: Subject) -> Evidence:
    """The loss is the cross-entropy plus beta times the KL divergence, summed over the batch.

    The KL in the loss is itself a Monte Carlo estimate, of one sample per image, so its own spread is allowed for: five
    losses of a fresh, a far and a trained model, each within 5.5 standard errors.
    """
    calm = resting(lambda: subject.once(trained).model, subject.images.training(0, BATCH_SIZE), WEAK, divergence_of)
    evidence = expect_loss_in([subject.once(near), subject.once(far).situation, *calm], 10)
    if calm:
        expect_same_loss_in_fit(subject.once(trained).model, subject.images.training(0, BATCH_SIZE))
    return evidence
