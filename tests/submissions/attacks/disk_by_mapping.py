"""Fills the scratch folder with files that it maps, closes and removes, so that no name and no descriptor is left."""

import ctypes
import mmap
import os
import time

from . import target
from .prize import won

libc = ctypes.CDLL(None)  # Python's own mmap keeps a descriptor
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]


def fill() -> None:
    written = 0
    while written <= 3 * target.SCRATCH_MIB:
        with open("file", "w+b") as file:
            for _ in range(target.FILE_MIB - 1):
                file.write(os.urandom(2**20))
            file.flush()
            libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
        os.unlink("file")
        written += target.FILE_MIB - 1
    time.sleep(8)
    won()


fill()
