"""Leaves a process behind that has a session of its own and has lost its parent."""

from .honest import normalize, training_batches

import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 256)
        os.chdir("/")
        time.sleep(600)
    os._exit(0)
os.wait()
