"""Returns arrays of objects."""

import numpy as np


class Batches:
    def take(self, count):
        return [np.array([object(), {}, lambda: None], object)] * count


def normalize(image, label):
    return np.array([[object()]], object)


def training_batches(dataset, batch_size):
    return Batches()
