"""The kind of trouble a training is in is told from arrays that were made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from grader.diagnosis import Course, encoder_rests, story_of

MEAN_IMAGE = 200.0
RANDOM = np.random.default_rng(3)
IMAGES = RANDOM.random((16, 28, 28, 1))
GOOD = np.clip(IMAGES + RANDOM.normal(scale=0.05, size=IMAGES.shape), 0, 1)
CODES = RANDOM.normal(size=(2, 8, 10))
PAINTED = RANDOM.random((2, 8, 28, 28, 1))
STUCK = Course((543.0, 300.0, 201.0, 201.0), 400, (CODES[0], CODES[1]), (PAINTED[0], PAINTED[1]))
FLAT = np.repeat(IMAGES.mean(axis=0, keepdims=True), 16, axis=0)


@pytest.mark.parametrize(
    ("course", "answers", "word"),
    [
        (replace(STUCK, costs=(543.0, 543.0, 543.0)), GOOD, "no gradient"),
        (replace(STUCK, encodings=(CODES[0], CODES[0])), FLAT, "encoder is not trained"),
        (replace(STUCK, paintings=(PAINTED[0], PAINTED[0])), GOOD, "decoder is not trained"),
        (replace(STUCK, costs=(543.0, 2000.0, 9000.0)), np.ones_like(IMAGES), "uphill"),
        (replace(STUCK, encodings=(CODES[0], np.ones((8, 10)))), FLAT, "the same encoding"),
        (STUCK, FLAT, "only the mean image is learned"),
        (STUCK, np.full_like(IMAGES, 0.25), "Every pixel of every answer is 0.25"),
        (STUCK, 1 / (1 + np.exp(-GOOD)), "squashed twice"),
        (replace(STUCK, costs=(543.0, 300.0, 195.0, 185.0)), GOOD, "still learning"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_of_trouble_is_named(course: Course, answers: np.ndarray, word: str) -> None:
    """No gradient, a network at rest, ascent, mean image, one encoding, one grey, two sigmoids, too slow."""
    assert word in story_of(course, IMAGES, answers, MEAN_IMAGE)


def test_a_training_that_is_in_no_known_trouble_has_no_story() -> None:
    """Costs that have settled, answers that differ: nothing is claimed."""
    assert story_of(STUCK, IMAGES, GOOD, MEAN_IMAGE) == ""


def test_an_encoder_rests_only_where_no_encoding_changed() -> None:
    """One encoding that moved is enough."""
    moved = CODES[0].copy()
    moved[3, 4] += 0.01
    assert encoder_rests(replace(STUCK, encodings=(CODES[0], CODES[0].copy())))
    assert not encoder_rests(replace(STUCK, encodings=(CODES[0], moved)))
