"""Leaves a file wherever the next submission could find it."""

from .honest import normalize, training_batches

import sys
import sysconfig
from pathlib import Path

from .prize import won_if

places = ["/", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/run/lock", "/aelab", "/scratch/..", "..", "/home"]
for place in {*places, *sys.path, sysconfig.get_paths()["purelib"]}:
    won_if(lambda: Path(place, "left_by_a_submission").write_text("the answers"))
