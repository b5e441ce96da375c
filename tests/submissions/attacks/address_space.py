"""Reserves more addresses than there is memory."""

from .honest import normalize, training_batches

import mmap

from .prize import won_if

NORESERVE = 0x4000  # no matter how much memory there is
won_if(lambda: mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NORESERVE))
