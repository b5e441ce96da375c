"""Stands for TensorFlow in fork servers of tests of processes: arrays of NumPy, and settings that do nothing."""

import numpy as np


class Tensor(np.ndarray):
    def numpy(self):
        return np.asarray(self)


class _Ignored:
    """Has every attribute, and can be called."""

    def __getattr__(self, name):
        return self

    def __call__(self, *arguments):
        return None


def constant(value):
    return np.asarray(value).view(Tensor)


def ones(shape):
    return np.ones(shape, np.float32).view(Tensor)


convert_to_tensor, reduce_sum = constant, np.sum
config = data = keras = _Ignored()
