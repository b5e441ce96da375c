"""KL divergences of Gaussians from the standard normal prior, known or estimated from samples, in nats."""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma


def gaussian_kl(mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """KL of N(mean, covariance) from N(0, I): (B, d), (B, d, d) -> (B,)."""
    _, log_determinant = np.linalg.slogdet(covariance)
    trace = np.trace(covariance, axis1=1, axis2=2)
    return np.asarray(0.5 * (trace + (mean**2).sum(axis=1) - mean.shape[1] - log_determinant))


@dataclass(frozen=True)
class KLEstimate:
    """KL divergences (B,) in nats, the standard error of each, and the deviation of a single log-density ratio.

    parameters: mean and log-variance (B, d) that they are computed from, where these are known.
    """

    kl: np.ndarray
    error: float
    single: float
    parameters: tuple[np.ndarray, np.ndarray] | None = None


def deviation_of_ratio(mean: np.ndarray, log_variance: np.ndarray) -> float:
    """The deviation of log q(z) - log p(z) for one z drawn from q = N(mean, exp(log_variance)), in nats: (B, d) each.

    With z = m + s e, e standard normal, it is m s e + (s² - 1) e² / 2 and a constant, in every component.
    """
    variance = np.exp(log_variance)
    return float(np.sqrt((mean**2 * variance + 0.5 * (variance - 1) ** 2).sum(axis=1).mean()))


def kl_from_samples(samples: np.ndarray) -> KLEstimate:
    """The same for Gaussians known by samples of them, (n, B, d).

    Unbiased: the mean's square is too large by trace / n, and the log-determinant of a sample covariance is too small
    by what the digamma functions say (Wishart distribution; Bishop, Pattern Recognition and Machine Learning, B.81).
    `single` is that of log q(z) - log p(z) for one z drawn from q, whose mean is the KL.
    """
    count, _, size = samples.shape
    by_image = np.swapaxes(samples.astype(np.float64), 0, 1)  # (B, n, d)
    mean = by_image.mean(axis=1)
    centred = by_image - mean[:, None]
    covariance = np.einsum("bni,bnj->bij", centred, centred) / (count - 1)
    freedom = count - 1
    log_bias = digamma((freedom - np.arange(size)) / 2).sum() + size * np.log(2 / freedom)
    trace = np.trace(covariance, axis1=1, axis2=2)
    kl = gaussian_kl(mean, covariance) + 0.5 * (log_bias - trace / count)
    off = covariance - np.eye(size)
    variance = 0.5 * (off**2).sum(axis=(1, 2)) + np.einsum("bi,bij,bj->b", mean, covariance, mean)
    # The delta method, which gives what single ratios would; and size / 2, which is all there is at the prior.
    error = np.sqrt((variance + size / 2).mean() / count)
    return KLEstimate(kl, float(error), float(np.sqrt(variance.mean())))
