"""Connects to a server by TCP."""

from .honest import normalize, training_batches

import socket

from . import target
from .prize import won_if

won_if(lambda: socket.create_connection(("127.0.0.1", target.TCP_PORT), 2))
won_if(lambda: socket.create_connection(("192.0.2.1", 80), 1))
won_if(lambda: socket.create_server(("127.0.0.1", 0)))
