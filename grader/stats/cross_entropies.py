"""Known wrong losses of an autoencoder: what each of them comes to, so that a message can name the mistake."""

from collections.abc import Mapping

import numpy as np

from .causes import Diagnosis, best_fit
from .metrics import EPSILON, cross_entropy

NEAR = 0.02  # of the loss that a cause predicts


def diagnosis_of(loss: float, images: np.ndarray, answers: np.ndarray) -> Diagnosis:
    """The known mistake that comes nearest to `loss` for these images and reconstructions (B, 28, 28, 1)."""
    count = len(images)

    def miss(wrong: float) -> float:
        return min(abs(loss - part) / abs(part) for part in (wrong, wrong / count))

    return best_fit(known_losses(images, answers), miss, NEAR, "loss.unknown")


def known_losses(images: np.ndarray, answers: np.ndarray) -> Mapping[str, tuple[str, float]]:
    """What each wrong loss comes to, summed over the batch."""
    nats, pixels, side = float(cross_entropy(images, answers).sum()), images[0].size, images.shape[1]
    x, y = images.astype(np.float64), np.clip(answers.astype(np.float64), EPSILON, 1 - EPSILON)
    ink, paper = float(-(x * np.log(y)).sum()), float(-((1 - x) * np.log1p(-y)).sum())
    return {
        "loss.mean_over_pixels": ("It is the mean over the pixels, summed over the batch.", nats / pixels),
        "loss.mean_over_one_side": (
            "It is a sum over one side of the image and a mean over the other: 28 times too small.", nats / side
        ),
        "loss.in_bits": ("It is measured in bits; Keras' and this lab's unit is the nat.", nats / np.log(2)),
        "loss.wrong_sign": ("It has the wrong sign.", -nats),
        "loss.squared_error": ("It is the squared error.", float(((x - y) ** 2).sum())),
        "loss.absolute_error": ("It is the absolute error.", float(np.abs(x - y).sum())),
        "loss.probabilities_as_logits": (
            "Probabilities are taken for logits.", float((np.logaddexp(0, y) - x * y).sum())
        ),
        "loss.swapped_arguments": (
            "The target and the reconstruction are swapped.",
            float(cross_entropy(answers, np.clip(images, 2 * EPSILON, 1 - 2 * EPSILON)).sum()),  # as Keras adds EPSILON
        ),
        "loss.binarized_targets": (
            "Its targets are black and white: the images themselves, with their greys, are asked for.",
            float(cross_entropy(images > 0.5, answers).sum()),
        ),
        "loss.poisson": ("It is Poisson's loss, which is for counts.", float((y - x * np.log(y)).sum())),
        "loss.ink_alone": ("The cross-entropy has only one of its two terms, that of the ink.", ink),
        "loss.paper_alone": ("The cross-entropy has only one of its two terms, that of the paper.", paper),
    }  # fmt: skip
