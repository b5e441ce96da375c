"""Known mistakes in data, pictures and corrupted images: each is told by its code, and what is unknown as unknown."""

import numpy as np
import pytest

from grader.autoencoders.checks import data, pictures
from grader.autoencoders.measurements.corruption import expect_deviation
from grader.autoencoders.operations.probes import BIAS, Probe
from grader.core.expect import Failed, close
from grader.stats.causes import first_fit

RANDOM = np.random.default_rng(5)
GREY = RANDOM.integers(0, 256, (4, 28, 28, 1)).astype(np.uint8)
PROBE = Probe(RANDOM.normal(size=(784, 4)).astype(np.float32), RANDOM.normal(size=(4, 784)).astype(np.float32))


def grid_of(codes: np.ndarray) -> np.ndarray:
    """Tile (i, j) is decoded from codes[i, j], put into its place one by one."""
    n = len(codes)
    grid = np.zeros((28 * n, 28 * n), np.float32)
    for i in range(n):
        for j in range(n):
            pixels = 1 / (1 + np.exp(-(codes[i, j] @ PROBE.out + BIAS)))
            grid[28 * i : 28 * (i + 1), 28 * j : 28 * (j + 1)] = pixels.reshape(28, 28)
    return grid


def walk(values: np.ndarray, rest: float = 0.0) -> np.ndarray:
    n = len(values)
    return np.array([[[values[i], values[j], rest, rest] for j in range(n)] for i in range(n)])


EVEN = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
GRIDS = {
    "grid.unknown": walk(EVEN),
    "grid.others_not_zero": walk(EVEN, rest=0.3),
    "grid.others_are_one": walk(EVEN, rest=1.0),
    "grid.uneven_steps": walk(np.array([-2.0, -0.5, 0.0, 0.5, 2.0])),
    "grid.columns_reversed": walk(EVEN)[:, ::-1],
    "grid.rows_reversed": walk(EVEN)[::-1],
    "grid.both_reversed": walk(EVEN)[::-1, ::-1],
    "grid.swapped": walk(EVEN).swapaxes(0, 1),
    "grid.limit_ignored": walk(1.25 * EVEN),
    "grid.from_zero": walk(np.array([0.0, 0.5, 1.0, 1.5, 2.0])),
    "grid.last_components": walk(EVEN)[..., ::-1].swapaxes(0, 1),
}


@pytest.mark.parametrize("code", GRIDS)
def test_grids_are_diagnosed(code: str) -> None:
    """The encodings behind a grid are found in its pixels; nothing is claimed of those of a right grid."""
    found = pictures.diagnosis_of_grid(grid_of(GRIDS[code]), PROBE, 5, 2.0)
    assert found.code == code
    assert bool(found.sentence) == (code != "grid.unknown")


def test_a_grid_that_no_encoding_gives_has_an_unknown_cause() -> None:
    """Nothing is claimed of pixels that are noise."""
    noise = np.random.default_rng(6).random((140, 140), np.float32)
    assert pictures.diagnosis_of_grid(noise, PROBE, 5, 2.0).code == "grid.unknown"


def test_a_strip_of_the_first_image_is_named() -> None:
    """A strip that shows the first pair in every row says so, and nothing is said of one of noise."""
    left, right = np.random.default_rng(7).random((2, 84, 28))
    first = np.vstack([np.hstack([left[:28], right[:28]])] * 3)
    assert pictures.diagnosis_of_strip(first, left, right).code == "strip.first_image"
    assert pictures.diagnosis_of_strip(np.random.default_rng(8).random((84, 56)), left, right).code == "strip.unknown"


SCALES = {
    "scaling.number_of_values": GREY / 256,
    "scaling.around_zero": (GREY - 127.5) / 127.5,
    "scaling.binarized": (GREY > 127).astype(float),
    "scaling.standardized": np.stack([(g - np.mean(g)) / np.std(g) for g in GREY]),
    "scaling.own_largest_value": np.stack([g / g.max() for g in GREY // 2]),
    "scaling.unknown": np.sqrt(GREY / 255),
}


@pytest.mark.parametrize("code", SCALES)
def test_scales_are_diagnosed(code: str) -> None:
    """What was done to grey values is recognised by its result."""
    known = data.wrong_scales(GREY // 2 if code == "scaling.own_largest_value" else GREY)
    assert first_fit(known, lambda wrong: close(SCALES[code], wrong, 1e-5), "scaling.unknown").code == code


def passes(orders: list[list[int]]) -> list[list[int]]:
    return [order[i : i + 8] for order in orders for i in range(0, 64, 8)]


def test_ways_of_shuffling_are_diagnosed() -> None:
    """Order kept, batches shuffled as wholes, one order for ever, a short buffer: each is told from the others."""
    random = np.random.default_rng(9)
    original, once = list(range(66)), random.permutation(66).tolist()
    batches = [original[i : i + 8] for i in range(0, 64, 8)]
    whole = [batch for _ in range(20) for batch in random.permutation(batches).tolist()]
    short = [sorted(range(66), key=lambda i: i + 3 * random.random()) for _ in range(20)]
    drawn = {
        "batches.original_order": passes([original] * 20),
        "batches.shuffled_as_wholes": whole,
        "batches.same_order_every_pass": passes([once] * 20),
        "batches.short_buffer": passes(short),
    }
    assert {code: data.diagnosis_of(batches).code for code, batches in drawn.items()} == {code: code for code in drawn}
    assert drawn.keys() == data.HINTS.keys()


@pytest.mark.parametrize(
    ("deviation", "code"),
    [(0.1**0.5, "noise.deviation_as_variance"), (0.01, "noise.deviation_squared"), (1.0, "noise.deviation_of_one"),
     (0.5, "noise.deviation_of_one_half"), (0.05, "noise.multiplied_by_image")],
)  # fmt: skip
def test_wrong_deviations_of_corrupted_images_are_diagnosed(deviation: float, code: str) -> None:
    """Noise on grey images, clipped to [0, 1], in units of the deviation 0.1 that was asked for."""
    noise = np.random.default_rng(10).normal(scale=deviation, size=(4, 20, 28, 28, 1))
    with pytest.raises(Failed) as caught:
        expect_deviation((np.clip(0.5 + noise, 0, 1) - 0.5) / 0.1, 0.1)
    assert caught.value.code == code
    right = np.random.default_rng(11).normal(size=(4, 20, 28, 28, 1))
    expect_deviation(right, 0.1)
