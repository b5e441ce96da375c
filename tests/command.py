"""The command `aelab` as tests call it: the fixture of this name runs it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    status: int
    out: str
    err: str


Aelab = Callable[..., Run]
