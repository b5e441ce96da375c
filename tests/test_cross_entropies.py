"""Known wrong losses of an autoencoder are named; SciPy computes them anew here."""

import numpy as np
import pytest
from scipy.special import expit, rel_entr, xlogy

from grader.cross_entropies import story_of

RANDOM = np.random.default_rng(5)
IMAGES = 0.1 * RANDOM.random((16, 28, 28, 1)) ** 4
ANSWERS = expit(RANDOM.normal(scale=0.02, size=IMAGES.shape))  # those of a fresh model
NATS = -xlogy(IMAGES, ANSWERS) - xlogy(1 - IMAGES, 1 - ANSWERS)
LOGITS = -np.log(expit(ANSWERS)) + (1 - IMAGES) * ANSWERS  # -x ln s(y) - (1 - x) ln(1 - s(y))
SWAPPED = -xlogy(ANSWERS, np.clip(IMAGES, 1e-7, 1)) - xlogy(1 - ANSWERS, 1 - IMAGES)


@pytest.mark.parametrize("share", [1.0, 1 / 16], ids=["sum", "mean"])
@pytest.mark.parametrize(
    ("loss", "word"),
    [
        (NATS.mean(axis=(1, 2, 3)).sum(), "mean over the pixels"),
        (NATS.mean(axis=1).sum(), "28 times too small"),
        (NATS.sum() / np.log(2), "bits"),
        (-NATS.sum(), "wrong sign"),
        (((IMAGES - ANSWERS) ** 2).sum(), "squared error"),
        (np.abs(IMAGES - ANSWERS).sum(), "absolute error"),
        (LOGITS.sum(), "logits"),
        (SWAPPED.sum(), "swapped"),
        (-xlogy(IMAGES, ANSWERS).sum(), "that of the ink"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_known_wrong_losses_are_named(loss: float, word: str, share: float) -> None:
    """Each wrong loss is named, summed over the images or averaged."""
    assert word in story_of(float(loss) * share, IMAGES, ANSWERS)


def test_the_entropy_of_the_images_is_no_known_mistake() -> None:
    """A loss that none of them gives has no story."""
    assert story_of(float(3 * NATS.sum() + rel_entr(ANSWERS, 0.3).sum()), IMAGES, ANSWERS) == ""
