"""Spoils another student's work."""

from .honest import normalize, training_batches

import os
from pathlib import Path

from . import target
from .prize import won_if

won_if(lambda: Path(target.OTHER, "data.py").write_text("raise SystemExit"))
won_if(lambda: os.remove(f"{target.OTHER}/data.py") is None)
won_if(lambda: os.rename(target.OTHER, target.OTHER + "_gone") is None)
won_if(lambda: os.chmod(target.OTHER, 0) is None)
