"""Reads the solution, as files and as modules."""

from .honest import normalize, training_batches

import importlib
import os
from pathlib import Path

from . import target
from .prize import won_if

won_if(lambda: Path(target.REFERENCE, "data.py").read_text())
won_if(lambda: os.listdir(target.REFERENCE))
for name in ("reference", "reference.data", "student_templates.data"):
    won_if(lambda: importlib.import_module(name))
for start in (".", *__import__("sys").path):
    won_if(lambda: [place.read_text() for place in Path(start).rglob("reference/autoencoder.py")])
