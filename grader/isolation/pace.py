"""How long this machine takes for what takes the reference machine one second. Limits on time are stretched by it.

Measured in a fork server before it forks: processor time of a fixed piece of work, which a busy machine changes little.
"""

import time

import numpy as np

REFERENCE_SECONDS = 0.020  # of `work`, on one thread of a core of an AMD EPYC whose other thread is busy
SLOWEST = 8.0  # more is an accident
TRIES = 5


def measured() -> float:
    """Seconds of processor time here for one second of the reference machine: the shortest of a few tries."""
    return stretch(min(_seconds() for _ in range(TRIES)))


def stretch(seconds: float) -> float:
    """What a time for `work` means. Never below 1: what shares a fast machine may make it slow the next moment."""
    return min(max(seconds / REFERENCE_SECONDS, 1.0), SLOWEST)


def _seconds() -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def work() -> float:
    """A little of all that a training does: products of matrices, element by element, and Python between them."""
    rng = np.random.default_rng(0)
    images, weights = rng.random((64, 784), np.float32), rng.random((784, 256), np.float32)
    total = 0.0
    for _ in range(7):
        codes = np.tanh(images @ weights / 784)
        weights -= images.T @ codes / 640
        total += float(codes.sum())
    return total + sum(number * number % 7 for number in range(30_000))
