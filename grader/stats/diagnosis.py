"""What kind of trouble a training is in: told from costs, encodings and answers, in one sentence without a solution.

Everything here is a function of arrays, so that tests can make each kind of trouble by hand.
"""

from dataclasses import dataclass

import numpy as np

SAME = 1e-6  # encodings and pixels that differ by less are the same
FLAT = 0.05  # of the digits' own variety: answers that vary less are one image
DARKEST_OF_TWO_SIGMOIDS = 0.48  # a sigmoid of a number in [0, 1] lies in [0.5, 0.73]


@dataclass(frozen=True)
class TrainingCurve:
    """One training.

    costs: of held-out images before, after a few steps and after each stage; lower is better.
    encodings: of the same images (n, d), before the first and after the last step.
    paintings: of the same encodings (n, 28, 28, 1), before the first and after the last step.
    """

    costs: tuple[float, ...]
    steps: int
    encodings: tuple[np.ndarray, np.ndarray]
    paintings: tuple[np.ndarray, np.ndarray]


def encoder_rests(curve: TrainingCurve) -> bool:
    """Whether the encoder gives the same answers as before the training."""
    return _rests(curve.encodings)


def _rests(answers: tuple[np.ndarray, np.ndarray]) -> bool:
    return bool(np.abs(answers[1] - answers[0]).max() <= SAME)


def story_of(curve: TrainingCurve, images: np.ndarray, answers: np.ndarray, mean_image: float) -> str:
    """The first kind of trouble that fits, or ''.

    images, answers: (n, 28, 28, 1) in [0, 1]; mean_image: what the mean image costs, in the unit of the costs.
    """
    first, last = curve.costs[0], curve.costs[-1]
    variety = float(answers.std(axis=0).mean() / max(images.std(axis=0).mean(), SAME))
    known = {
        "The answers have no pixel darker than 0.5: is the output squashed twice?": _is_squashed(answers)
        and not _rests(curve.paintings),
        "The cost has risen: the training goes uphill.": last > max(first, 2 * mean_image),
        f"Every pixel of every answer is {answers.mean():.2g}: it is the same image for all.": np.ptp(answers) <= SAME,
        "Nothing is learned: no gradient reaches the weights, or no step is taken.": last == first,
        "The encoder is not trained: its encodings are what they were before.": encoder_rests(curve),
        "The decoder is not trained: it paints the same images as before.": _rests(curve.paintings),
        "All images get the same encoding, so the answer is the mean image.": _are_equal(curve.encodings[1]),
        "The answer is nearly the same for all images: only the mean image is learned.": variety < FLAT,
        "It is slow, but it is still learning.": last < 0.99 * curve.costs[-2] and last < first,
    }
    return next((story for story, fits in known.items() if fits), "")


def _is_squashed(answers: np.ndarray) -> bool:
    return bool(answers.min() > DARKEST_OF_TWO_SIGMOIDS and answers.max() < 1)


def _are_equal(encodings: np.ndarray) -> bool:
    """Whether all rows are the same, but for rounding."""
    return bool(np.ptp(encodings, axis=0).max() <= 1e-4 * max(float(np.abs(encodings).max()), SAME))
