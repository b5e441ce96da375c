"""Returns batches that never end, though a number was asked for."""

import itertools

import numpy as np

from .honest import normalize


class Batches:
    def take(self, count):
        return (np.zeros((1, 1), np.float32) for _ in itertools.count())


def training_batches(dataset, batch_size):
    return Batches()
