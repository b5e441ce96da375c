"""Says that its batches have lengths that no batch has."""

import struct

from .harness import answer, serving
from .honest import normalize


def training_batches(dataset, batch_size):
    array = {"dtype": "float32", "shape": [1, 28, 28, 1]}
    answer(serving(), bytes(4 * 784), value=[-7, 8, True, 1e300], arrays=[array])
    while True:
        pass
