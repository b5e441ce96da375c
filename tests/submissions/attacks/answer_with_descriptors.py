"""Sends open descriptors along with its answers until the receiver has no more."""

from .honest import normalize, training_batches

import os
import socket

from .harness import serving

connection = serving()["connection"]
null = os.open("/dev/null", os.O_RDONLY)
for _ in range(40):
    try:
        socket.send_fds(connection, [b""], [null] * 100)
    except OSError:
        break
os.close(null)
