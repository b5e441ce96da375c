"""What the deciding process computes itself, in NumPy: losses in nats, quality in dB."""

import math

import numpy as np

EPSILON = 1e-7  # Keras clips probabilities here, so an answer of exactly 0 or 1 costs a finite number of nats


def cross_entropy(targets: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Binary cross-entropy in nats, summed over the pixels of each image: (B, …), (B, …) -> float64 (B,)."""
    x = targets.reshape(len(targets), -1).astype(np.float64)
    y = np.clip(reconstructions.reshape(len(targets), -1).astype(np.float64), EPSILON, 1 - EPSILON)
    nats: np.ndarray = -(x * np.log(y) + (1 - x) * np.log1p(-y)).sum(axis=1)
    return nats


def peak_signal_to_noise(clean: np.ndarray, found: np.ndarray) -> float:
    """PSNR in dB of images in [0, 1]: 10 log10(1 / mean squared error over all pixels)."""
    error = float(np.mean((clean.astype(np.float64) - found.astype(np.float64)) ** 2))
    return -10 * math.log10(max(error, 1e-12))


def mosaic(*rows: np.ndarray) -> np.ndarray:
    """Rows of images (n, 28, 28, 1), one above the other: (len(rows) * 28, n * 28)."""
    return np.concatenate([np.concatenate(list(row[..., 0]), axis=1) for row in rows], axis=0)
