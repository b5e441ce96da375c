"""Noise as it should be passes for every seed, and each known wrong noise is named."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import pearsonr

from grader.autoencoders.thresholds import STANDARD_ERRORS
from grader.core.expect import Evidence, Failed
from grader.core.thresholds import recording
from grader.stats.moments import expect_gaussian_noise, expect_standard

MEAN, LOG_VARIANCE = np.array([0.7, -1.2, 0.3]), np.array([1.3, -1.3, 0.4])
DEVIATION = np.sqrt(np.exp(LOG_VARIANCE))
SHAPE = (10, 2000, 3)  # calls, rows, components: as in the check

Noise = Callable[[np.random.Generator], np.ndarray]


def code_of(samples: np.ndarray) -> str:
    with pytest.raises(Failed) as caught:
        expect_gaussian_noise(samples.astype(np.float32), MEAN, LOG_VARIANCE, STANDARD_ERRORS)
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize("generator", [np.random.PCG64, np.random.MT19937])
def test_gaussian_noise_passes_on_every_seed(generator: type) -> None:
    """A right solution is not failed by chance: 50 seeds of each of two generators."""
    for seed in range(50):
        noise = np.random.Generator(generator(seed)).normal(size=SHAPE)
        expect_gaussian_noise((MEAN + DEVIATION * noise).astype(np.float32), MEAN, LOG_VARIANCE, STANDARD_ERRORS)


def halves_alike(noise: np.ndarray, axis: int) -> np.ndarray:
    """The second half along an axis repeats the first."""
    first = np.split(noise, 2, axis)[0]
    return np.concatenate([first, first], axis)


WRONG_NOISE: dict[str, tuple[Noise, str]] = {
    "rows share it": (lambda r: r.normal(size=(10, 1, 3)) * np.ones(SHAPE), "samples.shared_by_rows"),
    "frozen": (lambda r: r.normal(size=(1, 2000, 3)) * np.ones(SHAPE), "samples.frozen"),
    "uniform": (lambda r: r.uniform(-np.sqrt(3), np.sqrt(3), SHAPE), "samples.wrong_kurtosis"),
    "Laplace": (lambda r: r.laplace(scale=np.sqrt(0.5), size=SHAPE), "samples.wrong_kurtosis"),
    "truncated at two deviations": (lambda r: np.clip(r.normal(size=SHAPE), -2, 2) / 0.9594, "samples.wrong_kurtosis"),
    "columns share it": (lambda r: r.normal(size=(10, 2000, 1)) * np.ones(SHAPE), "samples.correlated_components"),
    "half the rows repeat": (lambda r: halves_alike(r.normal(size=SHAPE), 1), "samples.correlated_rows"),
    "later calls repeat": (lambda r: halves_alike(r.normal(size=SHAPE), 0), "samples.correlated_calls"),
    "mean off by a tenth": (lambda r: 0.1 + r.normal(size=SHAPE), "samples.wrong_mean"),
    "variance 10 % too large": (lambda r: 1.0488 * r.normal(size=SHAPE), "samples.wrong_variance"),
}


@pytest.mark.parametrize("noise", WRONG_NOISE)
def test_wrong_noise_is_named(noise: str) -> None:
    """Right mean and deviation, wrong noise: the code says what about it is wrong."""
    make, code = WRONG_NOISE[noise]
    assert code_of(MEAN + DEVIATION * make(np.random.default_rng(5))) == code


WRONG_SPREAD = {
    "samples.variance_for_deviation": np.exp(LOG_VARIANCE),
    "samples.log_variance_for_deviation": LOG_VARIANCE,
    "samples.deviation_of_one": np.ones(3),
    "samples.variance_doubled": np.sqrt(2) * DEVIATION,
}


@pytest.mark.parametrize("code", WRONG_SPREAD)
def test_wrong_deviations_are_named(code: str) -> None:
    """What was made of the log-variance instead of exp(log_variance / 2)."""
    samples = MEAN + WRONG_SPREAD[code] * np.random.default_rng(6).normal(size=SHAPE)
    assert code_of(samples) == code


def test_a_mean_in_place_of_a_sample_is_named() -> None:
    """Nothing varies."""
    assert code_of(MEAN + np.zeros(SHAPE)) == "samples.mean_returned"


def test_samples_that_are_no_numbers_fail() -> None:
    """NaN never passes for noise."""
    samples = MEAN + DEVIATION * np.random.default_rng(8).normal(size=SHAPE)
    samples[3, 5, 1] = np.nan
    code_of(samples)


def test_standard_noise_may_have_one_component_or_one_row() -> None:
    """The pixels of `corrupt` are one long component; statistics that need two are left out."""
    random = np.random.default_rng(9)
    expect_standard(random.normal(size=(4, 5000, 1)), "corrupt", STANDARD_ERRORS)
    expect_standard(random.normal(size=(400, 1, 10)), "encode", STANDARD_ERRORS)


def test_the_same_call_twice_is_named_with_what_was_called() -> None:
    """The message says which function repeats itself."""
    once = np.random.default_rng(10).normal(size=(1, 100, 2))
    with pytest.raises(Failed, match="Two calls of encode give the same samples") as caught:
        expect_standard(np.concatenate([once, once]), "encode", STANDARD_ERRORS)
    assert caught.value.hint


def test_right_noise_passes_whatever_its_scale() -> None:
    """Deviations of 0.0025, 1 and 403 side by side, in double precision; two calls are enough."""
    log_variance = np.array([-12.0, 0, 12])
    for seed in range(20):
        samples = MEAN + np.exp(log_variance / 2) * np.random.default_rng(seed).normal(size=(2, 2000, 3))
        expect_gaussian_noise(samples, MEAN, log_variance, STANDARD_ERRORS)


def test_right_noise_passes_where_wrong_deviations_are_right() -> None:
    """At log-variance 0 the variance and 1 are the deviation, too: nothing is wrong there."""
    for seed in range(20):
        expect_gaussian_noise(MEAN + np.random.default_rng(seed).normal(size=SHAPE), MEAN, np.zeros(3), STANDARD_ERRORS)


@pytest.mark.parametrize("component", [0, 1, 2])
def test_one_component_that_does_not_vary_is_enough(component: int) -> None:
    """The others have noise of any size."""
    samples = MEAN + 100 * DEVIATION * np.random.default_rng(11).normal(size=SHAPE)
    samples[..., component] = MEAN[component]
    assert code_of(samples) == "samples.mean_returned"


def test_two_equal_calls_among_others_are_frozen() -> None:
    """The first two are compared, whatever comes later."""
    samples = MEAN + DEVIATION * np.random.default_rng(12).normal(size=SHAPE)
    samples[1] = samples[0]
    assert code_of(samples) == "samples.frozen"


def test_the_evidence_of_a_wrong_spread_is_that_of_the_noise() -> None:
    """The deviation of each component, in units of the requested one."""
    noise = np.random.default_rng(13).normal(size=SHAPE)
    noise = np.sqrt(2) * (noise - noise.mean(axis=(0, 1))) / noise.std(axis=(0, 1))
    with pytest.raises(Failed) as caught:
        expect_gaussian_noise(MEAN + DEVIATION * noise, MEAN, LOG_VARIANCE, STANDARD_ERRORS)
    assert caught.value.evidence == Evidence([1.0, 1.0, 1.0], [1.41, 1.41, 1.41])


def test_the_evidence_of_wrong_noise_is_the_statistic_and_what_it_may_be() -> None:
    """A mean of 60,000 numbers in 3 columns may be 5.5 / sqrt(20,000) = 0.039 away from 0; here one is -0.0612."""
    noise = np.random.default_rng(14).normal(size=SHAPE)
    noise -= noise.mean(axis=(0, 1)) + np.array([0, 0.0612345, 0])
    with pytest.raises(Failed, match=r"the mean of the noise is -0\.0612\.") as caught:
        expect_standard(noise, "sample", STANDARD_ERRORS)
    assert caught.value.evidence == Evidence("0 ± 0.039", -0.0612)
    assert caught.value.hint


def standard_errors(noise: np.ndarray) -> dict[str, float]:
    """How far each statistic is from that of standard normal numbers, by the variance that its average has.

    A number z ~ N(0, 1) has variance 1, z² has 2, z⁴ has 105 - 9 = 96, a product of two independent ones has 1.
    """
    calls, rows, size = noise.shape
    columns = [noise[..., i].ravel() for i in range(size)]
    count = calls * rows
    found = {
        "mean": max(abs(sum(c) / count) * count**0.5 for c in columns),
        "variance": max(abs(np.var(c) - 1) * (count / 2) ** 0.5 for c in columns),
        "kurtosis": abs(np.mean(noise**4) - 3) * (count * size / 96) ** 0.5,
    }
    pairs = {"calls": (noise[: calls // 2], noise[calls // 2 :][: calls // 2])}
    if rows > 1:
        pairs["rows"] = (noise[:, : rows // 2], noise[:, rows // 2 :][:, : rows // 2])
    for name, (one, other) in pairs.items():
        found[name] = abs(pearsonr(one.ravel(), other.ravel()).statistic) * one.size**0.5
    if size > 1:
        correlations = [pearsonr(a, b).statistic for i, a in enumerate(columns) for b in columns[:i]]
        found["components"] = max(map(abs, correlations)) * count**0.5
    return found


@pytest.mark.parametrize("shape", [(5, 41, 3), (4, 40, 2), (9, 2, 3), (7, 201, 1), (40, 1, 5)], ids=str)
def test_the_worst_statistic_is_recorded_in_its_standard_errors(shape: tuple[int, int, int]) -> None:
    """Each statistic there is comes to be the worst one under some of 60 seeds, odd numbers of calls and rows, too."""
    worst = set()
    for seed in range(60):
        noise = np.random.default_rng(seed).normal(size=shape)
        wanted = standard_errors(noise)
        worst.add(max(wanted, key=lambda name: wanted[name]))
        with recording([STANDARD_ERRORS]) as recorded:
            expect_standard(noise, "sample", STANDARD_ERRORS)
        assert recorded == {"standard errors": pytest.approx(max(wanted.values()), rel=1e-6)}
    assert worst == set(wanted)
