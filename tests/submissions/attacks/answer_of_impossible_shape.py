"""Announces arrays of impossible, negative and overflowing sizes."""

from .harness import answer, serving


def normalize(image, label):
    answer(serving(), value="float32", arrays=[{"dtype": "float32", "shape": [2**62, 2**62, -1, 1]}])


def training_batches(dataset, batch_size):
    answer(serving(), value=[8], arrays=[{"dtype": "float32", "shape": [10**12, 28, 28, 1]}])
