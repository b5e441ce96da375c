"""Thresholds: limits that measured quantities are compared with, and a record of what was compared.

An assignment keeps its limits in a JSON file, which a calibration derives from what right solutions and known mistakes
measure. Their version is in every report.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .in_force import value_of

VERSION_DIGITS = 8


@dataclass(frozen=True)
class Threshold:
    """One limit, and the side of it on which a right solution's quantity lies.

    default: the limit where no course is in force that has another.
    """

    name: str
    side: Literal["at most", "at least"]
    default: float

    @property
    def limit(self) -> float:
        """The limit that is in force."""
        return float(value_of(self.name, self.default))

    def admits(self, value: float) -> bool:
        """Whether a value is on the right side; NaN is on neither."""
        return value <= self.limit if self.side == "at most" else value >= self.limit

    def within(self, value: float) -> bool:
        """The same for a value that was measured, which is recorded."""
        self.record(value)
        return self.admits(value)

    def record(self, value: float) -> None:
        """Record a measured value; of several the worst is kept.

        Raises LookupError while a check runs that does not declare this threshold.
        """
        recording = _recording.get()
        if recording is None:
            return
        declared, values = recording
        if self.name not in declared:
            raise LookupError(f"the threshold {self.name!r} is not declared at the check that is held to it")
        values[self.name] = self.worse(values[self.name], float(value)) if self.name in values else float(value)

    def worse(self, one: float, other: float) -> float:
        """The one of two values that lies nearer to the wrong side; NaN lies there."""
        return other if one == one and not (other >= one if self.side == "at least" else other <= one) else one


_recording: ContextVar[tuple[frozenset[str], dict[str, float]] | None] = ContextVar("recording", default=None)


@contextmanager
def recording(declared: Iterable[Threshold]) -> Iterator[dict[str, float]]:
    """Collect what is recorded meanwhile: the worst value of each declared quantity, by its name."""
    values: dict[str, float] = {}
    token = _recording.set((frozenset(each.name for each in declared), values))
    try:
        yield values
    finally:
        _recording.reset(token)


class Thresholds(Mapping[str, Threshold]):
    """All thresholds of an assignment, by the name of their quantity."""

    def __init__(self, limits: Mapping[str, Threshold]):
        self._limits = dict(limits)

    @classmethod
    def read(cls, path: Path) -> "Thresholds":
        """From a file: `{"accuracy": {"side": "at least", "limit": 0.78}, …}`."""
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls({name: Threshold(name, each["side"], each["limit"]) for name, each in fields.items()})

    def __getitem__(self, name: str) -> Threshold:
        return self._limits[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._limits)

    def __len__(self) -> int:
        return len(self._limits)

    @property
    def version(self) -> str:
        """The version of the calibration: 8 hexadecimal digits of a digest of all limits."""
        fields = {name: {"limit": each.default, "side": each.side} for name, each in self.items()}
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:VERSION_DIGITS]
