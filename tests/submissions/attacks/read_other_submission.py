"""Reads another student's work."""

from .honest import normalize, training_batches

import os
from pathlib import Path

from . import target
from .prize import won_if

won_if(lambda: Path(target.OTHER, "data.py").read_text())
won_if(lambda: os.listdir(target.OTHER))
