"""Checks of the part `denoising`."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.special import ndtri

from ...core import expect
from ...core.expect import Evidence, Failed, rounded
from ...protocol.frames import Want
from ...stats import cross_entropies, moments
from ...stats.causes import Diagnosis
from ...stats.diagnosis import TrainingCurve, diagnosis_of, encoder_is_frozen
from ...stats.metrics import cross_entropy, mosaic, peak_signal_to_noise
from ..measurements.alone import expect_same
from ..measurements.corruption import (
    expect_centred,
    expect_deviation,
    expect_in_place,
    expect_not_uniform,
    expect_varied,
)
from ..measurements.fitting import expect_fresh_noise_in_fit, expect_same_loss_in_fit
from ..measurements.situations import GREY
from ..measurements.training import (
    HELD_OUT,
    NO_FRESH_NOISE,
    TrainingBudget,
    expect_encoder_trained,
    expect_fresh_noise,
    known_before,
    sees_fresh_noise,
    train_in_stages,
)
from ..registry import CHECKS
from ..subject import Model, Subject
from ..thresholds import CLEAN_LOSS_OFF, DENOISING_GAIN, DENOISING_STEPS, STANDARD_ERRORS

PART, CLASS = "denoising", "DenoisingAutoencoder"
STDDEV = 0.5
NOISE = "Draw a standard normal number for each pixel, times noise_stddev, and add it to the pixel."
BUDGET = TrainingBudget(at_least=225, stage=25, batch_size=8, threshold=DENOISING_STEPS)


@dataclass(frozen=True)
class Denoised:
    """A trained model, and what it makes of noisy held-out images."""

    model: Model
    curve: TrainingCurve
    clean: np.ndarray
    noisy: np.ndarray
    denoised: np.ndarray

    @property
    def quality(self) -> float:
        """PSNR of the answers against the clean images, in dB."""
        return peak_signal_to_noise(self.clean, self.denoised)


def with_noise(subject: Subject, images: np.ndarray, purpose: str) -> np.ndarray:
    """The grader's own corruption: Gaussian noise of deviation 0.5, clipped to [0, 1]."""
    noise = subject.random(purpose).normal(scale=STDDEV, size=images.shape)
    return np.clip(images + noise, 0, 1).astype(np.float32)


def clean_enough(clean: np.ndarray, noisy: np.ndarray) -> float:
    """The PSNR that a model has to exceed, in dB: that of the mean image or of a plain blur, and some more.

    1.8 above the better of mean image (about 12) and plain blur (about 12.7); the reference goes on to 3.5.
    """
    gain = DENOISING_GAIN.limit
    return max(peak_signal_to_noise(clean, simple) for simple in (_mean_image(clean), _blurred(noisy))) + gain


def _mean_image(clean: np.ndarray) -> np.ndarray:
    return np.broadcast_to(clean.mean(axis=0), clean.shape)


def _blurred(noisy: np.ndarray) -> np.ndarray:
    return np.asarray(uniform_filter(noisy[..., 0], size=(0, 3, 3))[..., None])


def trained(subject: Subject) -> Denoised:
    """The one trained model of this part; it trains on while its answers are not clean enough."""
    clean = subject.images.held_out(HELD_OUT)
    noisy = with_noise(subject, clean, "held-out noise")
    limit = clean_enough(clean, noisy)

    def error(model: Model) -> float:
        """The mean squared error per pixel, 10 ** (-dB / 10)."""
        return float(np.mean((model.reconstruct(noisy) - clean) ** 2))

    model = subject.create(PART, CLASS, encoding_size=32, noise_stddev=STDDEV)
    model, curve = train_in_stages(subject, model, error, 10 ** (-limit / 10), BUDGET)
    _expect_untrained(-10 * np.log10(curve.costs[0]), limit)
    return Denoised(model, curve, clean, noisy, model.reconstruct(noisy))


def _expect_untrained(quality: float, limit: float) -> None:
    if quality > limit:
        evidence = Evidence(f"below {rounded(limit, 3)} dB", f"{rounded(quality)} dB")
        raise known_before("A fresh model", "removes noise from", evidence)


