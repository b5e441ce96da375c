"""Fills memory from several processes, each of which is modest."""

import os
import time

from . import target
from .prize import won

COUNT = 8


def fill() -> None:
    for _ in range(COUNT):
        if os.fork() == 0:
            hoard = []
            for _ in range(2 * target.RESIDENT_MIB // 32 // COUNT):
                hoard.append(bytearray(b"x") * (32 << 20))
                time.sleep(0.2)
            time.sleep(30)
            os._exit(0)
    time.sleep(8)
    won()


fill()
