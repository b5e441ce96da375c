"""Known wrong losses of an autoencoder: what each of them comes to, so that a message can name the mistake."""

import numpy as np

from .metrics import EPSILON, cross_entropy

NEAR = 0.05  # of the loss that a story predicts


def story_of(loss: float, images: np.ndarray, answers: np.ndarray) -> str:
    """The known mistake that comes nearest to `loss` for these images and reconstructions (B, 28, 28, 1), or ''."""
    count = len(images)
    misses = {
        story: min(abs(loss - part) / abs(part) for part in (wrong, wrong / count))
        for story, wrong in _known(images, answers).items()
    }
    story = min(misses, key=lambda known: misses[known])
    return story if misses[story] <= NEAR else ""


def _known(images: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    """What each wrong loss comes to, summed over the batch."""
    nats, pixels, side = float(cross_entropy(images, answers).sum()), images[0].size, images.shape[1]
    x, y = images.astype(np.float64), np.clip(answers.astype(np.float64), EPSILON, 1 - EPSILON)
    return {
        "It is the mean over the pixels, summed over the batch.": nats / pixels,
        "It is a sum over one side of the image and a mean over the other: 28 times too small.": nats / side,
        "It is measured in bits; Keras' and this lab's unit is the nat.": nats / np.log(2),
        "It has the wrong sign.": -nats,
        "It is the squared error.": float(((x - y) ** 2).sum()),
        "It is the absolute error.": float(np.abs(x - y).sum()),
        "Probabilities are taken for logits.": float((np.logaddexp(0, y) - x * y).sum()),
        "The target and the reconstruction are swapped.": float(cross_entropy(answers, images).sum()),
        "The cross-entropy has only one of its two terms, that of the ink.": float(-(x * np.log(y)).sum()),
        "The cross-entropy has only one of its two terms, that of the paper.": float(-((1 - x) * np.log1p(-y)).sum()),
    }
