"""The checkerboard of transposed convolutions, looked for where it would be: at the finest frequencies of an image."""

import numpy as np

FINEST = 14  # waves per side of 28 pixels: light and dark in turns


def power_spectrum(images: np.ndarray) -> np.ndarray:
    """The mean power at each frequency, as shares of all: (n, 28, 28) -> (28, 28), without the images' means."""
    waves = np.fft.fft2(images - images.mean(axis=(1, 2), keepdims=True))
    power = (np.abs(waves) ** 2).mean(axis=0)
    return power / power.sum()


def checkerboard(images: np.ndarray) -> dict[str, float]:
    """How much of a period of two pixels there is in images (n, 28, 28).

    board: power of the checkerboard over that of the next coarser diagonal pattern; stripes: the same of rows and
    columns in turns, their mean. 1 where nothing sticks out. share: of all power, the checkerboard's and both stripes'.
    """
    power = power_spectrum(images)
    next_finest = FINEST - 1
    stripes = (power[0, FINEST] / power[0, next_finest] + power[FINEST, 0] / power[next_finest, 0]) / 2
    return {
        "board": float(power[FINEST, FINEST] / power[next_finest, next_finest]),
        "stripes": float(stripes),
        "share": float(power[FINEST, FINEST] + power[0, FINEST] + power[FINEST, 0]),
    }


def diagonal(images: np.ndarray) -> np.ndarray:
    """The share of the power of the diagonal patterns of 1 to 14 waves per side: (n, 28, 28) -> (14,)."""
    return np.diagonal(power_spectrum(images))[1 : FINEST + 1].copy()
