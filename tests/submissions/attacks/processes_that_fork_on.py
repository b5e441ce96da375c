"""Leaves processes behind that fork as fast as they are killed."""

from .honest import normalize, training_batches

import os
import time

if os.fork() == 0:
    os.closerange(0, 256)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if os.fork() != 0:
                os._exit(0)  # the child goes on under another number
        except OSError:
            pass
        os.setsid() if os.getsid(0) != os.getpid() else None
    os._exit(0)
