"""Fills memory from one process."""

import time

from . import target
from .prize import won


def fill() -> None:
    hoard = []
    for _ in range(2 * target.RESIDENT_MIB // 64):
        hoard.append(bytearray(b"x") * (64 << 20))
        time.sleep(0.02)
    time.sleep(8)
    won()


fill()
