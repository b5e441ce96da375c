"""Twelve thousand official MNIST digits, bundled so that the lab works without a network.

10,000 training and 2,000 test digits, balanced over the ten classes. Attribution and licence: LICENSE.md beside
this file.
"""

from pathlib import Path

import numpy as np

PATH = Path(__file__).with_name("mnist_subset.npz")


def load() -> dict[str, np.ndarray]:
    """`{train,test}_images`: uint8 (n, 28, 28, 1) in 0..255; `{train,test}_labels`: int64 (n,) in 0..9."""
    with np.load(PATH) as arrays:
        return {
            name: arrays[name].astype(np.int64) if name.endswith("labels") else arrays[name] for name in arrays.files
        }
