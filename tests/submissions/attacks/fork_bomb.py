"""Starts more processes than it may."""

import os
import time

from . import target
from .prize import won

children = 0
for _ in range(target.TASKS + 44):
    try:
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
    except OSError:
        break
    children += 1
if children >= target.TASKS:
    won()
os._exit(0)
