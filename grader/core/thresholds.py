"""The bars: limits that measured quantities are compared with, and a note of what was compared.

The limits stand in bars.json, which `make calibrate` derives from what right solutions and known mistakes measure.
Their version is in every report.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

PATH = Path(__file__).parents[1] / "autoencoders" / "bars.json"
_noted: ContextVar[dict[str, float] | None] = ContextVar("noted", default=None)


@dataclass(frozen=True)
class Bar:
    """One limit, and the side of it on which a right solution's quantity lies."""

    side: Literal["at most", "at least"]
    limit: float

    def holds(self, value: float) -> bool:
        """Whether a value is on the right side; NaN is on neither."""
        return value <= self.limit if self.side == "at most" else value >= self.limit

    def worse(self, one: float, other: float) -> float:
        """The one of two values that lies nearer to the wrong side; NaN lies there."""
        return other if one == one and not (other >= one if self.side == "at least" else other <= one) else one


@cache
def bars() -> dict[str, Bar]:
    """All bars by the name of their quantity."""
    fields: dict[str, Any] = json.loads(PATH.read_text())
    return {name: Bar(bar["side"], bar["limit"]) for name, bar in fields.items()}


@cache
def version() -> str:
    """The version of the calibration: 8 hex digits of a digest of all limits."""
    return hashlib.sha256(json.dumps(json.loads(PATH.read_text()), sort_keys=True).encode()).hexdigest()[:8]


def limit(name: str) -> float:
    """The limit of a quantity."""
    return bars()[name].limit


def holds(name: str, value: float) -> bool:
    """Whether a measured value is on the right side of its bar; it is noted."""
    note(name, value)
    return bars()[name].holds(value)


def note(name: str, value: float) -> None:
    """Note a value of a quantity; of several the worst is kept."""
    noted, bar = _noted.get(), bars()[name]
    if noted is not None:
        noted[name] = bar.worse(noted[name], float(value)) if name in noted else float(value)


@contextmanager
def noting() -> Iterator[dict[str, float]]:
    """Collect what is noted meanwhile: the worst value of each quantity by its name."""
    noted: dict[str, float] = {}
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
