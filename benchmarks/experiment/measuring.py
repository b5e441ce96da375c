"""All that is measured of a trained run: figures for its record, and small arrays for the pictures.

Units: nats per image, decibels, per cent. Images are test digits that no training has seen.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from grader.stats.metrics import cross_entropy
from reference.pictures import latent_grid

from .bounds import active_units, bernoulli, importance_bound, log_weights
from .classes import confusion_matrix, wilson_interval
from .digits import Digits
from .noise import DEVIATIONS, FILTERS, best_of, corrupted, quality
from .plan import VAES, Run
from .posterior import Posterior, posterior_of
from .spectrum import checkerboard, diagonal

SHOWN = 10  # digits of a picture, one of each class
STEPS_OF_WALK = 11
CHUNK = 1_000  # images decoded at once

Measured = tuple[dict[str, Any], dict[str, np.ndarray]]


@dataclass(frozen=True)
class Amount:
    """How many test digits are measured, for the bound and for the filters; and the bound's draws of each."""

    images: int = 10_000
    bound_images: int = 1_000
    draws: int = 50
    filtered_images: int = 250
    projected: int = 3_000


QUICK = Amount(images=1_000, bound_images=100, draws=50, filtered_images=50, projected=1_000)


def measure(run: Run, model: tf.keras.Model, digits: Digits, quick: bool) -> Measured:
    """Figures for the record and arrays for the pictures, of any part."""
    amount = QUICK if quick else Amount()
    images, labels = digits.test_images[: amount.images], digits.test_labels[: amount.images]
    if run.part == "classifier":
        return _classifier(model, images, labels), {}
    if run.part == "denoising":
        return _denoising(model, images, labels, amount)
    if run.part in VAES:
        return _vae(run, model, images, labels, amount)
    return _autoencoder(model, images, labels, amount)


def _autoencoder(model: tf.keras.Model, images: np.ndarray, labels: np.ndarray, amount: Amount) -> Measured:
    codes = _in_chunks(model.encode, images)
    found = _in_chunks(model.decode, codes)
    fresh = _in_chunks(type(model)().decode, np.random.default_rng(0).standard_normal((500, 10)).astype(np.float32))
    sides = {"original": images, "untrained": fresh, "trained": found}
    spectra = {name: {**checkerboard(side[..., 0]), "diagonal": diagonal(side[..., 0])} for name, side in sides.items()}
    figures = {"images": len(images), **fidelity(images, found), "checkerboard": spectra}
    pictures = {"fresh": _bytes(_stretched(fresh[:4, ..., 0])), **_shown(images, found, labels)}
    return figures, {**pictures, **_projection(codes, labels, amount.projected)}


