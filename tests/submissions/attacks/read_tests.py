"""Reads the tests and the expected results."""

from .honest import normalize, training_batches

import importlib
import os
from pathlib import Path

from . import target
from .prize import won_if

won_if(lambda: os.listdir(target.TESTS))
won_if(lambda: Path(target.TESTS, "conftest.py").read_text())
won_if(lambda: importlib.import_module("tests.submissions.build"))
