"""Known wrong losses of an autoencoder are named; SciPy computes them anew here."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import expit, rel_entr, xlogy

from grader.stats.causes import Diagnosis
from grader.stats.cross_entropies import diagnosis_of, known_losses

RANDOM = np.random.default_rng(5)
FAINT = 0.1 * RANDOM.random((16, 28, 28, 1)) ** 4
FRESH = expit(RANDOM.normal(scale=0.02, size=FAINT.shape))  # the answers of a fresh model
INKY = RANDOM.random((16, 28, 28, 1))
MIXED = expit(RANDOM.normal(scale=1.5, size=INKY.shape))
CERTAIN = np.where(RANDOM.random(INKY.shape) < 0.1, RANDOM.integers(0, 2, INKY.shape), MIXED)  # with zeros and ones
PAIRS = {
    "faint": (FAINT, FRESH), "inky": (INKY, MIXED), "certain": (INKY, CERTAIN), "alone": (INKY[:1], MIXED[:1]),
}  # fmt: skip


def inside(y: np.ndarray) -> np.ndarray:
    """Probabilities as Keras clips them."""
    return np.clip(y, 1e-7, 1 - 1e-7)


def nats(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return -xlogy(x, inside(y)) - xlogy(1 - x, 1 - inside(y))


WRONG: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "loss.mean_over_pixels": lambda x, y: nats(x, y).mean(axis=(1, 2, 3)).sum(),
    "loss.mean_over_one_side": lambda x, y: nats(x, y).mean(axis=1).sum(),
    "loss.in_bits": lambda x, y: nats(x, y).sum() / np.log(2),
    "loss.wrong_sign": lambda x, y: -nats(x, y).sum(),
    "loss.squared_error": lambda x, y: ((x - y) ** 2).sum(),
    "loss.absolute_error": lambda x, y: np.abs(x - y).sum(),
    "loss.probabilities_as_logits": lambda x, y: (
        -np.log(expit(y)) + (1 - x) * y
    ).sum(),  # -x ln s(y) - (1 - x) ln(1 - s(y))
    "loss.swapped_arguments": lambda x, y: nats(y, x).sum(),
    "loss.binarized_targets": lambda x, y: nats((x > 0.5).astype(float), y).sum(),
    "loss.poisson": lambda x, y: (inside(y) - xlogy(x, inside(y))).sum(),
    "loss.ink_alone": lambda x, y: -xlogy(x, inside(y)).sum(),
    "loss.paper_alone": lambda x, y: -xlogy(1 - x, 1 - inside(y)).sum(),
}


@pytest.mark.parametrize("averaged", [False, True], ids=["sum", "mean"])
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("code", WRONG)
def test_known_wrong_losses_are_named(code: str, pair: str, averaged: bool) -> None:
    """Each is named, summed over the images or averaged: of faint and inky ones, certain answers and one image."""
    images, answers = PAIRS[pair]
    loss = float(WRONG[code](images, answers))
    assert diagnosis_of(loss / len(images) if averaged else loss, images, answers).code == code


def test_every_known_wrong_loss_is_computed_anew() -> None:
    """The table above leaves none out."""
    assert known_losses(*PAIRS["inky"]).keys() == WRONG.keys()


def test_the_entropy_of_the_images_is_no_known_mistake() -> None:
    """A loss that none of them gives is of an unknown cause."""
    loss = 3 * nats(FAINT, FRESH).sum() + rel_entr(FRESH, 0.3).sum()
    assert diagnosis_of(float(loss), FAINT, FRESH) == Diagnosis("loss.unknown")