@CHECKS.check(PART, points=3, thresholds=[STANDARD_ERRORS])
def corruption_is_fresh_clipped_noise(subject: Subject) -> Evidence:
    """`corrupt` adds Gaussian noise of the requested deviation, fresh at each call and pixel, and clips to [0, 1]."""
    small = subject.create(PART, CLASS, encoding_size=8, noise_stddev=0.1)
    grey = np.full((20, 28, 28, 1), 0.5, np.float32)
    noise = (_corrupted(small, grey, 4) - 0.5) / 0.1  # (4, 20, 28, 28, 1); 5 deviations fit between 0.5 and the clip
    expect_varied(noise)
    expect_in_place(noise * 0.1 + 0.5)
    expect_deviation(noise, 0.1)
    expect_not_uniform(noise)
    expect_centred(noise, STANDARD_ERRORS)
    try:
        moments.expect_standard(noise.reshape(4, -1, 1), "corrupt", STANDARD_ERRORS)
    except Failed as failed:
        raise Failed(failed.code, failed.template, NOISE, failed.evidence, **failed.parameters) from None
    _expect_clipped(subject)
    return Evidence(
        "fresh Gaussian noise of the requested deviation in [0, 1]",
        f"all within {STANDARD_ERRORS.limit:g} standard errors",
    )


def _corrupted(model: Model, images: np.ndarray, calls: int) -> np.ndarray:
    return model.call("corrupt", [images], Want("float32", images.shape), repeats=calls)[0]


def _expect_clipped(subject: Subject) -> None:
    """Black images: clipping noise at 0 leaves a mean of about stddev * 0.399, minus what the clip at 1 takes."""
    large = subject.create(PART, CLASS, encoding_size=8, noise_stddev=STDDEV)
    black = _corrupted(large, np.zeros((20, 28, 28, 1), np.float32), 1)[0]
    low, high = float(black.min()), float(black.max())
    expect.that(
        low >= 0 and high <= 1,
        "noise.not_clipped",
        "Corrupted images should lie in [0, 1], but have values from {low:.3g} to {high:.3g}.",
        "Clip after adding the noise.",
        "[0, 1]",
        f"{low:.3g} to {high:.3g}",
        low=low,
        high=high,
    )
    draws = np.clip(ndtri((np.arange(100_000) + 0.5) / 100_000) * STDDEV, 0, 1)
    error = STANDARD_ERRORS.limit * draws.std() / np.sqrt(black.size)
    expect.that(
        abs(float(black.mean()) - draws.mean()) <= error,
        "noise.unknown",
        "On a black image the noise is not Gaussian noise that was clipped.",
        "Clip the values; do not rescale them.",
        f"mean {rounded(draws.mean())} ± {error:.2g}",
        f"mean {rounded(black.mean())}",
    )


@CHECKS.check(PART, points=5, thresholds=[DENOISING_STEPS, DENOISING_GAIN], trained=trained)
def removes_noise_from_unseen_images(subject: Subject) -> Evidence:
    """Noisy images the model has never seen come out much closer to the clean ones, in dB."""
    run = subject.once(trained)
    subject.picture(
        "denoising",
        f"Noisy digits, what the model makes of them after {run.curve.steps} steps, and the clean ones. So few steps "
        "leave them blurred, also where all is right",
        mosaic(*(subject.images.look.upright(x[:10]) for x in (run.noisy, run.denoised, run.clean))),
    )
    again, once_more = run.model.reconstruct(run.noisy[:8]), run.model.reconstruct(run.noisy[:8])
    expect.that(
        expect.close(again, once_more, 1e-4),
        "denoising.random_answers",
        "reconstruct gives two answers for the same noisy image.",
        "Noise belongs into training; reconstruct gets images that are noisy already.",
    )
    expect_same(run.model.reconstruct(run.noisy[:1]), again[:1])
    limit = clean_enough(run.clean, run.noisy)
    evidence = Evidence(f"above {rounded(limit, 3)} dB", f"{rounded(run.quality)} dB")
    if not DENOISING_GAIN.within(run.quality - limit + DENOISING_GAIN.limit):
        mean_image = _mean_image(run.clean)
        noisy, blur, average = (
            peak_signal_to_noise(run.clean, x) for x in (run.noisy, _blurred(run.noisy), mean_image)
        )
        diagnosis = _diagnosis_of(subject, run)
        raise Failed(
            diagnosis.code,
            "Denoised images reach {quality:.1f} dB after {steps} steps; the noisy images have {noisy:.1f}, a plain "
            "blur gives {blur:.1f} and the mean image {mean_image:.1f}. {diagnosis}",
            "Which images go in, and which ones should come out?",
            evidence,
            quality=run.quality,
            steps=run.curve.steps,
            noisy=noisy,
            blur=blur,
            mean_image=average,
            diagnosis=diagnosis.sentence,
        )
    expect_encoder_trained(run.curve)
    return evidence


