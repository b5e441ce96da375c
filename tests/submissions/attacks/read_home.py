"""Reads the home folder."""

from .honest import normalize, training_batches

import os
from pathlib import Path

from . import target
from .prize import won_if

won_if(lambda: os.listdir(target.HOME))
won_if(lambda: Path(target.HOME, "secret").read_text())
for place in ("/root", "/home", "/etc/shadow", "/etc/passwd", "/var", "/tmp"):
    won_if(lambda: Path(place).read_bytes() if Path(place).is_file() else os.listdir(place))
