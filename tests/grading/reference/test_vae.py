"""The variational autoencoder of TensorFlow Probability against SciPy's multivariate normal distribution."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from scipy import stats

from reference.vae import VariationalAutoencoder

from .oracles import cross_entropy, digits

SIGMAS = 6  # standard errors allowed: a right value lies outside twice in a thousand million


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Fix the first weights and the noise."""
    tf.keras.utils.set_random_seed(20260101)


def log_ratios(posterior: tfp.distributions.Distribution) -> np.ndarray:
    """ln q(z) - ln p(z) of the posterior's own sample z, by SciPy; (B,) nats."""
    samples = tf.convert_to_tensor(posterior).numpy().astype(np.float64)
    means, covariances = posterior.mean().numpy(), posterior.covariance().numpy().astype(np.float64)
    prior = stats.multivariate_normal(np.zeros(samples.shape[1]))
    return np.array(
        [
            stats.multivariate_normal(mean, covariance).logpdf(z) - prior.logpdf(z)
            for mean, covariance, z in zip(means, covariances, samples, strict=True)
        ]
    )


def test_the_prior_is_standard_normal() -> None:
    """Its log-probabilities are those of N(0, I) over vectors, and nothing in it can be trained."""
    prior = VariationalAutoencoder(5).prior
    points = np.random.default_rng(0).normal(0, 2, (7, 5)).astype(np.float32)
    np.testing.assert_allclose(prior.log_prob(points), stats.multivariate_normal(np.zeros(5)).logpdf(points), rtol=1e-5)
    assert not prior.trainable_variables


def test_the_sampling_layer_is_regularized_towards_the_prior() -> None:
    """A distribution layer at the end of the encoder, its regularizer's weight being beta."""
    model = VariationalAutoencoder(5, beta=3.0)
    regularizer = model.sampling_layer.activity_regularizer
    assert model.encoder.layers[-1] is model.sampling_layer
    assert isinstance(model.sampling_layer, tfp.layers.MultivariateNormalTriL)
    assert isinstance(regularizer, tfp.layers.KLDivergenceRegularizer)
    assert regularizer.distribution_b is model.prior
    assert regularizer.weight == 3.0


@pytest.mark.parametrize("encoding_size", [1, 33])
def test_encodings_are_fresh_tensors_of_the_requested_size(encoding_size: int) -> None:
    """(B, 28, 28, 1) -> (B, encoding_size), an ordinary tensor, another one at each call."""
    model, images = VariationalAutoencoder(encoding_size), digits(3)
    first, second = model.encode(images), model.encode(images)
    assert tf.is_tensor(first)
    assert first.shape == (3, encoding_size)
    assert np.all(first.numpy() != second.numpy())
    assert model.reconstruct(images).shape == (3, 28, 28, 1)


@pytest.mark.parametrize(("beta", "count"), [(0.5, 3), (300.0, 7)])
def test_the_loss_is_cross_entropy_plus_beta_divergence(beta: float, count: int) -> None:
    """With the same noise, the loss is the NumPy cross-entropy plus beta times SciPy's log-ratios, both summed."""
    model, images = VariationalAutoencoder(4, beta), digits(count)
    tf.keras.utils.set_random_seed(1)
    loss = float(model.batch_loss(images))
    tf.keras.utils.set_random_seed(1)
    posterior = model.encoder(images)
    painted = model.decode(tf.convert_to_tensor(posterior))
    assert loss == pytest.approx(cross_entropy(images, painted) + beta * log_ratios(posterior).sum(), rel=1e-4)


def test_the_regularizer_estimates_the_closed_form() -> None:
    """Its mean over 2,000 samples of one posterior lies within six standard errors of the closed form."""
    model, draws = VariationalAutoencoder(4), 2_000
    posterior = model.encoder(np.repeat(digits(1), draws, axis=0))
    estimate = float(model.sampling_layer.activity_regularizer(posterior)) / draws
    mean, covariance = posterior.mean().numpy()[0], posterior.covariance().numpy()[0]
    expected = 0.5 * (np.trace(covariance) + mean @ mean - len(mean) - np.linalg.slogdet(covariance)[1])
    assert abs(estimate - expected) < SIGMAS * log_ratios(posterior).std() / np.sqrt(draws)


def test_the_losses_that_keras_collects_are_not_used() -> None:
    """`model.losses` has entries, and the loss is the same after they were changed by another batch."""
    model, images = VariationalAutoencoder(4, beta=300.0), digits(3)
    tf.keras.utils.set_random_seed(1)
    loss = float(model.batch_loss(images))
    model.encoder(10 * digits(8))  # fills `model.losses` with those of another batch
    assert model.losses
    tf.keras.utils.set_random_seed(1)
    assert float(model.batch_loss(images)) == loss


@pytest.mark.usefixtures("untraced")
def test_a_checkpoint_brings_back_model_and_optimizer(tmp_path: Path) -> None:
    """Restored into a disturbed and into a fresh model, it gives the same outputs and the same two next steps."""
    model, images = VariationalAutoencoder(4), digits(8)
    model.create_checkpoint(str(tmp_path / "checkpoint"))
    model.compiled_step(images)
    model.save()

    def future(of: VariationalAutoencoder) -> list[float]:
        tf.keras.utils.set_random_seed(1)
        return [float(tf.reduce_sum(of.reconstruct(images))), *(float(of.fit_iteration(images)) for _ in range(2))]

    expected = future(model)
    fresh = VariationalAutoencoder(4)
    fresh.create_checkpoint(str(tmp_path / "checkpoint"))
    for restored in (model, fresh):
        restored.restore()
        np.testing.assert_allclose(future(restored), expected, rtol=1e-5)


def test_a_large_beta_pulls_the_posterior_to_the_prior() -> None:
    """A hundred compiled steps at beta 100, traced once for all, leave less than a nat of divergence."""
    model, images = VariationalAutoencoder(10, beta=100.0), digits(64)
    model.optimizer.learning_rate.assign(3e-3)
    weights = model.get_weights()
    for step in range(100):
        model.compiled_step(images[16 * (step % 4) :][:16])
    assert log_ratios(model.encoder(images)).mean() < 1
    assert all(np.any(old != new) for old, new in zip(weights, model.get_weights(), strict=True))
