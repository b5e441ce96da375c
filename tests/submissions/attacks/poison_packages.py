"""Changes packages that the next submission imports."""

from .honest import normalize, training_batches

import sys
from pathlib import Path

import numpy
import tensorflow

from .prize import won_if

for module in (numpy, tensorflow, sys.modules["grader"], __import__("json")):
    won_if(lambda: Path(module.__file__).open("a"))
    won_if(lambda: Path(module.__file__).parent.joinpath("left_by_a_submission.py").write_text(""))
