"""Starts more threads than it may."""

import os
import threading
import time

from . import target
from .prize import won

threading.stack_size(65536)
started = 0
for _ in range(target.TASKS + 44):
    try:
        threading.Thread(target=time.sleep, args=[30], daemon=True).start()
    except RuntimeError:
        break
    started += 1
if started >= target.TASKS:
    won()
os._exit(0)
