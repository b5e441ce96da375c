"""Maps memory that is shared, so that no count of its own heap shows it."""

import mmap
import time

from . import target
from .prize import won


def fill() -> None:
    hoard = mmap.mmap(-1, 2 * target.RESIDENT_MIB << 20)
    for start in range(0, len(hoard), 64 << 20):
        hoard[start : start + (64 << 20)] = b"x" * (64 << 20)
        time.sleep(0.02)
    time.sleep(8)
    won()


fill()
