"""The kind of trouble a training is in is told from arrays that were made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from grader.stats.causes import Diagnosis
from grader.stats.diagnosis import TrainingCurve, diagnosis_of, encoder_is_frozen

MEAN_IMAGE = 200.0
RANDOM = np.random.default_rng(3)
IMAGES = RANDOM.random((16, 28, 28, 1))
GOOD = np.clip(IMAGES + RANDOM.normal(scale=0.05, size=IMAGES.shape), 0, 1)
CODES = RANDOM.normal(size=(2, 8, 10))
DECODED = RANDOM.random((2, 8, 28, 28, 1))
STUCK = TrainingCurve((543.0, 300.0, 201.0, 201.0), 400, (CODES[0], CODES[1]), (DECODED[0], DECODED[1]))
ROW = np.tile(np.linspace(0.1, 1, 10), (8, 1))  # one encoding for all, whose components differ
FLAT = np.repeat(IMAGES.mean(axis=0, keepdims=True), 16, axis=0)


@pytest.mark.parametrize(
    ("curve", "answers", "code"),
    [
        (replace(STUCK, costs=(543.0, 543.0, 543.0)), GOOD, "training.nothing_moves"),
        (replace(STUCK, encodings=(CODES[0], CODES[0])), FLAT, "training.encoder_frozen"),
        (replace(STUCK, decodings=(DECODED[0], DECODED[0])), GOOD, "training.decoder_frozen"),
        (replace(STUCK, costs=(543.0, 2000.0, 9000.0)), np.ones_like(IMAGES), "training.uphill"),
        (replace(STUCK, encodings=(CODES[0], np.ones((8, 10)))), FLAT, "training.one_encoding"),
        (replace(STUCK, encodings=(CODES[0], 100 * ROW + 1e-3 * CODES[1])), FLAT, "training.one_encoding"),
        (replace(STUCK, encodings=(CODES[0], 5 + 0.1 * CODES[1])), FLAT, "training.mean_image"),
        (STUCK, FLAT + 0.03 * (IMAGES - FLAT), "training.mean_image"),
        (replace(STUCK, costs=(300.0, 200.0, 450.0)), GOOD, "training.uphill"),
        (replace(STUCK, costs=(543.0, 300.0, 180.0, 190.0, 185.0)), GOOD, "training.slow"),
        (STUCK, FLAT, "training.mean_image"),
        (STUCK, np.full_like(IMAGES, 0.25), "training.one_grey"),
        (STUCK, 0.15 * GOOD, "training.no_ink"),
        (STUCK, 1 / (1 + np.exp(-GOOD)), "training.squashed_twice"),
        (replace(STUCK, costs=(543.0, 300.0, 195.0, 185.0)), GOOD, "training.slow"),
        (STUCK, GOOD, "training.no_better_than_mean_image"),
        (replace(STUCK, costs=(300.0, 200.0, 350.0)), GOOD, "training.no_better_than_mean_image"),
        (replace(STUCK, costs=(543.0, 300.0, 201.0, 200.0)), GOOD, "training.no_better_than_mean_image"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_of_trouble_is_named(curve: TrainingCurve, answers: np.ndarray, code: str) -> None:
    """No gradient, a frozen network, ascent, mean image, one encoding, one grey, two sigmoids, too slow."""
    assert diagnosis_of(curve, IMAGES, answers, MEAN_IMAGE).code == code


def test_a_grey_is_told_with_its_value() -> None:
    """The one value of all pixels is in the sentence, and not in the code."""
    found = diagnosis_of(STUCK, IMAGES, np.full_like(IMAGES, 0.25), MEAN_IMAGE)
    assert found.sentence.startswith("Every pixel of every answer is 0.25:")


@pytest.mark.parametrize(
    ("costs", "answers"),
    [
        ((543.0, 300.0, 190.0, 190.0), GOOD),
        ((543.0, 300.0, 190.0, 190.0), FLAT + 0.1 * (IMAGES - FLAT)),
        ((150.0, 100.0, 180.0), GOOD),
        ((543.0, 180.0, 151.0, 180.0), GOOD),
    ],
    ids=["settled", "a tenth of the variety", "risen to less than the mean image's cost", "back at the second"],
)
def test_a_training_that_is_in_no_known_trouble_has_an_unknown_cause(
    costs: tuple[float, ...], answers: np.ndarray
) -> None:
    """Costs that have settled or risen a little, answers that differ: nothing is claimed."""
    assert diagnosis_of(replace(STUCK, costs=costs), IMAGES, answers, MEAN_IMAGE) == Diagnosis("training.unknown")


def test_variety_is_that_between_images_at_a_pixel() -> None:
    """Where all images share a pattern of black and white, answers with half of their small differences vary enough."""
    pattern = np.indices((28, 28)).sum(axis=0)[None, :, :, None] % 2
    differences = 0.02 * (IMAGES - FLAT)
    settled = replace(STUCK, costs=(543.0, 300.0, 190.0, 190.0))
    found = diagnosis_of(settled, 0.8 * pattern + differences, 0.8 * pattern + 0.5 * differences, MEAN_IMAGE)
    assert found.code == "training.unknown"


def test_an_encoder_is_frozen_only_where_no_encoding_changed() -> None:
    """One encoding that moved is enough."""
    moved = CODES[0].copy()
    moved[3, 4] += 0.01
    assert encoder_is_frozen(replace(STUCK, encodings=(CODES[0], CODES[0].copy())))
    assert not encoder_is_frozen(replace(STUCK, encodings=(CODES[0], moved)))
