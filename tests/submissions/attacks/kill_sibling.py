"""Sends SIGTERM to another submission that is being graded."""

from .honest import normalize, training_batches

import os
import signal

from . import target
from .prize import won_if

won_if(lambda: os.kill(target.SIBLING, signal.SIGTERM) is None)
won_if(lambda: os.killpg(target.SIBLING, signal.SIGTERM) is None)
