"""Raises exceptions whose text, name and traceback are traps."""

class Trap(BaseException):
    def __str__(self):
        raise Trap

    __repr__ = __str__

    @property
    def __traceback__(self):
        raise Trap


Trap.__name__ = "T" * 100_000


def normalize(image, label):
    raise Trap


def training_batches(dataset, batch_size):
    raise Trap("x" * 10_000_000)
