"""Bounds on likelihoods and KL divergences, against closed forms, SciPy and TensorFlow Probability."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import integrate, stats

from benchmarks.experiment.bounds import active_units, bernoulli, importance_bound, log_weights
from benchmarks.experiment.posterior import Posterior, posterior_of
from reference.gaussian_vae import GaussianVAE
from reference.vae import VariationalAutoencoder

IMAGES = np.random.default_rng(3).random((6, 28, 28, 1)).astype(np.float32)


@dataclass(frozen=True)
class LinearGaussian:
    """x = W z + noise: the one latent-variable model whose likelihood is known exactly. x (N, p), W (p, d)."""

    x: np.ndarray
    weights: np.ndarray
    deviation: float = 0.6

    def log_likelihood(self, encodings: np.ndarray) -> np.ndarray:
        return stats.norm.logpdf(self.x, encodings @ self.weights.T, self.deviation).sum(axis=1)

    def evidence(self) -> np.ndarray:
        """ln p(x), (N,)."""
        covariance = self.weights @ self.weights.T + self.deviation**2 * np.eye(len(self.weights))
        return stats.multivariate_normal.logpdf(self.x, cov=covariance)

    def posterior(self, widened: float = 1.0) -> Posterior:
        """p(z | x), or a wider Gaussian with the same mean."""
        precision = np.eye(self.weights.shape[1]) + self.weights.T @ self.weights / self.deviation**2
        covariance = np.linalg.inv(precision)
        mean = self.x @ self.weights @ covariance / self.deviation**2
        tril = widened * np.linalg.cholesky(covariance)
        return Posterior(mean, np.broadcast_to(tril, (len(mean), *tril.shape)))


def linear_gaussian() -> LinearGaussian:
    generator = np.random.default_rng(1)
    return LinearGaussian(generator.normal(size=(200, 5)), generator.normal(size=(5, 3)))


def bound(model: LinearGaussian, posterior: Posterior, draws: int) -> np.ndarray:
    return importance_bound(log_weights(posterior, model.log_likelihood, draws, np.random.default_rng(2)))


@pytest.mark.parametrize("draws", [1, 7])
def test_the_true_posterior_makes_the_bound_exact(draws: int) -> None:
    """With q(z | x) = p(z | x) every weight is p(x), so the bound is ln p(x) for any number of draws."""
    model = linear_gaussian()
    np.testing.assert_allclose(bound(model, model.posterior(), draws), model.evidence(), rtol=1e-9)


def test_the_bound_of_one_draw_is_the_elbo() -> None:
    """L_1 is ln p(x) less the KL divergence of q from the posterior, within 5 standard errors (1 in 1.7e6)."""
    model = linear_gaussian()
    wide, true = model.posterior(widened=1.5), model.posterior()
    ratio = np.linalg.solve(true.tril[0], wide.tril[0])
    divergence = 0.5 * (np.sum(ratio**2) - 3) - np.log(np.diag(ratio)).sum()
    gaps = model.evidence() - bound(model, wide, 1)
    assert abs(gaps.mean() - divergence) < 5 * gaps.std(ddof=1) / np.sqrt(len(gaps))


def test_the_bound_grows_towards_the_likelihood() -> None:
    """From a posterior that is too wide, more draws come closer to ln p(x), and 2,000 of them within .02 nats."""
    model = linear_gaussian()
    gaps = [float((model.evidence() - bound(model, model.posterior(widened=1.5), k)).mean()) for k in (1, 50, 2000)]
    assert gaps[0] > gaps[1] > gaps[2] - 1e-3
    assert abs(gaps[2]) < 0.02


def test_the_log_likelihood_is_that_of_bernoulli_pixels() -> None:
    """For black and white images the cross-entropy is minus the log-probability that SciPy gives them."""
    generator = np.random.default_rng(0)
    images = (generator.random((4, 28, 28, 1)) > 0.5).astype(np.float32)
    ink = generator.uniform(0.1, 0.9, images.shape)
    expected = stats.bernoulli.logpmf(images, ink).reshape(4, -1).sum(axis=1)
    np.testing.assert_allclose(bernoulli(images, lambda _: ink)(np.zeros((4, 2))), expected, rtol=1e-6)


def test_active_units_are_those_whose_means_vary() -> None:
    """Deviations of .2, .11, .09 and 0: two variances are above .01."""
    means = np.random.default_rng(0).normal(size=(100_000, 4)) * [0.2, 0.11, 0.09, 0.0]
    assert active_units(means) == 2


def correlated() -> Posterior:
    generator = np.random.default_rng(5)
    tril = np.tril(generator.normal(size=(4, 3, 3)))
    tril[:, range(3), range(3)] = generator.uniform(0.3, 1.2, size=(4, 3))
    return Posterior(generator.normal(size=(4, 3)), tril)


def test_density_is_scipys() -> None:
    """The log-density of a correlated posterior is that of SciPy's multivariate normal distribution."""
    posterior = correlated()
    encodings = posterior.sample(np.random.default_rng(0))
    expected = [
        stats.multivariate_normal.logpdf(z, mean, covariance)
        for z, mean, covariance in zip(encodings, posterior.mean, posterior.covariance, strict=True)
    ]
    np.testing.assert_allclose(posterior.log_density(encodings), expected)


