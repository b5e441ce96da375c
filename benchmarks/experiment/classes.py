"""How well digits are classified, with the uncertainty of a count."""

import numpy as np
from scipy.stats import norm


def wilson_interval(hits: int, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """An interval for a proportion that was measured as hits / count.

    Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 1927. Unlike the usual ± it stays
    inside [0, 1] and holds for proportions near the ends.
    """
    z = norm.ppf((1 + confidence) / 2)
    share, room = hits / count, z**2 / count
    middle = (share + room / 2) / (1 + room)
    half = z * np.sqrt(share * (1 - share) / count + room / (4 * count)) / (1 + room)
    return float(middle - half), float(middle + half)


def confusion_matrix(labels: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """How often each label (row) was answered by each class (column): two (n,) -> (10, 10)."""
    counts = np.zeros((10, 10), np.int64)
    np.add.at(counts, (labels, answers), 1)
    return counts
