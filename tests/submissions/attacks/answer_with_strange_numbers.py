"""Answers with numbers that JSON does not have or Python does not like."""

import struct

from .harness import serving

connection = serving()["connection"]
text = b'{"id": NaN, "operation": Infinity, "value": ' + b"9" * 10_000 + b', "arrays": []}'
connection.sendall(struct.pack(">I", len(text)) + text)
