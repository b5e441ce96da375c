"""Opens more files than it may."""

from .honest import normalize, training_batches

import os

from . import target
from .prize import won

opened = []
try:
    for _ in range(target.HANDLES + 10):
        opened.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
if len(opened) >= target.HANDLES:
    won()
for handle in opened:
    os.close(handle)
