"""Opens sockets of the families that talk to the kernel."""

from .honest import normalize, training_batches

import socket

from .prize import won_if

for family in (16, 17, 38, 40, 31, 29, 44):  # netlink, packet, crypto, virtual machines, Bluetooth, CAN, XDP
    for kind in (socket.SOCK_RAW, socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        won_if(lambda: socket.socket(family, kind))
