"""Makes empty files until the file system has no room for another."""

import os
import time

from . import target
from .prize import won


def fill():
    """In one call: a process that is started again leaves out the statement that ended the one before."""
    made = 0
    for number in range(2 * target.SCRATCH_FILES):
        try:
            os.close(os.open(f"empty{number}", os.O_CREAT | os.O_WRONLY))
        except OSError:
            break
        made += 1
    time.sleep(8)
    if made > target.SCRATCH_FILES:
        won()


fill()
raise SystemExit
