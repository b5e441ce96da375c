"""Do samples come from the distribution they should come from? Statistics with their standard errors.

Each statistic is allowed some standard errors: 5.5 are exceeded by a right solution once in 26 million.
"""

import numpy as np

from ..core.expect import Evidence, Failed, rounded
from ..core.thresholds import Threshold
from .causes import first_fit

STATISTICS = {
    "samples.wrong_mean": "mean of the noise",
    "samples.wrong_variance": "variance of the noise",
    "samples.wrong_kurtosis": "kurtosis of the noise",
    "samples.correlated_components": "correlation between components",
    "samples.correlated_calls": "correlation between calls",
    "samples.correlated_rows": "correlation between rows",
}


def expect_gaussian_noise(samples: np.ndarray, mean: np.ndarray, log_variance: np.ndarray, allowed: Threshold) -> None:
    """Samples (calls, rows, d), all rows with the same parameters (d,): moments, shape and independence.

    allowed: standard errors.
    """
    deviation = np.exp(log_variance / 2)
    spread = samples.std(axis=(0, 1))
    if not np.all(spread > 1e-3 * deviation):
        message = "The samples do not vary: the mean is returned."
        raise Failed("samples.mean_returned", message, "Add noise of the requested deviation.")
    _expect_new(samples, "sample")
    noise = (samples - mean) / deviation
    if np.any(samples.std(axis=1) < 0.05 * spread):
        message = "All rows of a batch share their noise."
        raise Failed("samples.shared_by_rows", message, "Draw noise of the full shape (B, encoding_size).")
    _expect_spread(noise, log_variance)
    expect_standard(noise, "sample", allowed)


def _expect_new(samples: np.ndarray, what: str) -> None:
    if np.array_equal(samples[0], samples[1]):
        message = "Two calls of {what} give the same samples: the noise is frozen."
        raise Failed("samples.frozen", message, "Draw new noise at each call.", what=what)


def _expect_spread(noise: np.ndarray, log_variance: np.ndarray) -> None:
    """Name the wrong deviations that are known."""
    spread = noise.std(axis=(0, 1))

    def fits(factor: np.ndarray) -> bool:
        return np.allclose(spread, factor, rtol=0.05) and not np.allclose(spread, 1, rtol=0.05)

    found = first_fit(wrong_spreads(log_variance), fits, "samples.unknown")
    if found.sentence:
        raise Failed(
            found.code,
            "The samples have the wrong spread. {diagnosis}",
            "How do a variance and its logarithm give a deviation?",
            Evidence([1.0] * len(spread), [rounded(s, 3) for s in spread]),
            diagnosis=found.sentence,
        )


def wrong_spreads(log_variance: np.ndarray) -> dict[str, tuple[str, np.ndarray]]:
    """The deviation of the noise, in units of the requested one, that each mistake comes to."""
    half = np.exp(log_variance / 2)
    return {
        "samples.variance_for_deviation": ("The deviation is exp(log-variance), which is the variance.", half),
        "samples.log_variance_for_deviation": (
            "The deviation is the log-variance itself.", np.abs(log_variance) / half
        ),
        "samples.deviation_of_one": ("The deviation is always 1.", 1 / half),
        "samples.variance_doubled": ("The variance is twice as large.", np.full_like(half, np.sqrt(2))),
    }  # fmt: skip


def expect_standard(noise: np.ndarray, what: str, allowed: Threshold) -> None:
    """Noise (calls, rows, d) should be independent standard normal: mean, variance, kurtosis, correlations."""
    _expect_new(noise, what)
    calls, rows, size = noise.shape
    flat = noise.reshape(-1, size)
    count = len(flat)
    _within(flat.mean(axis=0), 0, 1 / np.sqrt(count), what, "samples.wrong_mean", allowed)
    _within(flat.var(axis=0), 1, np.sqrt(2 / count), what, "samples.wrong_variance", allowed)
    _within(np.atleast_1d((flat**4).mean()), 3, np.sqrt(96 / flat.size), what, "samples.wrong_kurtosis", allowed)
    if size > 1:
        correlations = np.corrcoef(flat.T)[np.triu_indices(size, 1)]
        _within(correlations, 0, 1 / np.sqrt(count), what, "samples.correlated_components", allowed)
    halves = noise[: calls // 2].ravel(), noise[calls // 2 : calls // 2 * 2].ravel()
    _within(np.corrcoef(*halves)[:1, 1], 0, 1 / np.sqrt(len(halves[0])), what, "samples.correlated_calls", allowed)
    if rows > 1:
        pair = noise[:, : rows // 2].ravel(), noise[:, rows // 2 : rows // 2 * 2].ravel()
        _within(np.corrcoef(*pair)[:1, 1], 0, 1 / np.sqrt(len(pair[0])), what, "samples.correlated_rows", allowed)


def _within(found: np.ndarray, wanted: float, error: float, what: str, code: str, allowed: Threshold) -> None:
    worst = found[np.argmax(np.abs(found - wanted))]
    if not allowed.within(abs(worst - wanted) / error):
        raise Failed(
            code,
            "The samples of {what} are not those of a Gaussian with the requested mean and variance: "
            "the {statistic} is {value}.",
            "Scale standard normal noise, one number for each component of each row, and add the mean.",
            Evidence(f"{wanted:g} ± {allowed.limit * error:.2g}", rounded(worst, 3)),
            what=what,
            statistic=STATISTICS[code],
            value=rounded(worst, 3),
        )
