"""Answers with a thousand times as many images as were asked for."""

import numpy as np

from .honest import normalize


class Batches:
    def take(self, count):
        return [np.zeros((100_000, 28, 28, 1), np.float32)]


def training_batches(dataset, batch_size):
    return Batches()
