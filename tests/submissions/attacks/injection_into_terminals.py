"""Puts escape sequences into what is printed, named and raised."""

import sys

TEXT = "\x1b[2J\x1b]0;title\x07\x9b31m\x1b]8;;http://evil\x1b\\click\x00\x08\r[bold red]100/100[/bold red]"
Injection = type(TEXT.replace("\0", ""), (Exception,), {})
print(TEXT)
print(TEXT, file=sys.stderr)


def normalize(image, label):
    raise Injection(TEXT)


def training_batches(dataset, batch_size):
    raise Injection(TEXT)