def test_samples_have_the_moments_of_the_posterior() -> None:
    """Mean and covariance of 40,000 draws, within 5 standard errors of each of 9 numbers: wrong once in 200,000."""
    one = Posterior(np.repeat(correlated().mean[:1], 40_000, axis=0), np.repeat(correlated().tril[:1], 40_000, axis=0))
    draws = one.sample(np.random.default_rng(0))
    deviation = np.sqrt(np.diag(one.covariance[0]))
    assert np.all(np.abs(draws.mean(axis=0) - one.mean[0]) < 5 * deviation / 200)
    room = 5 * np.sqrt(2) * np.outer(deviation, deviation) / 200
    assert np.all(np.abs(np.cov(draws.T) - one.covariance[0]) < room)


def test_kl_of_a_component_is_the_integral() -> None:
    """The KL divergence of each marginal is what numerical integration of its definition gives."""
    posterior = correlated()
    found = posterior.kl_per_component()
    for row, component in np.ndindex(found.shape):
        q = stats.norm(posterior.mean[row, component], np.sqrt(posterior.covariance[row, component, component]))
        low, high = q.ppf([1e-14, 1 - 1e-14])
        expected, _ = integrate.quad(lambda z, q=q: q.pdf(z) * (q.logpdf(z) - stats.norm.logpdf(z)), low, high)
        assert found[row, component] == pytest.approx(expected, abs=1e-6)


def test_components_add_up_without_correlations_only() -> None:
    """The KL divergence is the sum of its components' where they are independent, and more where they are not."""
    posterior = correlated()
    alone = Posterior(posterior.mean, np.sqrt(posterior.covariance * np.eye(3)))
    np.testing.assert_allclose(alone.kl(), alone.kl_per_component().sum(axis=1))
    assert np.all(posterior.kl() > posterior.kl_per_component().sum(axis=1))


def test_posterior_of_the_gaussian_vae() -> None:
    """Means and variances are those that `encode_parameters` answers."""
    model = GaussianVAE(encoding_size=3)
    mean, log_variance = model.encode_parameters(IMAGES)
    found = posterior_of(model, IMAGES)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-6)
    np.testing.assert_allclose(found.covariance, np.exp(log_variance)[:, :, None] * np.eye(3), rtol=1e-5)


def test_posterior_of_the_tfp_vae() -> None:
    """Mean, covariance, density and KL divergence are those of TensorFlow Probability's own distribution."""
    import tensorflow_probability as tfp

    model = VariationalAutoencoder(encoding_size=3)
    distribution, found = model.encoder(IMAGES), posterior_of(model, IMAGES)
    np.testing.assert_allclose(found.mean, distribution.mean(), rtol=1e-5)
    np.testing.assert_allclose(found.covariance, distribution.covariance(), rtol=1e-4, atol=1e-6)
    prior = tfp.distributions.MultivariateNormalTriL(
        loc=np.zeros(3, np.float32), scale_tril=np.eye(3, dtype=np.float32)
    )
    np.testing.assert_allclose(found.kl(), distribution.kl_divergence(prior), rtol=1e-3, atol=1e-5)
