"""What right solutions and known mistakes measured, and how often a right solution measures something as far off.

The tail of each right solution is that of `tails`; among them the one that is worst off counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from ..core.codec import Codec, Finite, Whole, parsed
from ..core.thresholds import Threshold, Thresholds
from .tails import badness, tails_of

STATED = 1e-6  # smaller probabilities are more than the tails of some hundred gradings can carry
REFERENCE = "reference"


@dataclass(frozen=True)
class Calibrated:
    """Values that a check recorded of one quantity: of right solutions for each seed, of mistakes beyond the limit.

    tries: so many independent measurements have to miss. judged_by: the quantity of the same part that tells how often
    right solutions miss, where a training stops at this threshold; or "". bounded: whether no right one can reach it.
    """

    right: dict[str, list[Finite]] = field(default_factory=dict)
    wrong: dict[str, Finite] = field(default_factory=dict)
    tries: Whole = 1
    judged_by: str = ""
    bounded: bool = False

    @property
    def variants(self) -> list[float]:
        """All values of right solutions that are not the reference."""
        return [value for who, values in self.right.items() if who != REFERENCE for value in values]

    def nearest(self, threshold: Threshold) -> tuple[str, float] | None:
        """The known mistake whose value lies nearest to the right side."""
        return min(self.wrong.items(), key=lambda item: badness(threshold, item[1]), default=None)

    def share_as_far(self, threshold: Threshold, value: float) -> float | None:
        """Of gradings of the right solution that is worst off, the share that comes at least so far to the wrong side.

        None where no right solution was measured several times.
        """
        several = {who: values for who, values in self.right.items() if len(values) > 1}
        if not several:
            return None
        far, tails = badness(threshold, value), tails_of(threshold, several)
        shares = []
        for who, tail in tails.items():
            own = np.array([badness(threshold, each) for each in several[who]])
            shares.append(tail.probability_above(far) if far > tail.start else float(np.mean(own >= far)))
        return max(shares)


@dataclass(frozen=True)
class _File:
    values: dict[str, Calibrated]


class Calibration(Mapping[tuple[str, str], Calibrated]):
    """All calibrated quantities of an assignment, by check and name."""

    def __init__(self, values: Mapping[tuple[str, str], Calibrated]):
        self._values = dict(values)

    @classmethod
    def read(cls, path: Path | None) -> "Calibration":
        """From a file: `{"values": {"vae.loss_is_negative_elbo: standard errors": {"right": {…}, …}}}`.

        Empty without one. Raises ValueError.
        """
        return _read(path) if path else cls({})

    def __getitem__(self, key: tuple[str, str]) -> Calibrated:
        return self._values[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def odds(self, check: str, threshold: Threshold, value: float, thresholds: Thresholds) -> float | None:
        """How often a right solution measures this or worse, as a share of gradings in [STATED, 1]; None if unknown.

        STATED stands for everything below it.
        """
        found = self.get((check, threshold.name))
        if found is None:
            return None
        if found.bounded:
            return STATED
        if found.judged_by:
            return self._by_steps(check, thresholds[found.judged_by])
        far = threshold.limit if found.tries > 1 else value  # how far off all of them are is not recorded
        share = found.share_as_far(threshold, far)
        return None if share is None else max(share**found.tries, STATED)

    def _by_steps(self, check: str, steps: Threshold) -> float | None:
        """How often a right solution of the part needs more steps than there are."""
        part = check.partition(".")[0]
        same = [own for (other, name), own in self.items() if name == steps.name and other.partition(".")[0] == part]
        shares = [share for own in same if (share := own.share_as_far(steps, steps.limit)) is not None]
        return max(max(shares), STATED) if shares else None


CODEC = Codec(_File)


@cache
def _read(path: Path) -> Calibration:
    values = CODEC.decode(parsed(path.read_text(encoding="utf-8"))).values
    return Calibration({_key(title): each for title, each in values.items()})


def _key(title: str) -> tuple[str, str]:
    check, _, name = title.partition(": ")
    return check, name
