"""Denoising beside two filters that learn nothing: a median and non-local means, each with its best setting."""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import median_filter
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.restoration import denoise_nl_means

CLIPPED = 0.58  # deviation of noise on a black pixel once it is clipped: sqrt(1/2 - 1/(2 pi)) of what it was
DEVIATIONS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)

Filter = Callable[[np.ndarray, float], np.ndarray]  # noisy images (n, 28, 28), deviation of their noise -> cleaned


def corrupted(images: np.ndarray, deviation: float, seed: int = 0) -> np.ndarray:
    """Images in [0, 1] with Gaussian noise, clipped to [0, 1], as the lab has it."""
    noise = np.random.default_rng(seed).standard_normal(images.shape)
    return np.clip(images + deviation * noise, 0, 1).astype(np.float32)


def quality(clean: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """Two means over images (n, 28, 28) in [0, 1]: PSNR in dB, and SSIM, which is 1 for the same image."""
    pairs = list(zip(clean.astype(np.float64), found.astype(np.float64), strict=True))
    psnr = [peak_signal_noise_ratio(one, other, data_range=1.0) for one, other in pairs]
    ssim = [structural_similarity(one, other, data_range=1.0) for one, other in pairs]
    return {"psnr_db": float(np.mean(psnr)), "ssim": float(np.mean(ssim))}


def medians(size: int) -> Filter:
    """Each pixel becomes the median of the size × size pixels around it."""
    return lambda noisy, _: median_filter(noisy, size=(1, size, size))


def non_local_means(strength: float) -> Filter:
    """Each pixel becomes a mean of pixels with similar surroundings (Buades, Coll and Morel 2005); told the noise.

    Most pixels of a digit are black, so the deviation that it is told is that of clipped noise.
    """

    def clean(noisy: np.ndarray, deviation: float) -> np.ndarray:
        settings = {"patch_size": 5, "patch_distance": 9, "h": strength * deviation, "sigma": CLIPPED * deviation}
        return np.stack([denoise_nl_means(image, fast_mode=True, **settings) for image in noisy])

    return clean


FILTERS: dict[str, tuple[Filter, ...]] = {
    "median": (medians(3), medians(5)),
    "non_local_means": tuple(non_local_means(strength) for strength in (0.25, 0.4, 0.7)),
}


def best_of(name: str, clean: np.ndarray, noisy: np.ndarray, deviation: float) -> tuple[Filter, dict[str, float]]:
    """The setting of a filter with the highest PSNR, and its quality."""
    found = [(one, quality(clean, np.clip(one(noisy, deviation), 0, 1))) for one in FILTERS[name]]
    return max(found, key=lambda entry: entry[1]["psnr_db"])
