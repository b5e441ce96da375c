"""The noise that `corrupt` adds to grey images: fresh, of the requested deviation, not rescaled, not uniform.

noise: (calls, B, 28, 28, 1), in units of the requested deviation.
"""

import numpy as np
from scipy.special import ndtri

from ...core import expect
from ...core.expect import rounded
from ...core.thresholds import Threshold
from ...stats.causes import first_fit


def expect_varied(noise: np.ndarray) -> None:
    """The noise differs from pixel to pixel, from image to image and from call to call."""
    whole, one_number = noise.std(), "One number for each pixel."
    expect.that(whole > 1e-3, "noise.missing", "corrupt adds no noise.", "Add noise of deviation noise_stddev.")
    over_pixels, over_images = noise.std(axis=(2, 3, 4)).min(), noise.std(axis=1).mean()
    along_sides = min(noise.std(axis=2).mean(), noise.std(axis=3).mean())
    message = "All pixels of an image get the same noise."
    expect.that(over_pixels > 0.1 * whole, "noise.shared_by_pixels", message, one_number)
    message = "All images of a batch get the same noise."
    expect.that(over_images > 0.1 * whole, "noise.shared_by_images", message, one_number)
    message = "All pixels of a row or column share their noise."
    expect.that(along_sides > 0.1 * whole, "noise.shared_by_lines", message, one_number)
    differs = not np.array_equal(noise[0], noise[1])
    expect.that(differs, "noise.frozen", "Two calls give the same noise.", "Draw new noise at each call.")


def expect_in_place(noisy: np.ndarray) -> None:
    """Noise of deviation 0.1 takes a grey image to 0 or 1 in one pixel of two million, not at each call.

    Rescaling from the lowest to the highest of so many numbers makes the deviation larger, and moves all pixels.
    """
    ends = noisy.reshape(len(noisy), -1)
    from_end_to_end = bool(np.all((ends.min(axis=1) < 1e-3) & (ends.max(axis=1) > 1 - 1e-3)))
    expect.that(
        not (from_end_to_end and 0.11 < noisy.std() < 0.2 and np.median(np.abs(noisy - 0.5)) > 1e-3),
        "noise.rescaled",
        "A grey image with a little noise reaches from 0 to 1 at each call: it is rescaled.",
        "Clip the values; do not rescale them.",
    )


def expect_centred(noise: np.ndarray, allowed: Threshold) -> None:
    """The noise makes as many pixels brighter as darker; `allowed` standard errors of its mean."""
    mean, error = float(noise.mean()), float(noise.std()) / np.sqrt(noise.size)
    expect.that(
        allowed.within(abs(mean) / error),
        "noise.wrong_mean",
        "The noise has a mean of {mean:.3g} times noise_stddev on grey images, and 0 was asked for: it changes how "
        "bright they are.",
        "Which mean does the normal distribution of the task have?",
        0.0,
        rounded(mean, 3),
        mean=mean,
    )


def expect_not_uniform(noise: np.ndarray) -> None:
    """The kurtosis of uniform numbers is 1.8, that of Gaussian ones 3 ± 0.02 for as many as there are here."""
    kurtosis = float(np.mean((noise / noise.std()) ** 4))
    expect.that(
        abs(kurtosis - 1.8) > 0.05,
        "noise.uniform",
        "The noise looks uniform, not Gaussian.",
        "Which distribution does the task ask for?",
        "kurtosis 3",
        f"kurtosis {rounded(kurtosis, 3)}",
    )


def expect_deviation(noise: np.ndarray, stddev: float) -> None:
    """Name the wrong deviations that are known; large ones are clipped, which makes them smaller."""
    found = float(noise.std()) * stddev

    def fits(wrong: float) -> bool:
        return any(abs(found / spread - 1) < 0.03 for spread in (wrong, _clipped_spread(wrong)))

    diagnosis = first_fit(wrong_deviations(stddev), fits, "noise.unknown")
    expect.that(
        not diagnosis.sentence,
        diagnosis.code,
        "The noise has the wrong deviation. {diagnosis}",
        "Where does noise_stddev enter, and as what?",
        stddev,
        rounded(found, 3),
        diagnosis=diagnosis.sentence,
    )


def wrong_deviations(stddev: float) -> dict[str, tuple[str, float]]:
    """The deviation that each mistake gives on grey images."""
    return {
        "noise.deviation_as_variance": ("noise_stddev is taken for the variance.", np.sqrt(stddev)),
        "noise.deviation_squared": ("noise_stddev is squared.", stddev**2),
        "noise.deviation_of_one": ("noise_stddev is ignored: the deviation is 1.", 1.0),
        "noise.deviation_of_one_half": ("noise_stddev is ignored: the deviation is 0.5.", 0.5),
        "noise.multiplied_by_image": (
            "On grey images it is half of noise_stddev. Is the noise multiplied by the image?", stddev / 2
        ),
    }  # fmt: skip


def _clipped_spread(stddev: float) -> float:
    """Deviation of 0.5 plus noise, clipped to [0, 1]."""
    draws = np.clip(ndtri((np.arange(20_000) + 0.5) / 20_000) * stddev, -0.5, 0.5)
    return float(draws.std())
