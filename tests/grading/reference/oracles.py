"""What several tests of the reference measure against: real digits and the cross-entropy, in NumPy."""

import numpy as np

from grader.autoencoders import mnist_subset


def digits(count: int) -> np.ndarray:
    """The first `count` bundled test digits, float32 (count, 28, 28, 1) in [0, 1]."""
    return mnist_subset.load()["test_images"][:count].astype(np.float32) / 255


def cross_entropy(targets: np.ndarray, painted: np.ndarray) -> float:
    """Binary cross-entropy in nats, summed over all pixels of two arrays (B, 28, 28, 1)."""
    x = np.asarray(targets, np.float64)
    y = np.clip(np.asarray(painted, np.float64), 1e-7, 1 - 1e-7)  # Keras clips at the same values
    return float(-np.sum(x * np.log(y) + (1 - x) * np.log(1 - y)))
