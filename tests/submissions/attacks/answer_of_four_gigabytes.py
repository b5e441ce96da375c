"""Announces an answer of 4 GiB."""

import struct
import time

from .harness import serving

serving()["connection"].sendall(struct.pack(">I", 2**32 - 1))
time.sleep(60)
