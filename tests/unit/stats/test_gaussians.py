"""KL divergences of Gaussians, against quadrature that knows nothing of the closed form."""

import numpy as np
import pytest
from scipy.stats import chi2, multivariate_normal, norm

from grader.stats.gaussians import KLEstimate, deviation_of_ratio, gaussian_kl, kl_from_samples


def covariance(random: np.random.Generator, size: int) -> np.ndarray:
    """A covariance matrix with correlations, (size, size)."""
    factor = 0.6 * random.normal(size=(size, size)) + np.eye(size)
    return factor @ factor.T / 2


def by_quadrature(mean: np.ndarray, matrix: np.ndarray) -> float:
    """E[log p(z) - log N(z; 0, I)] under p = N(mean, matrix), by Gauss-Hermite quadrature in every component."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(6)
    grid = np.stack(np.meshgrid(*[nodes] * len(mean)), axis=-1).reshape(-1, len(mean))
    weight = np.stack(np.meshgrid(*[weights] * len(mean)), axis=-1).reshape(-1, len(mean)).prod(axis=1)
    points = mean + grid @ np.linalg.cholesky(matrix).T
    log_ratio = multivariate_normal(mean, matrix).logpdf(points) - multivariate_normal(np.zeros(len(mean))).logpdf(
        points
    )
    return float((weight * log_ratio).sum() / weight.sum())


@pytest.mark.parametrize("size", [1, 2, 3])
def test_gaussian_kl_is_the_expected_log_ratio(size: int) -> None:
    """The definition of the divergence, with correlated components."""
    random = np.random.default_rng(size)
    means, matrices = random.normal(size=(4, size)), np.stack([covariance(random, size) for _ in range(4)])
    expected = [by_quadrature(m, c) for m, c in zip(means, matrices, strict=True)]
    np.testing.assert_allclose(gaussian_kl(means, matrices), expected, rtol=1e-9)


def test_gaussian_kl_of_the_prior_is_zero() -> None:
    """N(0, I) is no distance from itself."""
    np.testing.assert_allclose(gaussian_kl(np.zeros((2, 5)), np.stack([np.eye(5)] * 2)), 0, atol=1e-12)


@pytest.fixture
def many_estimates() -> tuple[float, KLEstimate, np.ndarray]:
    """The true KL of one posterior, 2,000 estimates of it from 64 samples each, and the plug-in estimates."""
    random = np.random.default_rng(20260101)
    size, draws, images = 6, 64, 2000
    mean, matrix = random.normal(size=size) / 2, covariance(random, size)
    samples = mean + random.normal(size=(draws, images, size)) @ np.linalg.cholesky(matrix).T
    found = kl_from_samples(samples)
    plug_in = gaussian_kl(samples.mean(axis=0), np.stack([np.cov(samples[:, i].T) for i in range(images)]))
    true = multivariate_normal(mean, matrix)
    expected_log_prior = -0.5 * (size * np.log(2 * np.pi) + np.trace(matrix) + mean @ mean)
    return float(-true.entropy() - expected_log_prior), found, plug_in


Estimates = tuple[float, KLEstimate, np.ndarray]


def test_kl_from_samples_is_unbiased(many_estimates: Estimates) -> None:
    """Over 2,000 draws the mean estimate lies within 4 standard errors of the truth; the plug-in estimate does not."""
    true, found, plug_in = many_estimates
    standard_error = found.kl.std() / np.sqrt(len(found.kl))
    assert abs(found.kl.mean() - true) < 4 * standard_error
    assert plug_in.mean() - true > 20 * standard_error


def test_the_stated_error_of_kl_from_samples_covers_the_real_one(many_estimates: Estimates) -> None:
    """The error that bars rest on is not smaller than the spread of the estimates, nor so large as to say nothing."""
    _, found, _ = many_estimates
    assert found.kl.std() <= found.error <= 3 * found.kl.std()


def test_kl_from_samples_keeps_images_apart() -> None:
    """(n, B, d) -> (B,): an image's estimate does not depend on what stands beside it."""
    samples = np.random.default_rng(3).normal(size=(40, 3, 4))
    alone = [kl_from_samples(samples[:, [i]]).kl[0] for i in range(3)]
    np.testing.assert_allclose(kl_from_samples(samples).kl, alone, rtol=1e-12)


def test_the_deviation_of_a_single_log_density_ratio() -> None:
    """What one sample's log q(z) - log p(z) scatters by, against SciPy's densities of many samples."""
    random = np.random.default_rng(4)
    mean, matrix = random.normal(size=3), covariance(random, 3)
    draws = mean + random.normal(size=(100_000, 3)) @ np.linalg.cholesky(matrix).T
    ratios = multivariate_normal(mean, matrix).logpdf(draws) - multivariate_normal(np.zeros(3)).logpdf(draws)
    assert kl_from_samples(draws[:, None]).single == pytest.approx(ratios.std(), rel=0.02)


@pytest.mark.parametrize("count", [5, 8, 40])
def test_the_correction_of_few_samples_is_exact(count: int) -> None:
    """The determinant of a sample covariance is a product of chi-squared numbers (Bartlett): their expected logarithms,
    by numerical integration, and trace / n are what the plug-in estimate is corrected by.
    """
    samples = np.random.default_rng(count).normal(size=(count, 2, 3))
    plug_in = gaussian_kl(samples.mean(axis=0), np.stack([np.cov(samples[:, i].T) for i in range(2)]))
    traces = samples.var(axis=0, ddof=1).sum(axis=1)
    logarithms = sum(chi2(count - 1 - i).expect(np.log) - np.log(count - 1) for i in range(3))
    np.testing.assert_allclose(kl_from_samples(samples).kl, plug_in + (logarithms - traces / count) / 2, rtol=1e-6)


def test_the_error_is_what_single_ratios_and_the_prior_give() -> None:
    """Of n single ratios and, at the prior, of half of the components: the variances are added, and divided by n."""
    random = np.random.default_rng(8)
    found = kl_from_samples(2 + random.normal(size=(50, 4, 6)))
    assert found.error == pytest.approx(np.sqrt((found.single**2 + 6 / 2) / 50))


def test_the_deviation_of_a_single_ratio_is_averaged_over_images() -> None:
    """The variances of the images are averaged, those of one image not mixed with those of another."""
    random = np.random.default_rng(9)
    samples = random.normal(size=(60, 3, 4)) * np.array([0.5, 1, 3])[:, None]
    alone = [kl_from_samples(samples[:, [i]]).single for i in range(3)]
    assert kl_from_samples(samples).single == pytest.approx(np.sqrt(np.mean(np.square(alone))))


def test_the_deviation_of_a_log_ratio_is_that_of_many_samples() -> None:
    """log q(z) - log p(z), computed with SciPy for 200,000 samples of two Gaussians."""
    random = np.random.default_rng(11)
    mean, log_variance = np.array([[0.7, -1.2, 0.0], [2.0, 0.3, -0.4]]), np.array([[1.3, -1.3, 0.4], [0.0, -3.0, 0.2]])
    deviation = np.exp(log_variance / 2)
    samples = mean + deviation * random.normal(size=(200_000, 2, 3))
    ratios = (norm(mean, deviation).logpdf(samples) - norm.logpdf(samples)).sum(axis=2)
    wanted = np.sqrt(ratios.var(axis=0).mean())
    assert deviation_of_ratio(mean, log_variance) == pytest.approx(wanted, rel=0.01)
