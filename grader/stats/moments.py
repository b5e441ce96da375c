"""Do samples come from the distribution they should come from? Statistics with their standard errors.

Each statistic is allowed some standard errors: 5.5 are exceeded by a right solution once in 26 million.
"""

import numpy as np

from ..core.expect import Evidence, Failed, rounded
from ..core.thresholds import Threshold


def expect_gaussian_noise(samples: np.ndarray, mean: np.ndarray, log_variance: np.ndarray, allowed: Threshold) -> None:
    """Samples (calls, rows, d), all rows with the same parameters (d,): moments, shape and independence.

    allowed: standard errors.
    """
    deviation = np.exp(log_variance / 2)
    spread = samples.std(axis=(0, 1))
    if not np.all(spread > 1e-3 * deviation):
        raise Failed("The samples do not vary: the mean is returned.", "Add noise of the requested deviation.")
    if np.array_equal(samples[0], samples[1]):
        raise Failed("Two calls give the same samples: the noise is frozen.", "Draw new noise at each call.")
    noise = (samples - mean) / deviation
    if np.any(samples.std(axis=1) < 0.05 * spread):
        raise Failed("All rows of a batch share their noise.", "Draw noise of the full shape (B, encoding_size).")
    _expect_spread(noise, log_variance)
    expect_standard(noise, "sample", allowed)


def _expect_spread(noise: np.ndarray, log_variance: np.ndarray) -> None:
    """Name the wrong deviations that are known."""
    spread, half = noise.std(axis=(0, 1)), np.exp(log_variance / 2)
    known = {
        "the deviation is exp(log-variance), which is the variance": half,
        "the deviation is the log-variance itself": np.abs(log_variance) / half,
        "the deviation is always 1": 1 / half,
        "the variance is twice as large": np.full_like(half, np.sqrt(2)),
    }
    for story, factor in known.items():
        if np.allclose(spread, factor, rtol=0.05) and not np.allclose(spread, 1, rtol=0.05):
            raise Failed(
                f"The samples have the wrong spread: {story}.",
                "How do a variance and its logarithm give a deviation?",
                Evidence([1.0] * len(spread), [rounded(s, 3) for s in spread]),
            )


def expect_standard(noise: np.ndarray, what: str, allowed: Threshold) -> None:
    """Noise (calls, rows, d) should be independent standard normal: mean, variance, kurtosis, correlations."""
    if np.array_equal(noise[0], noise[1]):
        raise Failed(f"Two calls of {what} give the same result.", "Draw new noise at each call.")
    calls, rows, size = noise.shape
    flat = noise.reshape(-1, size)
    count = len(flat)
    _within(flat.mean(axis=0), 0, 1 / np.sqrt(count), what, "mean of the noise", allowed)
    _within(flat.var(axis=0), 1, np.sqrt(2 / count), what, "variance of the noise", allowed)
    _within(np.atleast_1d((flat**4).mean()), 3, np.sqrt(96 / flat.size), what, "kurtosis of the noise", allowed)
    if size > 1:
        correlations = np.corrcoef(flat.T)[np.triu_indices(size, 1)]
        _within(correlations, 0, 1 / np.sqrt(count), what, "correlation between components", allowed)
    halves = noise[: calls // 2].ravel(), noise[calls // 2 : calls // 2 * 2].ravel()
    _within(np.corrcoef(*halves)[:1, 1], 0, 1 / np.sqrt(len(halves[0])), what, "correlation between calls", allowed)
    if rows > 1:
        pair = noise[:, : rows // 2].ravel(), noise[:, rows // 2 : rows // 2 * 2].ravel()
        _within(np.corrcoef(*pair)[:1, 1], 0, 1 / np.sqrt(len(pair[0])), what, "correlation between rows", allowed)


def _within(found: np.ndarray, wanted: float, error: float, what: str, statistic: str, allowed: Threshold) -> None:
    worst = found[np.argmax(np.abs(found - wanted))]
    if not allowed.within(abs(worst - wanted) / error):
        raise Failed(
            f"The samples of {what} are not those of a Gaussian with the requested mean and variance: "
            f"the {statistic} is {rounded(worst, 3)}.",
            "Scale standard normal noise, one number for each component of each row, and add the mean.",
            Evidence(f"{wanted:g} ± {allowed.limit * error:.2g}", rounded(worst, 3)),
        )
