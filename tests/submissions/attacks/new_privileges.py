"""Starts programs that would run with more rights than it has."""

from .honest import normalize, training_batches
import ctypes
import os

from .prize import won_if

libc = ctypes.CDLL(None, use_errno=True)

import resource
import shutil
import subprocess
from pathlib import Path

won_if(lambda: libc.prctl(39, 0, 0, 0, 0) == 0)  # PR_GET_NO_NEW_PRIVS
for program in ("su", "sudo", "mount", "newuidmap", "bwrap", "unshare"):
    for folder in ("/bin", "/usr/bin", "/sbin", "/usr/sbin"):
        won_if(lambda: Path(folder, program).is_file() and subprocess.run([f"{folder}/{program}", "--version"]) and True)
