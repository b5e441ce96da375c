"""Answers a question itself, with the arrays of its choice and a type that was not computed."""

from .harness import answer, serving
from .honest import training_batches


def normalize(image, label):
    array = {"dtype": "float32", "shape": [6, 28, 28, 1]}
    answer(serving(), bytes(4 * 6 * 784), value="float32", arrays=[array])
    while True:
        pass
