"""The chessboard of transposed convolutions, looked for where it would be: at the finest frequencies of an image."""

import numpy as np

SIDE = 28
PERIODS = (2, 4)  # pixels: of the last and of the first enlargement of the decoder


def power_spectrum(images: np.ndarray) -> np.ndarray:
    """The mean power at each frequency, relative to all: (n, 28, 28) -> (28, 28), zero frequency first."""
    power = (np.abs(np.fft.fft2(images)) ** 2).mean(axis=0)
    return power / power.sum()


def profile(images: np.ndarray) -> np.ndarray:
    """The mean power at 0 to 14 waves a side, of the rows and columns together: (n, 28, 28) -> (15,)."""
    power = power_spectrum(images)
    along = (power.sum(axis=0) + power.sum(axis=1)) / 2  # (28,)
    folded = along[: SIDE // 2 + 1].copy()
    folded[1:-1] += along[: SIDE // 2 : -1]
    return folded


def peak(images: np.ndarray, period: int) -> float:
    """Power at a pattern of this period in pixels, over that of its neighbours: 1 where nothing sticks out.

    The finest frequency is its own mirror image and so appears once where all others appear twice; it counts double.
    """
    waves, power = SIDE // period, profile(images)
    if period == 2:
        return float(2 * power[waves] / power[waves - 1])
    return float(power[waves] / np.sqrt(power[waves - 1] * power[waves + 1]))
