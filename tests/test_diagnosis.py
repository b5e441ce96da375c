"""The kind of trouble a training is in is told from arrays that were made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from grader.stats.diagnosis import TrainingCurve, encoder_rests, story_of

MEAN_IMAGE = 200.0
RANDOM = np.random.default_rng(3)
IMAGES = RANDOM.random((16, 28, 28, 1))
GOOD = np.clip(IMAGES + RANDOM.normal(scale=0.05, size=IMAGES.shape), 0, 1)
CODES = RANDOM.normal(size=(2, 8, 10))
PAINTED = RANDOM.random((2, 8, 28, 28, 1))
STUCK = TrainingCurve((543.0, 300.0, 201.0, 201.0), 400, (CODES[0], CODES[1]), (PAINTED[0], PAINTED[1]))
ROW = np.tile(np.linspace(0.1, 1, 10), (8, 1))  # one encoding for all, whose components differ
FLAT = np.repeat(IMAGES.mean(axis=0, keepdims=True), 16, axis=0)


@pytest.mark.parametrize(
    ("course", "answers", "word"),
    [
        (replace(STUCK, costs=(543.0, 543.0, 543.0)), GOOD, "no gradient"),
        (replace(STUCK, encodings=(CODES[0], CODES[0])), FLAT, "encoder is not trained"),
        (replace(STUCK, paintings=(PAINTED[0], PAINTED[0])), GOOD, "decoder is not trained"),
        (replace(STUCK, costs=(543.0, 2000.0, 9000.0)), np.ones_like(IMAGES), "uphill"),
        (replace(STUCK, encodings=(CODES[0], np.ones((8, 10)))), FLAT, "the same encoding"),
        (replace(STUCK, encodings=(CODES[0], 100 * ROW + 1e-3 * CODES[1])), FLAT, "the same encoding"),
        (replace(STUCK, encodings=(CODES[0], 5 + 0.1 * CODES[1])), FLAT, "only the mean image is learned"),
        (STUCK, FLAT + 0.03 * (IMAGES - FLAT), "only the mean image is learned"),
        (replace(STUCK, costs=(300.0, 200.0, 450.0)), GOOD, "uphill"),
        (replace(STUCK, costs=(543.0, 300.0, 180.0, 190.0, 185.0)), GOOD, "still learning"),
        (STUCK, FLAT, "only the mean image is learned"),
        (STUCK, np.full_like(IMAGES, 0.25), "Every pixel of every answer is 0.25"),
        (STUCK, 1 / (1 + np.exp(-GOOD)), "squashed twice"),
        (replace(STUCK, costs=(543.0, 300.0, 195.0, 185.0)), GOOD, "still learning"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_of_trouble_is_named(curve: TrainingCurve, answers: np.ndarray, word: str) -> None:
    """No gradient, a network at rest, ascent, mean image, one encoding, one grey, two sigmoids, too slow."""
    assert word in story_of(curve, IMAGES, answers, MEAN_IMAGE)


@pytest.mark.parametrize(
    ("costs", "answers"),
    [
        (STUCK.costs, GOOD),
        (STUCK.costs, FLAT + 0.1 * (IMAGES - FLAT)),
        ((300.0, 200.0, 350.0), GOOD),
        ((543.0, 300.0, 201.0, 300.0), GOOD),
    ],
    ids=["settled", "a tenth of the variety", "risen to less than twice the mean image's cost", "back at the second"],
)
def test_a_training_that_is_in_no_known_trouble_has_no_story(costs: tuple[float, ...], answers: np.ndarray) -> None:
    """Costs that have settled or risen a little, answers that differ: nothing is claimed."""
    assert story_of(replace(STUCK, costs=costs), IMAGES, answers, MEAN_IMAGE) == ""


def test_variety_is_that_between_images_at_a_pixel() -> None:
    """Where all images share a pattern of black and white, answers with half of their small differences vary enough."""
    pattern = np.indices((28, 28)).sum(axis=0)[None, :, :, None] % 2
    differences = 0.02 * (IMAGES - FLAT)
    assert story_of(STUCK, 0.8 * pattern + differences, 0.8 * pattern + 0.5 * differences, MEAN_IMAGE) == ""


def test_an_encoder_rests_only_where_no_encoding_changed() -> None:
    """One encoding that moved is enough."""
    moved = CODES[0].copy()
    moved[3, 4] += 0.01
    assert encoder_rests(replace(STUCK, encodings=(CODES[0], CODES[0].copy())))
    assert not encoder_rests(replace(STUCK, encodings=(CODES[0], moved)))
