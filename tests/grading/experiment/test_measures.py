"""Counts with their uncertainty, filters, spectra and projections, against SciPy, TensorFlow and known signals."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import binomtest

from benchmarks.experiment.classes import confusion_matrix, wilson_interval
from benchmarks.experiment.measuring import fidelity, walk
from benchmarks.experiment.noise import CLIPPED, FILTERS, best_of, corrupted, quality
from benchmarks.experiment.spectrum import checkerboard, diagonal, power_spectrum

IMAGES = np.random.default_rng(0).random((5, 28, 28)).astype(np.float32)


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (1, 10), (186, 10_000), (9_814, 10_000), (10, 10)])
def test_interval_is_scipys(hits: int, count: int) -> None:
    """Wilson's interval is the one that SciPy gives for a binomial test."""
    expected = binomtest(hits, count).proportion_ci(0.95, method="wilson")
    assert wilson_interval(hits, count) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_confusions_are_tensorflows() -> None:
    """Rows are labels, columns answers, as in TensorFlow's confusion matrix."""
    generator = np.random.default_rng(0)
    labels, answers = generator.integers(0, 10, (2, 500))
    np.testing.assert_array_equal(confusion_matrix(labels, answers), tf.math.confusion_matrix(labels, answers, 10))


def test_quality_is_tensorflows() -> None:
    """Mean PSNR is TensorFlow's, and the same images have an SSIM of 1."""
    noisy = corrupted(IMAGES, 0.3)
    expected = tf.reduce_mean(tf.image.psnr(IMAGES[..., None], noisy[..., None], max_val=1.0))
    assert quality(IMAGES, noisy)["psnr_db"] == pytest.approx(float(expected), abs=1e-3)
    assert quality(IMAGES, IMAGES.copy() * np.float32(1 - 1e-6))["ssim"] == pytest.approx(1.0, abs=1e-6)


def test_noise_is_that_of_the_lab() -> None:
    """On grey images too bright and dark to be clipped, the residuals have the deviation that was asked for (1 %)."""
    grey = np.full((40, 28, 28), 0.5, np.float32)
    residuals = corrupted(grey, 0.1) - grey
    assert residuals.std() == pytest.approx(0.1, rel=0.01)
    assert corrupted(grey, 5.0).min() == 0
    assert corrupted(grey, 5.0).max() == 1


@pytest.mark.parametrize("name", FILTERS)
def test_filters_remove_noise(name: str) -> None:
    """On a smooth picture with noise of .1, each filter gains more than 3 dB, under its best setting."""
    ramp = np.broadcast_to(np.linspace(0.3, 0.7, 28, dtype=np.float32), (3, 28, 28))
    noisy = corrupted(ramp, 0.1)
    _, found = best_of(name, ramp, noisy, 0.1)
    assert found["psnr_db"] > quality(ramp, noisy)["psnr_db"] + 3


def test_clipped_noise_is_weaker() -> None:
    """On a black pixel, clipped noise has the deviation that non-local means is told (1 %)."""
    assert corrupted(np.zeros((100, 28, 28)), 0.2).std() == pytest.approx(CLIPPED * 0.2, rel=0.01)


def test_spectrum_has_all_the_power() -> None:
    """Parseval: with the means removed, the shares add up to 1, and none is left at frequency zero."""
    power = power_spectrum(IMAGES)
    assert power.sum() == pytest.approx(1)
    assert power[0, 0] == pytest.approx(0, abs=1e-12)


def test_checkerboard_sticks_out() -> None:
    """Noise has no peak (within 40 %, for 2,000 images); a faint checkerboard or stripes have theirs and no other."""
    noise = np.random.default_rng(0).normal(size=(2000, 28, 28))
    row, column = np.indices((28, 28))
    board = checkerboard(noise + 0.1 * (-1.0) ** (row + column))
    stripes = checkerboard(noise + 0.1 * (-1.0) ** column)
    for found, expected in ((checkerboard(noise), (1, 1)), (board, (8.84, 1)), (stripes, (1, 4.92))):
        assert (found["board"], found["stripes"]) == pytest.approx(expected, rel=0.4)
    assert board["share"] == pytest.approx(0.01 / 1.01 + 3 / 784, rel=0.1)


def test_diagonal_ends_with_the_checkerboard() -> None:
    """Of 14 diagonal patterns the last is the checkerboard, and the one with k waves is found at place k."""
    row, column = np.indices((28, 28))
    assert np.argmax(diagonal(((-1.0) ** (row + column))[None])) == 13
    assert np.argmax(diagonal(np.cos(2 * np.pi * 5 * (row + column) / 28)[None])) == 4


def test_fidelity_of_known_reconstructions() -> None:
    """Grey everywhere costs ln 2 per pixel whatever the image; the squared error is NumPy's."""
    images = IMAGES[..., None]
    found = fidelity(images, np.full_like(images, 0.5))
    assert found["nats_per_pixel"] == pytest.approx(np.log(2), abs=1e-6)
    assert found["nats"] == pytest.approx(784 * np.log(2), abs=1e-3)
    assert found["squared_error_per_pixel"] == pytest.approx(np.mean((images - 0.5) ** 2), rel=1e-5)


def test_walk_moves_one_component_a_row() -> None:
    """Eleven steps from -3 to 3 in each component, in the order asked for, the others at 0."""
    encodings = walk(np.array([2, 0, 1])).reshape(3, 11, 3)
    for row, component in enumerate((2, 0, 1)):
        np.testing.assert_allclose(encodings[row, :, component], np.linspace(-3, 3, 11), rtol=1e-6)
        assert np.count_nonzero(np.delete(encodings[row], component, axis=1)) == 0
