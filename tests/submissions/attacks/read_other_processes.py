"""Reads the memory, environment, command line and files of other processes."""

from .honest import normalize, training_batches

import os
from pathlib import Path

from . import target
from .prize import won_if

mine = {"self", "thread-self", str(os.getpid())}
others = {str(target.PARENT), str(target.WARM), str(target.SIBLING), "1", "2"}
try:
    others |= {name for name in os.listdir("/proc") if name.isdigit()}
except OSError:
    pass
for number in others - mine:
    process = Path("/proc", number)
    won_if(lambda: process.joinpath("environ").read_bytes())
    won_if(lambda: process.joinpath("mem").open("rb"))
    won_if(lambda: process.joinpath("maps").read_bytes())
    won_if(lambda: os.listdir(process / "fd"))
    won_if(lambda: os.listdir(process / "cwd"))
    won_if(lambda: os.listdir(process / "root"))
for number in (target.PARENT, target.WARM, target.SIBLING):
    won_if(lambda: number != os.getpid() and Path(f"/proc/{number}/cmdline").read_bytes())
