"""Puts HTML and template code into the names and messages that reports show."""

class Injection(Exception):
    pass


Injection.__name__ = "<script>alert(1)</script>"
TEXT = '</td><script>alert(1)</script><img src=x onerror="alert(1)">{{ 7 * 7 }}{% raw %}<!--'


def normalize(image, label):
    raise Injection(TEXT)


def training_batches(dataset, batch_size):
    raise Injection(TEXT)
