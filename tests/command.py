"""The command `aelab` as tests call it: the fixture of this name runs it. And the packages of other programs."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

STAND_INS = Path(__file__).with_name("stand_ins")
PACKAGES = os.pathsep.join(map(str, (STAND_INS, STAND_INS.parents[1])))  # those, and this checkout's, as PYTHONPATH


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    status: int
    out: str
    err: str


Aelab = Callable[..., Run]
