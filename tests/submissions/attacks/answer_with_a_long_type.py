"""Says that its image has a type with a name of half a megabyte full of control characters."""

from .harness import answer, serving
from .honest import training_batches


def normalize(image, label):
    array = {"dtype": "float32", "shape": [6, 28, 28, 1]}
    answer(serving(), bytes(4 * 6 * 784), value="\x1b[31m<script>\u202e=1+1" * 20_000, arrays=[array])
    while True:
        pass
