"""The deciding process's own numbers, against SciPy and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import entr, rel_entr

from grader.stats.metrics import EPSILON, cross_entropy, mosaic, peak_signal_to_noise

GREY = st.floats(0, 1, width=32)
INSIDE = st.floats(np.float32(0.001), np.float32(0.999), width=32)


@settings(max_examples=40)
@given(arrays(np.float32, (3, 4, 4, 1), elements=GREY), arrays(np.float32, (3, 4, 4, 1), elements=INSIDE))
def test_cross_entropy_is_entropy_plus_divergence(targets: np.ndarray, found: np.ndarray) -> None:
    """H(x, y) = H(x) + KL(x || y) for each pixel, summed over those of an image."""
    x, y = targets.astype(np.float64), found.astype(np.float64)
    nats = entr(x) + entr(1 - x) + rel_entr(x, y) + rel_entr(1 - x, 1 - y)
    np.testing.assert_allclose(cross_entropy(targets, found), nats.sum(axis=(1, 2, 3)), rtol=1e-9, atol=1e-9)


def test_an_undecided_answer_costs_ln_2_a_pixel() -> None:
    """Grey 0.5 everywhere costs 784 ln 2 = 543 nats, whatever the image."""
    images = np.random.default_rng(0).random((5, 28, 28, 1), dtype=np.float32)
    np.testing.assert_allclose(cross_entropy(images, np.full_like(images, 0.5)), 784 * math.log(2))


def test_a_certain_mistake_costs_a_finite_number_of_nats() -> None:
    """Answers of exactly 0 or 1 are clipped where Keras clips them, and are free where they are right."""
    ink, blank = np.ones((1, 1, 1, 1), np.float32), np.zeros((1, 1, 1, 1), np.float32)
    assert cross_entropy(ink, blank)[0] == pytest.approx(-math.log(EPSILON))
    assert cross_entropy(blank, ink)[0] == pytest.approx(-math.log(EPSILON))
    assert cross_entropy(ink, ink)[0] == pytest.approx(0, abs=1e-6)


def test_cross_entropy_of_nan_is_nan() -> None:
    """A reconstruction that is no number never looks cheap."""
    images = np.zeros((1, 2, 2, 1), np.float32)
    assert np.isnan(cross_entropy(images, np.full_like(images, np.nan))).all()


@pytest.mark.parametrize(("error", "decibel"), [(1.0, 0.0), (0.1, 20.0), (0.01, 40.0), (0.5, 6.0206)])
def test_psnr_of_a_constant_error(error: float, decibel: float) -> None:
    """An error of a tenth of the range everywhere is 20 dB, a hundredth 40 dB."""
    clean = np.zeros((2, 28, 28, 1), np.float32)
    assert peak_signal_to_noise(clean, clean + np.float32(error)) == pytest.approx(decibel, abs=1e-3)


def test_psnr_is_that_of_the_difference() -> None:
    """Grey 0.6 for grey 0.5 is off by a tenth, as 0.4 is."""
    clean = np.full((2, 28, 28, 1), 0.5)
    for found in (clean + 0.1, clean - 0.1):
        assert peak_signal_to_noise(clean, found) == pytest.approx(20)


def test_psnr_of_a_perfect_copy_is_finite() -> None:
    """Reports hold no infinity: a perfect copy has 120 dB."""
    clean = np.zeros((2, 28, 28, 1), np.float32)
    assert peak_signal_to_noise(clean, clean) == pytest.approx(120)


def test_mosaic_puts_rows_above_one_another() -> None:
    """Image j of row i fills the tile in row i and column j."""
    rows = np.arange(6, dtype=np.float32).reshape(2, 3, 1, 1, 1) * np.ones((28, 28, 1), np.float32)
    drawn = mosaic(*rows)
    assert drawn.shape == (2 * 28, 3 * 28)
    assert [[drawn[28 * i, 28 * j] for j in range(3)] for i in range(2)] == [[0, 1, 2], [3, 4, 5]]
    assert all(np.ptp(drawn[28 * i : 28 * i + 28, 28 * j : 28 * j + 28]) == 0 for i in range(2) for j in range(3))
