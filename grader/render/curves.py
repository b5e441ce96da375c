"""Coordinates of SVG drawings, for templates to place. They are numbers only: no text of a submission gets in."""

from dataclasses import dataclass

import numpy as np

WIDTH, HEIGHT = 320, 180  # units of the drawing
POINTS = 160  # of a curve
REACH = 4.0  # standard deviations of the prior shown on each side of its mean


@dataclass(frozen=True)
class Curve:
    """Losses over steps: `points` of a polyline, the number of steps, the first loss and the last."""

    points: str
    steps: int
    first: float
    last: float


def loss_curve(losses: np.ndarray) -> Curve | None:
    """Losses (steps,), averaged over neighbours where there are many; None for fewer than two finite ones.

    The axis begins at a loss of 0, so that a decrease is drawn to scale.
    """
    finite = losses[np.isfinite(losses)]
    if len(finite) < 2:
        return None
    bins = np.array_split(finite, min(POINTS, len(finite)))
    values = np.array([part.mean() for part in bins])
    across = np.linspace(0, WIDTH, len(values))
    low, high = min(0.0, values.min()), values.max()
    down = HEIGHT * (1 - (values - low) / max(high - low, 1e-12))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))
    return Curve(points, len(losses), float(values[0]), float(values[-1]))


@dataclass(frozen=True)
class Scatter:
    """Dots in a square of HEIGHT units around the prior's mean; `unit` is one standard deviation of the prior."""

    dots: tuple[tuple[str, str], ...]
    unit: float
    mean: tuple[float, float]
    deviation: tuple[float, float]


def scatter(samples: np.ndarray) -> Scatter | None:
    """Samples (n, 2); those beyond `REACH` are drawn on the edge. None for fewer than two."""
    finite = samples[np.isfinite(samples).all(axis=1)]
    if len(finite) < 2:
        return None
    unit = HEIGHT / 2 / REACH
    placed = HEIGHT / 2 + unit * np.clip(finite, -REACH, REACH) * np.array([1, -1])
    dots = tuple((f"{x:.1f}", f"{y:.1f}") for x, y in placed)
    (m1, m2), (s1, s2) = finite.mean(axis=0).tolist(), finite.std(axis=0).tolist()
    return Scatter(dots, unit, (m1, m2), (s1, s2))
