"""Prints without end, on both streams."""

from .honest import normalize, training_batches

import os

for _ in range(200):
    os.write(1, b"x" * 65536)
    os.write(2, b"y" * 65536)