def _diagnosis_of(subject: Subject, run: Denoised) -> Diagnosis:
    clean = run.model.reconstruct(run.clean)
    on_clean = peak_signal_to_noise(run.clean, clean)
    if on_clean > run.quality + 3:
        return Diagnosis(
            "denoising.too_little_noise",
            f"Clean images come out at {on_clean:.1f} dB: was the model trained on clean images, or with less noise "
            "than it gets here?",
        )
    mean_image = _mean_image(run.clean)
    general = diagnosis_of(run.curve, run.clean, run.denoised, float(np.mean((mean_image - run.clean) ** 2)))
    if encoder_is_frozen(run.curve):
        return general
    if not sees_fresh_noise(subject, run.model, BUDGET.batch_size):
        return NO_FRESH_NOISE
    brightness, as_noisy, as_clean = (float(x.mean()) for x in (run.denoised, run.noisy, run.clean))
    return NOISY_TARGETS if abs(brightness - as_noisy) < abs(brightness - as_clean) else general


NOISY_TARGETS = Diagnosis(
    "denoising.noisy_targets",
    "The answers are as bright as the noisy images: are those the targets of the training?",
)


@CHECKS.check(PART, points=2, needs=[removes_noise_from_unseen_images], thresholds=[DENOISING_STEPS, CLEAN_LOSS_OFF])
def learns_towards_clean_targets(subject: Subject) -> Evidence:
    """The loss compares with the clean images, not with the noisy ones."""
    run = subject.once(trained)
    expect_fresh_noise(subject, run.model, BUDGET.batch_size)
    expect_fresh_noise_in_fit(subject, run.model, BUDGET.batch_size)
    expect_same_loss_in_fit(run.model, subject.images.training(0, BUDGET.batch_size))
    for clean in (subject.images.training(0, 64), GREY * subject.images.training(64, 128)):
        evidence = _expect_clean_targets(subject, run, clean)
    return evidence


def _expect_clean_targets(subject: Subject, run: Denoised, clean: np.ndarray) -> Evidence:
    """For answers with layers as in the loss, or at rest, where a layer of the network adds the noise in training."""
    noisy = with_noise(subject, clean, "training noise")
    run.model.set_learning_rate(0.0)
    run.model.note_phases(clean)
    loss = run.model.fit_iteration(clean)

    def off(answers: np.ndarray) -> float:
        nats = cross_entropy(clean, answers).mean()
        return float(min(abs(found / nats - 1) for found in (loss, loss / len(clean))))

    answers = min((run.model.reconstruct(noisy, training=training) for training in (False, True)), key=off)
    towards = {"clean": cross_entropy(clean, answers).mean(), "noisy": cross_entropy(noisy, answers).mean()}
    found = min(loss, loss / len(clean), key=lambda x: abs(np.log(max(x, 1e-9) / towards["clean"])))
    evidence = Evidence(f"{towards['clean']:.0f} nats per image", f"{found:.0f}")
    if not CLEAN_LOSS_OFF.within(abs(found / towards["clean"] - 1)):
        diagnosis = LOSS_OF_NOISY
        if not abs(found / towards["noisy"] - 1) < 0.15:
            other = cross_entropies.diagnosis_of(loss, clean, answers)
            diagnosis = Diagnosis(other.code, f"It fits neither the clean nor the noisy images. {other.sentence}")
        message = "The loss is not that of the clean targets. {diagnosis}"
        raise Failed(diagnosis.code, message, "What is the target?", evidence, diagnosis=diagnosis.sentence)
    return evidence


LOSS_OF_NOISY = Diagnosis("denoising.loss_of_noisy_targets", "It fits the noisy images.")
