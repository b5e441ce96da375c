"""Reorders lines with bidirectional and invisible characters."""

TEXT = "\u202e001/0 :erocs\u202c \u2066\u2069\u200b\u200f\ufeff \ud800 \U000e0041"


class Injection(Exception):
    pass


Injection.__name__ = "\u202eInjection\u2066"


def normalize(image, label):
    raise Injection(TEXT)


def training_batches(dataset, batch_size):
    raise Injection(TEXT)
