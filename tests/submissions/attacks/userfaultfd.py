"""Asks to handle its own page faults, which stops the kernel at places of its choice."""

from .honest import normalize, training_batches
import ctypes
import os

from .prize import won_if

libc = ctypes.CDLL(None, use_errno=True)
MACHINE = {"x86_64": 0, "aarch64": 1}[os.uname().machine]


def syscall(numbers, *arguments):
    longs = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(numbers[MACHINE]), *longs) != -1


won_if(lambda: syscall((323, 282), 0))
won_if(lambda: syscall((323, 282), 1))
