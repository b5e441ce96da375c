"""The variational autoencoder by hand against numerical integration, NumPy, and the moments of its samples."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, stats

from reference.gaussian_vae import GaussianVAE, kl_divergence

from .oracles import cross_entropy, digits

SIGMAS = 6  # standard errors allowed: a right value lies outside twice in a thousand million
GENERATOR = np.random.default_rng(0)
MEAN = GENERATOR.normal(0, 1.5, (3, 4)).astype(np.float32)
LOG_VARIANCE = GENERATOR.normal(0, 1.3, (3, 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Fix the first weights and the noise."""
    tf.keras.utils.set_random_seed(20260101)


def integrated_divergence(mean: float, log_variance: float) -> float:
    """KL divergence of N(mean, exp(log_variance)) from N(0, 1), the integral of q ln(q/p) by quadrature."""
    posterior, prior = stats.norm(mean, np.exp(log_variance / 2)), stats.norm()
    low, high = posterior.ppf([1e-15, 1 - 1e-15])
    return float(
        integrate.quad(lambda z: posterior.pdf(z) * (posterior.logpdf(z) - prior.logpdf(z)), low, high, limit=200)[0]
    )


def test_divergence_is_the_integral_it_stands_for() -> None:
    """One number in nats for each row: the sum over components of the integrals of q ln(q/p)."""
    expected = np.vectorize(integrated_divergence)(MEAN, LOG_VARIANCE).sum(axis=1)
    np.testing.assert_allclose(kl_divergence(MEAN, LOG_VARIANCE), expected, rtol=1e-5)


def test_divergence_is_zero_at_the_prior_only() -> None:
    """Mean 0 and log-variance 0 cost nothing; a step away in any direction costs something."""
    zero, step = np.zeros((2, 5), np.float32), np.full((2, 5), 0.1, np.float32)
    np.testing.assert_array_equal(kl_divergence(zero, zero), [0, 0])
    for mean, log_variance in ((step, zero), (-step, zero), (zero, step), (zero, -step)):
        assert np.all(kl_divergence(mean, log_variance).numpy() > 0)


def test_samples_have_the_requested_moments() -> None:
    """Mean, variance and correlations of 40,000 draws, within six standard errors of the requested ones."""
    draws = 40_000
    mean, log_variance = np.tile(MEAN[:1], (draws, 1)), np.tile(LOG_VARIANCE[:1], (draws, 1))
    samples = GaussianVAE(4).sample(mean, log_variance).numpy().astype(np.float64)
    variance = np.exp(LOG_VARIANCE[0])
    assert np.all(np.abs(samples.mean(axis=0) - MEAN[0]) < SIGMAS * np.sqrt(variance / draws))
    assert np.all(np.abs(samples.var(axis=0) - variance) < SIGMAS * variance * np.sqrt(2 / draws))
    correlations = np.corrcoef(samples.T) - np.eye(4)
    assert np.all(np.abs(correlations) < SIGMAS / np.sqrt(draws))


def test_samples_are_fresh_in_every_row_and_call() -> None:
    """No number of a sample occurs twice, neither in another row nor in another call."""
    model, zeros = GaussianVAE(4), np.zeros((50, 4), np.float32)
    samples = np.concatenate([model.sample(zeros, zeros), model.sample(zeros, zeros)])
    assert len(np.unique(samples)) == samples.size


@pytest.mark.parametrize("encoding_size", [1, 33])
def test_parameters_and_encodings_have_the_requested_size(encoding_size: int) -> None:
    """Mean, log-variance and encoding are (B, encoding_size), and a reconstruction is an image."""
    model, images = GaussianVAE(encoding_size), digits(3)
    mean, log_variance = model.encode_parameters(images)
    assert mean.shape == log_variance.shape == model.encode(images).shape == (3, encoding_size)
    assert model.reconstruct(images).shape == (3, 28, 28, 1)


def test_encodings_are_samples_of_the_posterior() -> None:
    """Many encodings of one digit have the mean and the variance that `encode_parameters` gives for it."""
    model, draws = GaussianVAE(2), 2_000
    mean, log_variance = (parameter.numpy()[0] for parameter in model.encode_parameters(digits(1)))
    encodings = model.encode(np.repeat(digits(1), draws, axis=0)).numpy()
    variance = np.exp(log_variance)
    assert np.all(np.abs(encodings.mean(axis=0) - mean) < SIGMAS * np.sqrt(variance / draws))
    assert np.all(np.abs(encodings.var(axis=0) - variance) < SIGMAS * variance * np.sqrt(2 / draws))


@pytest.mark.parametrize(("beta", "count"), [(0.5, 3), (300.0, 7)])
def test_the_loss_is_cross_entropy_plus_beta_divergence(beta: float, count: int) -> None:
    """With the same noise, the loss is what NumPy makes of the sampled encoding and of the parameters."""
    model, images = GaussianVAE(4, beta), digits(count)
    tf.keras.utils.set_random_seed(1)
    loss = float(model.batch_loss(images))
    tf.keras.utils.set_random_seed(1)
    painted = model.reconstruct(images)
    mean, log_variance = (parameter.numpy().astype(np.float64) for parameter in model.encode_parameters(images))
    divergence = 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance)
    assert loss == pytest.approx(cross_entropy(images, painted) + beta * divergence, rel=1e-5)


def test_the_encoder_runs_once_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both terms of the loss speak of one forward pass."""
    model, passes = GaussianVAE(4), []
    forward_pass = model.encoder.call

    def counted(*arguments: Any, **options: Any) -> Any:
        passes.append(arguments)
        return forward_pass(*arguments, **options)

    monkeypatch.setattr(model.encoder, "call", counted)
    model.batch_loss(digits(2))
    assert len(passes) == 1


def test_a_large_beta_pulls_the_posterior_to_the_prior() -> None:
    """Sixty compiled steps at beta 100 leave less than a nat of divergence, and move every variable."""
    model, images = GaussianVAE(10, beta=100.0), digits(64)
    model.optimizer.learning_rate.assign(3e-3)
    weights = model.get_weights()
    for step in range(60):
        model.compiled_step(images[16 * (step % 4) :][:16])
    assert np.mean(kl_divergence(*model.encode_parameters(images))) < 1
    assert all(np.any(old != new) for old, new in zip(weights, model.get_weights(), strict=True))
