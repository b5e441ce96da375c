"""Loads programs into the kernel and opens its performance counters."""

from .honest import normalize, training_batches
import ctypes
import os

from .prize import won_if

libc = ctypes.CDLL(None, use_errno=True)
MACHINE = {"x86_64": 0, "aarch64": 1}[os.uname().machine]


def syscall(numbers, *arguments):
    longs = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(numbers[MACHINE]), *longs) != -1


won_if(lambda: syscall((321, 280), 0, (ctypes.c_uint32 * 32)(2, 4, 4, 1), 128))  # a map
won_if(lambda: syscall((298, 241), (ctypes.c_uint32 * 32)(1, 128), 0, -1, -1, 0))  # perf_event_open
