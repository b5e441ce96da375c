"""Makes files in memory and memory that outlives it."""

from .honest import normalize, training_batches
import ctypes
import os

from .prize import won_if

libc = ctypes.CDLL(None, use_errno=True)

won_if(lambda: libc.memfd_create(b"hidden", 0) != -1)
won_if(lambda: libc.shmget(1234, 4096, 0o1666) != -1)
won_if(lambda: libc.msgget(1234, 0o1666) != -1)
won_if(lambda: libc.semget(1234, 1, 0o1666) != -1)
won_if(lambda: libc.mq_open(b"/left", 0o102, 0o666, None) != -1)
