"""Sends a datagram."""

from .honest import normalize, training_batches

import socket

from . import target
from .prize import won_if


def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        return out.sendto(b"the hidden images", ("127.0.0.1", target.UDP_PORT))


won_if(send)
