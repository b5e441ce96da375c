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


WRONG_KL: Mapping[str, Formula] = {
    "your KL is the mean over the dimensions, not their sum": lambda m, v: 0.5 * _terms(m, v).mean(axis=1),
    "your KL lacks the factor one half": lambda m, v: _terms(m, v).sum(axis=1),
    "your KL has the opposite sign": lambda m, v: -kl_divergence(m, v),
    "your KL takes the second argument for the logarithm of the deviation": lambda m, v: kl_divergence(m, 2 * v),
    "your KL takes the second argument for the variance": lambda m, v: (
        0.5 * (np.abs(v) + m**2 - 1 - np.log(np.abs(v) + 1e-30)).sum(axis=1)
    ),
    "your KL lacks the constant -1": lambda m, v: 0.5 * (_terms(m, v) + 1).sum(axis=1),
    "your KL lacks the log-variance": lambda m, v: 0.5 * (_terms(m, v) + v).sum(axis=1),
    "your KL lacks the variance": lambda m, v: 0.5 * (_terms(m, v) - np.exp(v)).sum(axis=1),
    "your KL has the absolute value of the mean, not its square": lambda m, v: (
        0.5 * (_terms(m, v) - m**2 + np.abs(m)).sum(axis=1)
    ),
    "your KL is that of the first component alone": lambda m, v: 0.5 * _terms(m, v)[:, 0],
    "your KL lacks the squared mean": lambda m, v: 0.5 * (_terms(m, v) - m**2).sum(axis=1),
    "your KL has the mean without its square": lambda m, v: 0.5 * (_terms(m, v) - m**2 + m).sum(axis=1),
    "your KL is that of the prior from the posterior, the other way round": lambda m, v: (
        0.5 * ((1 + m**2) / np.exp(v) - 1 + v).sum(axis=1)
    ),
    "your KL is averaged over the batch": lambda m, v: np.full(len(m), kl_divergence(m, v).mean()),
    "your KL is summed over the batch": lambda m, v: np.full(len(m), kl_divergence(m, v).sum()),
    "your KL is in bits": lambda m, v: kl_divergence(m, v) / np.log(2),
}


@dataclass(frozen=True)
class Weights:
    """How a loss weighs its terms: cross_entropy * BCE sum + divergence * beta * KL sum, or squared errors for BCE."""

    cross_entropy: float
    divergence: float
    story: str = ""
    squared_error: float = 0.0


def weighings(batch: int, size: int, beta: float) -> list[Weights]:
    """Right weighings first (no story), then the known wrong ones."""
    one = 1.0
    mean = one / batch
    return [
        Weights(one, one),
        Weights(mean, mean),
        Weights(one, 0.0, "the KL divergence is missing"),
        Weights(mean, 0.0, "the KL divergence is missing"),
        Weights(one, mean, "the KL divergence is averaged over the batch, and the cross-entropy is summed"),
        Weights(mean, one, "the cross-entropy is averaged over the batch, and the KL divergence is summed"),
        Weights(one, 2.0, "the KL divergence is counted twice"),
        Weights(mean, 2 * mean, "the KL divergence is counted twice"),
        Weights(one, 2 * mean, "the KL divergence is averaged over the batch and counted twice"),
        Weights(one, 0.5, "the KL divergence is halved"),
        Weights(one, -one, "the KL divergence has the wrong sign"),
        Weights(one, one / size, "the KL divergence is averaged over the dimensions"),
        Weights(mean, mean / size, "the KL divergence is averaged over the dimensions"),
        Weights(one, mean / size, "the KL divergence is averaged over batch and dimensions"),
        Weights(one, one / beta, "beta is ignored"),
        Weights(mean, mean / beta, "beta is ignored"),
        Weights(one, beta, "beta is applied twice"),
        Weights(mean, mean * beta, "beta is applied twice"),
        Weights(one, 1 / beta**2, "the KL divergence is divided by beta"),
        Weights(one / 784, one, "the cross-entropy is averaged over the pixels"),
        Weights(mean / 784, mean, "the cross-entropy is averaged over the pixels"),
        Weights(
            mean / 784, one, "the cross-entropy is averaged over pixels and batch, and the KL divergence is summed"
        ),
        Weights(0.0, one, "the cross-entropy is missing"),
        Weights(0.0, mean, "the cross-entropy is missing"),
        Weights(beta, one / beta, "beta weighs the cross-entropy, not the KL divergence"),
        Weights(mean * beta, mean / beta, "beta weighs the cross-entropy, not the KL divergence"),
        Weights(beta, one, "beta weighs both terms"),
        Weights(mean * beta, mean, "beta weighs both terms"),
        Weights(0.0, one, "the squared error stands where the cross-entropy belongs", one),
        Weights(0.0, mean, "the squared error stands where the cross-entropy belongs", mean),
    ]
