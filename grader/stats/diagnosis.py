"""What kind of trouble a training is in: told from costs, encodings and answers, without a solution.

Everything here is a function of arrays, so that tests can make each kind of trouble by hand.
"""

from dataclasses import dataclass

import numpy as np

from .causes import Diagnosis

ENCODER_FROZEN = Diagnosis(
    "training.encoder_frozen", "The encoder is not trained: its encodings are what they were before."
)
DECODER_FROZEN = Diagnosis(
    "training.decoder_frozen",
    "The decoder is not trained: it decodes the same encodings into the same images as before.",
)
NOTHING_MOVES = Diagnosis(
    "training.nothing_moves", "Nothing is learned: no gradient reaches the weights, or no step is taken."
)

SAME = 1e-6  # encodings and pixels that differ by less are the same
FLAT = 0.05  # of the digits' own variety: answers that vary less are one image
BRIGHTEST_OF_NO_INK = 0.2  # the mean image of digits has pixels of more than 0.4
DARKEST_OF_TWO_SIGMOIDS = 0.48  # a sigmoid of a number in [0, 1] lies in [0.5, 0.73]


@dataclass(frozen=True)
class TrainingCurve:
    """One training.

    costs: of held-out images before, after a few steps and after each stage; lower is better.
    encodings: of the same images (n, d), before the first and after the last step.
    decodings: of the same encodings (n, 28, 28, 1), before the first and after the last step.
    """

    costs: tuple[float, ...]
    steps: int
    encodings: tuple[np.ndarray, np.ndarray]
    decodings: tuple[np.ndarray, np.ndarray]


def encoder_is_frozen(curve: TrainingCurve) -> bool:
    """Whether the encoder gives the same answers as before the training."""
    return _are_the_same(curve.encodings)


def _are_the_same(answers: tuple[np.ndarray, np.ndarray]) -> bool:
    return bool(np.abs(answers[1] - answers[0]).max() <= SAME)


def diagnosis_of(curve: TrainingCurve, images: np.ndarray, answers: np.ndarray, mean_image: float) -> Diagnosis:
    """The first kind of trouble that fits.

    images, answers: (n, 28, 28, 1) in [0, 1]; mean_image: what the mean image costs, in the unit of the costs.
    """
    known = known_troubles(curve, images, answers, mean_image)
    return next((trouble for trouble, fits in known.items() if fits), Diagnosis("training.unknown"))


def known_troubles(
    curve: TrainingCurve, images: np.ndarray, answers: np.ndarray, mean_image: float
) -> dict[Diagnosis, bool]:
    """Each kind of trouble, and whether the training is in it."""
    first, last = curve.costs[0], curve.costs[-1]
    variety = float(answers.std(axis=0).mean() / max(images.std(axis=0).mean(), SAME))
    decoder_is_frozen = _are_the_same(curve.decodings)
    return {
        Diagnosis(
            "training.squashed_twice", "The answers have no pixel darker than 0.5: is the output squashed twice?"
        ): _is_squashed(answers) and not decoder_is_frozen,
        Diagnosis("training.uphill", "The cost has risen: the training goes uphill."): last
        > max(first, 2 * mean_image),
        Diagnosis(
            "training.one_grey",
            f"Every pixel of every answer is {answers.mean():.2g}: it is the same image for all.",
        ): np.ptp(answers) <= SAME,
        NOTHING_MOVES: last == first,
        ENCODER_FROZEN: encoder_is_frozen(curve),
        DECODER_FROZEN: decoder_is_frozen,
        Diagnosis(
            "training.one_encoding", "All images get the same encoding, so the answer is the mean image."
        ): _are_equal(curve.encodings[1]),
        Diagnosis(
            "training.no_ink",
            f"No pixel of any answer is brighter than {answers.max():.2g}: is it a softmax of pixels?",
        ): answers.max() < BRIGHTEST_OF_NO_INK and images.max() > 2 * BRIGHTEST_OF_NO_INK,
        Diagnosis(
            "training.mean_image", "The answer is nearly the same for all images: only the mean image is learned."
        ): variety < FLAT,
        Diagnosis(
            "training.no_better_than_mean_image",
            "The answers are no better than the mean image: does the encoding reach them?",
        ): last >= mean_image,
        Diagnosis("training.slow", "It is slow, but it is still learning."): last < 0.99 * curve.costs[-2]
        and last < first,
    }


def _is_squashed(answers: np.ndarray) -> bool:
    return bool(answers.min() > DARKEST_OF_TWO_SIGMOIDS and answers.max() < 1)


def _are_equal(encodings: np.ndarray) -> bool:
    """Whether all rows are the same, but for rounding."""
    return bool(np.ptp(encodings, axis=0).max() <= 1e-4 * max(float(np.abs(encodings).max()), SAME))
