"""Answers with JSON that is nested a hundred thousand times."""

import struct

from .harness import serving

text = b"[" * 100_000 + b"]" * 100_000
serving()["connection"].sendall(struct.pack(">I", len(text)) + text)
