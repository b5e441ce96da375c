"""The denoising autoencoder: the statistics of its noise, and what its loss compares."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from reference.denoising import DenoisingAutoencoder

from .oracles import cross_entropy, digits

SIGMAS = 6  # standard errors allowed: a right value lies outside twice in a thousand million
GREY = np.full((50, 28, 28, 1), 0.5, np.float32)


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Fix the first weights and the noise."""
    tf.keras.utils.set_random_seed(20260101)


def test_noise_on_grey_pictures_is_gaussian() -> None:
    """At deviation 0.08, six of which reach the limits, Kolmogorov and Smirnov find N(0.5, 0.08); once in a million
    runs they would not."""
    noisy = DenoisingAutoencoder(noise_stddev=0.08).corrupt(GREY).numpy()
    assert noisy.shape == GREY.shape
    assert stats.kstest(noisy.ravel(), stats.norm(0.5, 0.08).cdf).pvalue > 1e-6


def test_noise_is_clipped_to_the_range_of_a_pixel() -> None:
    """On black, half of the pixels stay at exactly 0 and those at 1 are as frequent as the normal tail says."""
    noisy = DenoisingAutoencoder(noise_stddev=0.5).corrupt(np.zeros_like(GREY)).numpy()
    assert noisy.min() == 0
    assert noisy.max() == 1
    for share, expected in ((np.mean(noisy == 0), 0.5), (np.mean(noisy == 1), stats.norm.sf(2))):
        assert abs(share - expected) < SIGMAS * np.sqrt(expected * (1 - expected) / noisy.size)


def test_noise_is_fresh_in_every_picture_and_call() -> None:
    """Noise of two calls, of two pictures and of neighbouring pixels is uncorrelated within six standard errors."""
    model = DenoisingAutoencoder(noise_stddev=0.08)
    first, second = model.corrupt(GREY).numpy(), model.corrupt(GREY).numpy()
    pairs = (
        (first, second),
        (first[1:], first[:-1]),
        (first[:, 1:], first[:, :-1]),
        (first[:, :, 1:], first[:, :, :-1]),
    )
    for one, other in pairs:
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < SIGMAS / np.sqrt(one.size)


def test_the_compiled_step_draws_fresh_noise() -> None:
    """With a learning rate of 0, two compiled steps on one batch differ, since their noise does."""
    model = DenoisingAutoencoder(4)
    model.optimizer.learning_rate.assign(0.0)
    assert float(model.compiled_step(digits(4))) != float(model.compiled_step(digits(4)))


def test_reconstruct_adds_no_noise() -> None:
    """Twice the same input, twice the same answer."""
    model, noisy = DenoisingAutoencoder(), digits(3)
    np.testing.assert_array_equal(model.reconstruct(noisy), model.reconstruct(noisy))


def test_the_loss_compares_denoised_with_clean_pictures() -> None:
    """After training, when targets matter: the cross-entropy of clean pictures, far from that of noisy ones."""
    model, images = DenoisingAutoencoder(), digits(64)
    model.optimizer.learning_rate.assign(3e-3)
    for step in range(60):
        model.compiled_step(images[16 * (step % 4) :][:16])
    tf.keras.utils.set_random_seed(1)
    loss = float(model.batch_loss(images))
    tf.keras.utils.set_random_seed(1)
    noisy = model.corrupt(images).numpy()
    denoised = model.reconstruct(noisy)
    assert loss == pytest.approx(cross_entropy(images, denoised), rel=1e-5)
    assert loss < 0.7 * cross_entropy(noisy, denoised)
