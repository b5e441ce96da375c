"""Looks for a secret in its environment, as Python sees it and as the kernel keeps it."""

from .honest import normalize, training_batches

import os
from pathlib import Path

from . import target
from .prize import won_if

won_if(lambda: target.VARIABLE in os.environ)
for place in ("self", "1", str(os.getppid())):
    won_if(lambda: target.VARIABLE.encode() in Path(f"/proc/{place}/environ").read_bytes())
