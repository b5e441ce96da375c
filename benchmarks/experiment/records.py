"""The records of finished runs, and how their figures are told: a mean with its spread over the seeds."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .plan import Run, run_from
from .store import training_key

FOLDER = Path(__file__).parent / "records"  # of those that are part of the repository


@dataclass(frozen=True)
class Record:
    """One finished run: how it trained and what was measured."""

    run: Run
    training: dict[str, Any]
    measured: dict[str, Any]
    environment: dict[str, Any]
    key: str = ""

    @property
    def is_current(self) -> bool:
        """Whether the code that was trained is the reference's of today."""
        return self.key == training_key(self.run)


@dataclass(frozen=True)
class Records:
    """All records at hand."""

    all: tuple[Record, ...]

    def of(self, run: Run) -> list[Record]:
        """The records of this kind of run, by seed."""
        return sorted((r for r in self.all if r.run.kind == run.kind), key=lambda record: record.run.seed)

    def has(self, run: Run) -> bool:
        """Whether this very run, seed included, is there."""
        return any(record.run == run for record in self.all)

    def figure(self, run: Run, take: Callable[[dict[str, Any]], float], digits: int = 1) -> str:
        """A figure of this kind of run: `mean ± deviation` over its seeds, the value alone of one, `–` of none."""
        return told([take(record.measured) for record in self.of(run)], digits)

    def value(self, run: Run, key: str, digits: int = 1) -> str:
        """The same for a figure that stands by itself in the record."""
        return self.figure(run, lambda measured: measured[key], digits)


def read_records(paths: Iterable[Path]) -> Records:
    """Read records; those that are trained and not measured yet are left out. Raises OSError."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(paths)]
    done = [entry for entry in found if entry.get("measured")]
    kept = ("training", "measured", "environment", "key")
    return Records(tuple(Record(run_from(entry["run"]), **{name: entry[name] for name in kept}) for entry in done))


def told(values: list[float], digits: int = 1) -> str:
    """The mean and the sample deviation of some values as text."""
    if not values:
        return "–"
    mean = f"{np.mean(values):.{digits}f}"
    return mean if len(values) == 1 else f"{mean} ± {np.std(values, ddof=1):.{digits}f}"
