"""The digits a submission is measured on: drawn anew for every grading seed, held by the deciding process alone."""

from functools import cache

import numpy as np

import mnist_subset


@cache
def _subset() -> dict[str, np.ndarray]:
    return mnist_subset.load()


class Images:
    """Training and held-out digits in an order of their own; float32 (n, 28, 28, 1) in [0, 1]."""

    def __init__(self, random: np.random.Generator):
        subset = _subset()
        self._train = random.permutation(len(subset["train_images"]))
        self._test = random.permutation(len(subset["test_images"]))

    def training(self, start: int, stop: int) -> np.ndarray:
        """Training digits from position `start` to `stop` of this seed's order, which begins again at its end."""
        return _scaled(_subset()["train_images"], self._train, start, stop)

    def training_labels(self, start: int, stop: int) -> np.ndarray:
        """Their labels, int64 in 0..9."""
        return _taken(_subset()["train_labels"], self._train, start, stop)

    def held_out(self, count: int) -> np.ndarray:
        """The first `count` test digits of this seed's order."""
        return _scaled(_subset()["test_images"], self._test, 0, count)

    def held_out_labels(self, count: int) -> np.ndarray:
        """Their labels."""
        return _taken(_subset()["test_labels"], self._test, 0, count)

    def batches(self, start: int, steps: int, batch_size: int) -> np.ndarray:
        """`steps` batches of training digits, (steps, batch_size, 28, 28, 1), from batch number `start` on."""
        images = self.training(start * batch_size, (start + steps) * batch_size)
        return images.reshape(steps, batch_size, *images.shape[1:])


def _taken(values: np.ndarray, order: np.ndarray, start: int, stop: int) -> np.ndarray:
    taken: np.ndarray = values[order[np.arange(start, stop) % len(order)]]
    return taken


def _scaled(images: np.ndarray, order: np.ndarray, start: int, stop: int) -> np.ndarray:
    return _taken(images, order, start, stop).astype(np.float32) / np.float32(255)