def fidelity(images: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """Cross-entropy with its standard error, and squared error, of reconstructions (n, 28, 28, 1)."""
    nats = cross_entropy(images, found)
    pixels = images[0].size
    return {
        "nats": float(nats.mean()),
        "nats_error": float(nats.std(ddof=1) / np.sqrt(len(nats))),
        "nats_per_pixel": float(nats.mean() / pixels),
        "squared_error_per_pixel": float(np.mean((images.astype(np.float64) - found) ** 2)),
        "floor_nats": float(cross_entropy(images, images).mean()),
    }


def _vae(run: Run, model: tf.keras.Model, images: np.ndarray, labels: np.ndarray, amount: Amount) -> Measured:
    generator = np.random.default_rng(run.seed)
    posterior = _posterior(model, images)
    found = _in_chunks(model.decode, posterior.sample(generator).astype(np.float32))
    figures = {"images": len(images), **fidelity(images, found), **_terms(run, images, found, posterior)}
    figures |= _bound(model, images[: amount.bound_images], posterior, amount.draws, generator)
    size = posterior.mean.shape[1]
    prior = np.random.default_rng(0).standard_normal((100, size)).astype(np.float32)
    order = np.argsort(-posterior.kl_per_component().mean(axis=0))
    pictures = {
        **_shown(images, found, labels),
        **_projection(posterior.mean, labels, amount.projected),
        "grid": _bytes(latent_grid(model, encoding_size=size)),
        "walk": _bytes(np.asarray(model.decode(walk(order)))[..., 0]),
        "samples": _bytes(np.asarray(model.decode(prior))[..., 0]),
    }
    return figures, pictures


def _terms(run: Run, images: np.ndarray, found: np.ndarray, posterior: Posterior) -> dict[str, Any]:
    """The negative ELBO and what it consists of. correlation: what the posterior's correlations cost, in nats."""
    divergence, components = posterior.kl(), posterior.kl_per_component().mean(axis=0)
    negative_elbo = cross_entropy(images, found) + divergence
    return {
        "negative_elbo": float(negative_elbo.mean()),
        "negative_elbo_error": float(negative_elbo.std(ddof=1) / np.sqrt(len(images))),
        "kl": float(divergence.mean()),
        "kl_per_component": sorted(map(float, components), reverse=True),
        "correlation": float(divergence.mean() - components.sum()),
        "objective": float((negative_elbo + (run.beta - 1) * divergence).mean()),
        "active_units": active_units(posterior.mean),
    }


def _bound(
    model: tf.keras.Model, images: np.ndarray, posterior: Posterior, draws: int, generator: np.random.Generator
) -> dict[str, Any]:
    def decode(encodings: np.ndarray) -> np.ndarray:
        return _in_chunks(model.decode, encodings.astype(np.float32))

    weights = log_weights(posterior.first(len(images)), bernoulli(images, decode), draws, generator)
    return {
        "bound_images": len(images),
        "bound_draws": draws,
        "negative_bound": float(-importance_bound(weights).mean()),
        "negative_elbo_same_images": float(-weights.mean()),
    }


def _denoising(model: tf.keras.Model, images: np.ndarray, labels: np.ndarray, amount: Amount) -> Measured:
    few, clean = images[: amount.filtered_images, ..., 0], images[_one_of_each(labels), ..., 0]
    rows, pictures = {}, {"originals": _bytes(clean)}
    for deviation in DEVIATIONS:
        noisy, name = corrupted(few, deviation), f"{deviation:.1f}"
        best = {kind: best_of(kind, few, noisy, deviation) for kind in FILTERS}
        learned = {"noisy": quality(few, noisy), "denoised": quality(few, _denoised(model, noisy))}
        rows[name] = learned | {kind: measured for kind, (_, measured) in best.items()}
        shown = corrupted(clean, deviation)
        cleaned = {kind: one(shown, deviation) for kind, (one, _) in best.items()}
        cleaned |= {"noisy": shown, "denoised": _denoised(model, shown)}
        pictures |= {f"{kind}_{name}": _bytes(found) for kind, found in cleaned.items()}
    at_training = rows[f"{model.noise_stddev:.1f}"]
    figures = {
        "images": len(images),
        "quality_images": len(few),
        "by_deviation": rows,
        "gain_db": at_training["denoised"]["psnr_db"] - at_training["noisy"]["psnr_db"],
        **fidelity(images, _denoised(model, corrupted(images[..., 0], model.noise_stddev))[..., None]),
    }
    return figures, pictures


def _denoised(model: tf.keras.Model, noisy: np.ndarray) -> np.ndarray:
    return _in_chunks(model.reconstruct, noisy[..., None])[..., 0]


def _classifier(model: tf.keras.Model, images: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    probabilities = _in_chunks(model.predict_probabilities, images)
    confusion = confusion_matrix(labels, probabilities.argmax(axis=1))
    hits, count = int(np.trace(confusion)), len(labels)
    low, high = wilson_interval(count - hits, count)
    own = probabilities[np.arange(count), labels].astype(np.float64)
    return {
        "images": count,
        "error_percent": 100 * (1 - hits / count),
        "error_percent_interval": [100 * low, 100 * high],
        "label_nats": float(-np.log(np.maximum(own, 1e-7)).mean()),
        "confusion": confusion,
    }


def walk(order: np.ndarray) -> np.ndarray:
    """Encodings in which one component goes from -3 to 3 and the others are 0, in this order: (d · 11, d)."""
    encodings = np.zeros((len(order), STEPS_OF_WALK, len(order)), np.float32)
    for row, component in enumerate(order):
        encodings[row, :, component] = np.linspace(-3, 3, STEPS_OF_WALK)
    return encodings.reshape(-1, len(order))


def _posterior(model: tf.keras.Model, images: np.ndarray) -> Posterior:
    parts = [posterior_of(model, images[start : start + CHUNK]) for start in range(0, len(images), CHUNK)]
    return Posterior(np.concatenate([p.mean for p in parts]), np.concatenate([p.tril for p in parts]))


def _in_chunks(function: Any, inputs: np.ndarray) -> np.ndarray:
    parts = [np.asarray(function(inputs[start : start + CHUNK])) for start in range(0, len(inputs), CHUNK)]
    return np.concatenate(parts)


def _one_of_each(labels: np.ndarray) -> np.ndarray:
    """Places of the first of each class."""
    return np.array([int(np.argmax(labels == digit)) for digit in range(SHOWN)])


def _shown(images: np.ndarray, found: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    places = _one_of_each(labels)
    return {"originals": _bytes(images[places, ..., 0]), "reconstructions": _bytes(found[places, ..., 0])}


def _stretched(images: np.ndarray) -> np.ndarray:
    """Each image from its own darkest to its brightest pixel."""
    low, high = images.min(axis=(1, 2), keepdims=True), images.max(axis=(1, 2), keepdims=True)
    return (images - low) / (high - low)


def _projection(codes: np.ndarray, labels: np.ndarray, count: int) -> dict[str, np.ndarray]:
    """The two directions in which the codes (n, d) vary most: principal components."""
    centred = codes[:count] - codes[:count].mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return {"projection": (centred @ directions[:2].T).astype(np.float32), "labels": labels[:count].astype(np.uint8)}


def _bytes(images: np.ndarray) -> np.ndarray:
    """Images in [0, 1] as they are kept."""
    return np.round(255 * np.clip(images, 0, 1)).astype(np.uint8)
