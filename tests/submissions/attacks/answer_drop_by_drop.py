"""Answers one byte at a time, each before a timeout of its own would pass."""

import time

from .harness import frame_of, serving

variables = serving()
for byte in frame_of({"id": variables["header"]["id"], "operation": "load", "value": "x" * 10_000, "arrays": []}):
    variables["connection"].sendall(bytes([byte]))
    time.sleep(0.1)
