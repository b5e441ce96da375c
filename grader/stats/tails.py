"""How likely a right solution is to miss a threshold: a model of the tail of what right solutions measure.

Beyond a high quantile u of a solution's own values, excesses are taken to be exponential:
P(X > x) = q exp(-(x - u) / m), with q the share of values above u and m their mean excess (peaks over a threshold with
shape 0; Coles, An Introduction to Statistical Modeling of Extreme Values, chapter 4). Tails of normal numbers are
lighter, so for them the model is careful; standard errors are squared first, which makes their tails exponential.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammainccinv

from ..core.thresholds import Threshold

RARE = 1e-4  # how often a right solution may miss a threshold
MANY = 50  # values, of which a fifth is tail enough; of fewer it is half
SQUARED = ("standard errors",)
BY_CHANCE = 1e-3  # how often the mean excess of a solution may exceed by chance what it is taken for


@dataclass(frozen=True)
class Tail:
    """The upper tail of one solution's values: of all the share `share`, `count` values, lies above `start`.

    excess: how far above, on average.
    """

    start: float
    share: float
    excess: float
    largest: float
    count: int

    def probability_above(self, value: float) -> float:
        """P(X > value); 1 below the start of the tail, of which nothing is said."""
        if value < self.start:
            return 1.0
        return 0.0 if self.excess == 0 else float(self.share * np.exp(-(value - self.start) / self.excess))

    def quantile_above(self, probability: float) -> float:
        """The value that is exceeded with a probability, which is smaller than the share."""
        return float(self.start + self.excess * np.log(self.share / probability))


def tail_of(values: Sequence[float]) -> Tail:
    """Fit the tail of at least two values."""
    share = 0.2 if len(values) >= MANY else 0.5
    ordered = np.sort(np.asarray(values, np.float64))
    start = float(np.quantile(ordered, 1 - share))
    above = ordered[ordered > start]
    excess = float((above - start).mean()) if len(above) else 0.0
    return Tail(start, share, excess, float(ordered[-1]), len(above))


def badness(threshold: Threshold, value: float) -> float:
    """A value on a scale that grows towards the wrong side of its threshold."""
    signed = value if threshold.side == "at most" else -value
    return signed * abs(signed) if threshold.name in SQUARED else signed


def value_of(threshold: Threshold, bad: float) -> float:
    """The way back from `badness`."""
    signed = float(np.sign(bad) * np.sqrt(abs(bad))) if threshold.name in SQUARED else bad
    return signed if threshold.side == "at most" else -signed


def tails_of(threshold: Threshold, values: Mapping[str, Sequence[float]]) -> dict[str, Tail]:
    """The tail of each solution, in badness.

    A mean of five excesses is off by half of itself as a rule, and the largest of thirty such means by far more. So
    solutions with few values share the mean excess of all, except where their own is larger than chance allows.
    """
    tails = {who: tail_of([badness(threshold, v) for v in own]) for who, own in values.items()}
    counts = np.array([tail.count for tail in tails.values()])
    shared = float(counts @ [tail.excess for tail in tails.values()] / max(counts.sum(), 1))
    return {who: tail if len(values[who]) >= MANY else _sharing(tail, shared) for who, tail in tails.items()}


def _sharing(tail: Tail, shared: float) -> Tail:
    """The tail with the shared mean excess, unless its own is the larger one once in a thousand times at most.

    The sum of n exponential excesses of mean m is m times a gamma variable of shape n.
    """
    most = shared * float(gammainccinv(tail.count, BY_CHANCE)) / tail.count if tail.count else 0.0
    return tail if tail.excess > most else replace(tail, excess=shared)
