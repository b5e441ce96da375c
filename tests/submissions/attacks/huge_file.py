"""Writes one file that is larger than allowed, with a hole in it."""

from .honest import normalize, training_batches

import os
import signal

from . import target
from .prize import won_if

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
handle = os.open("huge", os.O_CREAT | os.O_WRONLY)
won_if(lambda: os.pwrite(handle, b"x", (target.FILE_MIB << 20) + 1))
won_if(lambda: os.ftruncate(handle, 1 << 40) is None)
os.unlink("huge")
