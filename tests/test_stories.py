"""The stories that checks of data and pictures tell: each known mistake is named, and a right answer has no story."""

import numpy as np
import pytest

from grader.autoencoders.checks import data, pictures
from grader.autoencoders.operations.probes import Painter

RANDOM = np.random.default_rng(5)
GREY = RANDOM.integers(0, 256, (4, 28, 28, 1)).astype(np.uint8)
PAINTER = Painter(RANDOM.normal(size=(784, 4)).astype(np.float32), RANDOM.normal(size=(4, 784)).astype(np.float32))


def grid_of(codes: np.ndarray) -> np.ndarray:
    """Tile (i, j) is painted from codes[i, j], put into its place one by one."""
    n = len(codes)
    grid = np.zeros((28 * n, 28 * n), np.float32)
    for i in range(n):
        for j in range(n):
            pixels = 1 / (1 + np.exp(-(codes[i, j] @ PAINTER.out)))
            grid[28 * i : 28 * (i + 1), 28 * j : 28 * (j + 1)] = pixels.reshape(28, 28)
    return grid


def walk(values: np.ndarray, rest: float = 0.0) -> np.ndarray:
    n = len(values)
    return np.array([[[values[i], values[j], rest, rest] for j in range(n)] for i in range(n)])


EVEN = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
GRIDS = {
    "": walk(EVEN),
    "other components are not 0": walk(EVEN, rest=0.3),
    "not evenly spaced": walk(np.array([-2.0, -0.5, 0.0, 0.5, 2.0])),
    "columns run the wrong way": walk(EVEN)[:, ::-1],
    "rows run the wrong way": walk(EVEN)[::-1],
}


@pytest.mark.parametrize("story", GRIDS)
def test_grids_have_their_story(story: str) -> None:
    """The encodings behind a grid are found in its pixels; those of a right grid give no story."""
    found = pictures.grid_story(grid_of(GRIDS[story]), PAINTER, 5, 2.0)
    assert story in found
    assert bool(story) == bool(found)


def test_a_grid_that_no_encoding_paints_has_no_story() -> None:
    """Nothing is claimed of pixels that are noise."""
    noise = np.random.default_rng(6).random((140, 140), np.float32)
    assert pictures.grid_story(noise, PAINTER, 5, 2.0) == ""


def test_a_strip_of_the_first_image_is_named() -> None:
    """A strip that shows the first pair in every row says so, and one of noise says nothing."""
    left, right = np.random.default_rng(7).random((2, 84, 28))
    first = np.vstack([np.hstack([left[:28], right[:28]])] * 3)
    assert "every row shows the first image" in pictures.strip_story(first, left, right)
    assert pictures.strip_story(np.random.default_rng(8).random((84, 56)), left, right) == ""


SCALES = {
    "divided by 256": GREY / 256,
    "[-1, 1]": (GREY - 127.5) / 127.5,
    "rounded to 0 and 1": (GREY > 127).astype(float),
    "mean 0 and variance 1": np.stack([(g - np.mean(g)) / np.std(g) for g in GREY]),
    "its own largest value": np.stack([g / g.max() for g in GREY // 2]),
}


@pytest.mark.parametrize("story", SCALES)
def test_scales_have_their_story(story: str) -> None:
    """What was done to grey values is recognised by its result."""
    images = GREY // 2 if "largest" in story else GREY
    assert story in data._scaling_story(SCALES[story], images)


def passes(orders: list[list[int]]) -> list[list[int]]:
    return [order[i : i + 8] for order in orders for i in range(0, 64, 8)]


def test_habits_of_shuffling_have_their_story() -> None:
    """Order kept, batches shuffled as wholes, one order for ever, a short buffer: each is told from the others."""
    random = np.random.default_rng(9)
    original, once = list(range(66)), random.permutation(66).tolist()
    batches = [original[i : i + 8] for i in range(0, 64, 8)]
    whole = [batch for _ in range(20) for batch in random.permutation(batches).tolist()]
    assert "original order" in data._habit(passes([original] * 20))
    assert "whole batches" in data._habit(whole)
    assert "same order" in data._habit(passes([once] * 20))
