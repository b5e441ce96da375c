"""Strip and grid against probe models whose pictures can be recomputed pixel by pixel."""

import numpy as np
import pytest
import tensorflow as tf

from reference.pictures import latent_grid, reconstruction_strip

RAMP = np.arange(28 * 28, dtype=np.float32).reshape(28, 28) / (28 * 28)  # different in every pixel


class Probe:
    """A model of the three methods only: reconstructs the mirror image, and paints the encoding it is given."""

    def __init__(self) -> None:
        self.decoded: list[np.ndarray] = []

    def reconstruct(self, inputs: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> the same upside down and inverted."""
        return 1 - tf.convert_to_tensor(inputs)[:, ::-1]

    def decode(self, encodings: tf.Tensor) -> tf.Tensor:
        """Each encoding as (first + 10 · second) at the top left, growing with the pixel; remembers its input."""
        self.decoded.append(np.asarray(encodings))
        codes = tf.convert_to_tensor(encodings)
        return (codes[:, 0] + 10 * codes[:, 1])[:, None, None, None] * (1 + RAMP[None, :, :, None])


@pytest.mark.parametrize("count", [1, 5])
def test_a_row_of_the_strip_is_original_and_reconstruction(count: int) -> None:
    """Row by row, left half the original, right half what the model makes of it; float32."""
    images = np.random.default_rng(0).random((count, 28, 28, 1), np.float32)
    strip = reconstruction_strip(Probe(), images)
    assert strip.shape == (28 * count, 56)
    assert strip.dtype == np.float32
    for row, image in zip(np.split(strip, count), images[..., 0], strict=True):
        np.testing.assert_array_equal(row[:, :28], image)
        np.testing.assert_array_equal(row[:, 28:], 1 - image[::-1])


def test_the_strip_takes_tensors() -> None:
    """A batch of a tf.data pipeline works as well as an array."""
    images = np.random.default_rng(0).random((2, 28, 28, 1), np.float32)
    np.testing.assert_array_equal(
        reconstruction_strip(Probe(), tf.constant(images)), reconstruction_strip(Probe(), images)
    )


@pytest.mark.parametrize(("encoding_size", "n_samples", "limit"), [(2, 2, 1.0), (7, 3, 2.5), (10, 4, 0.3)])
def test_the_grid_walks_down_and_to_the_right(encoding_size: int, n_samples: int, limit: float) -> None:
    """Tile (i, j) is the picture of the i-th value of the first and the j-th value of the second component."""
    grid = latent_grid(Probe(), encoding_size, n_samples, limit)
    assert grid.shape == (28 * n_samples, 28 * n_samples)
    assert grid.dtype == np.float32
    for i in range(n_samples):
        for j in range(n_samples):
            first, second = (-limit + 2 * limit * k / (n_samples - 1) for k in (i, j))
            tile = grid[28 * i : 28 * (i + 1), 28 * j : 28 * (j + 1)]
            np.testing.assert_allclose(tile, (first + 10 * second) * (1 + RAMP), rtol=1e-4, atol=1e-5)


def test_the_other_components_stay_at_zero() -> None:
    """The whole grid is one call of `decode` on encodings whose components from the third on are 0."""
    probe = Probe()
    latent_grid(probe, encoding_size=6, n_samples=5)
    (encodings,) = probe.decoded
    assert encodings.shape == (25, 6)
    np.testing.assert_array_equal(encodings[:, 2:], 0)


def test_the_grid_of_the_lab_is_25_by_25() -> None:
    """Without further arguments: 25 × 25 pictures of a 10-d model, from -2.5 to 2.5."""
    probe = Probe()
    assert latent_grid(probe).shape == (700, 700)
    assert probe.decoded[0].shape == (625, 10)
    assert probe.decoded[0].min() == -2.5
    assert probe.decoded[0].max() == 2.5
