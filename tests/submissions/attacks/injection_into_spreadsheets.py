"""Puts formulas into names and messages."""

class Injection(Exception):
    pass


Injection.__name__ = "=HYPERLINK(1)"
TEXT = '=cmd|"/c calc"!A0\n+1+1\n-1\n@SUM(1)\t=1'


def normalize(image, label):
    raise Injection(TEXT)


def training_batches(dataset, batch_size):
    raise Injection(TEXT)
