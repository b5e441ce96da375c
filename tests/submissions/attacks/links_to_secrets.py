"""Makes hard and symbolic links in its own folder to what it may not read."""

from .honest import normalize, training_batches

import os

from . import target
from .prize import won_if

for number, place in enumerate((f"{target.REFERENCE}/data.py", f"{target.OUTPUT}/grades.csv", "/etc/shadow")):
    won_if(lambda: os.link(place, f"hard{number}") is None)
    os.symlink(place, f"soft{number}")
    won_if(lambda: open(f"soft{number}").read())
