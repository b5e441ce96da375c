"""Fills the disk with many files."""

import time
from pathlib import Path

from . import target
from .prize import won


def fill():
    """In one call: a process that is started again leaves out the statement that ended the one before."""
    written = 0
    for number in range(4 * target.SCRATCH_MIB // target.FILE_MIB):
        try:
            Path(f"filler{number}").write_bytes(b"x" * (target.FILE_MIB << 20))
        except OSError:
            break
        written += target.FILE_MIB
    time.sleep(8)
    if written > target.SCRATCH_MIB:
        won()


fill()
raise SystemExit
