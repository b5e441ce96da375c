"""The right formula beside the known wrong ones, so that a failure can name the mistake."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

Formula = Callable[[np.ndarray, np.ndarray], np.ndarray]


def kl_divergence(mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """KL of N(mean, exp(log_variance)) from N(0, I) in nats: (B, d), (B, d) -> (B,).

    Kingma and Welling, Auto-Encoding Variational Bayes (2014), appendix B.
    """
    nats: np.ndarray = 0.5 * _terms(mean, log_variance).sum(axis=1)
    return nats


def _terms(mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    terms: np.ndarray = np.exp(log_variance) + mean**2 - 1 - log_variance
    return terms


WRONG_KL: Mapping[str, tuple[str, Formula]] = {
    "kl.mean_over_dimensions": (
        "It is the mean over the dimensions, not their sum.", lambda m, v: 0.5 * _terms(m, v).mean(axis=1)
    ),
    "kl.without_one_half": ("It lacks the factor one half.", lambda m, v: _terms(m, v).sum(axis=1)),
    "kl.opposite_sign": ("It has the opposite sign.", lambda m, v: -kl_divergence(m, v)),
    "kl.of_log_deviation": (
        "It takes the second argument for the logarithm of the deviation.", lambda m, v: kl_divergence(m, 2 * v)
    ),
    "kl.of_variance": (
        "It takes the second argument for the variance.",
        lambda m, v: 0.5 * (np.abs(v) + m**2 - 1 - np.log(np.abs(v) + 1e-30)).sum(axis=1),
    ),
    "kl.without_constant": ("It lacks the constant -1.", lambda m, v: 0.5 * (_terms(m, v) + 1).sum(axis=1)),
    "kl.without_log_variance": ("It lacks the log-variance.", lambda m, v: 0.5 * (_terms(m, v) + v).sum(axis=1)),
    "kl.without_variance": ("It lacks the variance.", lambda m, v: 0.5 * (_terms(m, v) - np.exp(v)).sum(axis=1)),
    "kl.absolute_mean": (
        "It has the absolute value of the mean, not its square.",
        lambda m, v: 0.5 * (_terms(m, v) - m**2 + np.abs(m)).sum(axis=1),
    ),
    "kl.first_component_alone": ("It is that of the first component alone.", lambda m, v: 0.5 * _terms(m, v)[:, 0]),
    "kl.without_mean": ("It lacks the squared mean.", lambda m, v: 0.5 * (_terms(m, v) - m**2).sum(axis=1)),
    "kl.mean_not_squared": (
        "It has the mean without its square.", lambda m, v: 0.5 * (_terms(m, v) - m**2 + m).sum(axis=1)
    ),
    "kl.reversed": (
        "It is that of the prior from the posterior, the other way round.",
        lambda m, v: 0.5 * ((1 + m**2) / np.exp(v) - 1 + v).sum(axis=1),
    ),
    "kl.mean_over_batch": (
        "It is averaged over the batch.", lambda m, v: np.full(len(m), kl_divergence(m, v).mean())
    ),
    "kl.sum_over_batch": ("It is summed over the batch.", lambda m, v: np.full(len(m), kl_divergence(m, v).sum())),
    "kl.in_bits": ("It is in bits.", lambda m, v: kl_divergence(m, v) / np.log(2)),
}  # fmt: skip


@dataclass(frozen=True)
class Weights:
    """How a loss weighs its terms: cross_entropy * BCE sum + divergence * beta * KL sum, or squared errors for BCE.

    code: of the mistake that it is, one of WRONG_WEIGHINGS; empty where it is right.
    """

    cross_entropy: float
    divergence: float
    code: str = ""
    squared_error: float = 0.0


WRONG_WEIGHINGS: Mapping[str, str] = {
    "elbo.kl_missing": "The KL divergence is missing.",
    "elbo.kl_mean_over_batch": "The KL divergence is averaged over the batch, and the cross-entropy is summed.",
    "elbo.cross_entropy_mean_over_batch": (
        "The cross-entropy is averaged over the batch, and the KL divergence is summed."
    ),
    "elbo.kl_twice": "The KL divergence is counted twice.",
    "elbo.kl_mean_over_batch_twice": "The KL divergence is averaged over the batch and counted twice.",
    "elbo.kl_halved": "The KL divergence is halved.",
    "elbo.kl_wrong_sign": "The KL divergence has the wrong sign.",
    "elbo.kl_mean_over_dimensions": "The KL divergence is averaged over the dimensions.",
    "elbo.kl_mean_over_batch_and_dimensions": "The KL divergence is averaged over batch and dimensions.",
    "elbo.beta_ignored": "Beta is ignored.",
    "elbo.beta_twice": "Beta is applied twice.",
    "elbo.kl_divided_by_beta": "The KL divergence is divided by beta.",
    "elbo.cross_entropy_mean_over_pixels": "The cross-entropy is averaged over the pixels.",
    "elbo.cross_entropy_mean_over_pixels_and_batch": (
        "The cross-entropy is averaged over pixels and batch, and the KL divergence is summed."
    ),
    "elbo.cross_entropy_missing": "The cross-entropy is missing.",
    "elbo.beta_on_cross_entropy": "Beta weighs the cross-entropy, not the KL divergence.",
    "elbo.beta_on_both_terms": "Beta weighs both terms.",
    "elbo.beta_normalized": (
        "Beta is multiplied by encoding_size / 784, as a normalized beta is; this lab's beta is not."
    ),
    "elbo.squared_error": "The squared error stands where the cross-entropy belongs.",
}


def weighings(batch: int, size: int, beta: float) -> list[Weights]:
    """Right weighings first, then the known wrong ones."""
    one = 1.0
    mean = one / batch
    return [
        Weights(one, one),
        Weights(mean, mean),
        Weights(one, 0.0, "elbo.kl_missing"),
        Weights(mean, 0.0, "elbo.kl_missing"),
        Weights(one, mean, "elbo.kl_mean_over_batch"),
        Weights(mean, one, "elbo.cross_entropy_mean_over_batch"),
        Weights(one, 2.0, "elbo.kl_twice"),
        Weights(mean, 2 * mean, "elbo.kl_twice"),
        Weights(one, 2 * mean, "elbo.kl_mean_over_batch_twice"),
        Weights(one, 0.5, "elbo.kl_halved"),
        Weights(one, -one, "elbo.kl_wrong_sign"),
        Weights(one, one / size, "elbo.kl_mean_over_dimensions"),
        Weights(mean, mean / size, "elbo.kl_mean_over_dimensions"),
        Weights(one, mean / size, "elbo.kl_mean_over_batch_and_dimensions"),
        Weights(one, one / beta, "elbo.beta_ignored"),
        Weights(mean, mean / beta, "elbo.beta_ignored"),
        Weights(one, beta, "elbo.beta_twice"),
        Weights(mean, mean * beta, "elbo.beta_twice"),
        Weights(one, 1 / beta**2, "elbo.kl_divided_by_beta"),
        Weights(one / 784, one, "elbo.cross_entropy_mean_over_pixels"),
        Weights(mean / 784, mean, "elbo.cross_entropy_mean_over_pixels"),
        Weights(mean / 784, one, "elbo.cross_entropy_mean_over_pixels_and_batch"),
        Weights(0.0, one, "elbo.cross_entropy_missing"),
        Weights(0.0, mean, "elbo.cross_entropy_missing"),
        Weights(beta, one / beta, "elbo.beta_on_cross_entropy"),
        Weights(mean * beta, mean / beta, "elbo.beta_on_cross_entropy"),
        Weights(beta, one, "elbo.beta_on_both_terms"),
        Weights(mean * beta, mean, "elbo.beta_on_both_terms"),
        Weights(one, size / 784, "elbo.beta_normalized"),
        Weights(mean, mean * size / 784, "elbo.beta_normalized"),
        Weights(0.0, one, "elbo.squared_error", one),
        Weights(0.0, mean, "elbo.squared_error", mean),
    ]
