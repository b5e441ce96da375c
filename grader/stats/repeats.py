"""What many measurements of one submission tell: how often it misses, and how likely that is for a right solution."""

from dataclasses import dataclass
from enum import StrEnum

from scipy.special import bdtrc, betaincinv

CONFIDENCE = 0.95
UNLIKELY = 1e-3  # of a right solution, from which on chance is no explanation


class Verdict(StrEnum):
    """What an appeal comes to."""

    PASSES = "passes"  # under every seed: nothing tells it from a right solution
    CHANCE = "chance"  # it misses so seldom that a right solution might, too
    NEAR = "near"  # it misses more often than a right solution does, and not always
    MISSES = "misses"  # under every seed, and no right solution would


@dataclass(frozen=True)
class Repeats:
    """Of `count` measurements under different seeds, at least one, `missed` did; a right solution misses at `rate`."""

    missed: int
    count: int
    rate: float

    @property
    def interval(self) -> tuple[float, float]:
        """Limits of the share that misses, with 95 % confidence (Clopper and Pearson, Biometrika 26, 1934)."""
        k, n, half = self.missed, self.count, (1 - CONFIDENCE) / 2
        low = float(betaincinv(k, n - k + 1, half)) if k else 0.0
        high = float(betaincinv(k + 1, n - k, 1 - half)) if k < n else 1.0
        return low, high

    @property
    def probability(self) -> float:
        """That a right solution misses at least as often in so many measurements (binomial)."""
        return float(bdtrc(self.missed - 1, self.count, self.rate)) if self.missed else 1.0

    @property
    def verdict(self) -> Verdict:
        """What follows from that."""
        if self.missed == 0:
            return Verdict.PASSES
        if self.probability >= UNLIKELY:
            return Verdict.CHANCE
        return Verdict.MISSES if self.missed == self.count else Verdict.NEAR
