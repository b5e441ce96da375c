"""Returns views with negative and zero strides instead of batches."""

import numpy as np

from .honest import normalize


class Batches:
    def __init__(self, images, size):
        self.images, self.size = images, size

    def take(self, count):
        backwards = self.images[::-1, ::-1, ::-1]
        return [np.lib.stride_tricks.as_strided(backwards, (self.size, 28, 28, 1), (0, -112, -4, 4))] * count


def training_batches(dataset, batch_size):
    return Batches(np.stack(list(dataset.as_numpy_iterator())), batch_size)
