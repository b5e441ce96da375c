"""Connects to sockets of the same machine, by file and by abstract name."""

from .honest import normalize, training_batches

import socket

from . import target
from .prize import won_if

for address in (target.SOCKET, "\0" + target.ABSTRACT_SOCKET, "/run/docker.sock", "/run/dbus/system_bus_socket"):
    won_if(lambda: socket.socket(socket.AF_UNIX).connect(address) is None)
won_if(lambda: socket.socketpair())
