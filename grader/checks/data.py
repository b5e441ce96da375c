"""Checks of the part `data`."""

from itertools import combinations, pairwise

import numpy as np

from .. import expect
from ..expect import Evidence
from ..lab import Lab
from ..registry import check

SAMPLES, BATCH_SIZE, PASSES = 66, 8, 20  # 66 is no multiple of 8, so that a remainder shows


@check(points=2)
def normalize_scales_to_unit_interval(lab: Lab) -> Evidence:
    """Images come out as float32 in [0, 1], without their label."""
    images = lab.random("normalize").integers(0, 256, (6, 28, 28, 1), dtype=np.uint8)
    images[0], images[1] = 0, 255
    found, dtype = lab.normalize(images, np.arange(6, dtype=np.int64))
    exact = images.astype(np.float64) / 255
    span = f"values from {found.min():.4g} to {found.max():.4g}"
    expect.that(
        dtype == "float32", f"The image has the type {dtype}.", "Change the type before dividing.", "float32", dtype
    )
    expect.that(
        expect.close(found, exact, 1e-5),
        f"Grey values 0 to 255 should become numbers from 0 to 1, but gave {span}.",
        _scaling_hint(found, images),
        "0 → 0 and 255 → 1",
        span,
    )
    return Evidence("float32, values from 0 to 1", f"{dtype}, {span}")


def _scaling_hint(found: np.ndarray, images: np.ndarray) -> str:
    grey = images.astype(np.float64)
    known = {
        "The values were not scaled at all.": grey,
        "They were divided by 256; the largest grey value is 255.": grey / 256,
        "They were scaled to [-1, 1]; the decoder's sigmoid answers in [0, 1].": grey / 127.5 - 1,
        "They were inverted: ink became 0.": 1 - grey / 255,
        "They were divided by 255 twice.": grey / 255 / 255,
        "Whole numbers were divided as whole numbers: change the type first.": np.floor(grey / 255),
    }
    fits = [hint for hint, wrong in known.items() if expect.close(found, wrong, 1e-5)]
    return fits[0] if fits else "Divide each grey value by the largest one there can be."


@check(points=4)
def batches_shuffle_samples(lab: Lab) -> Evidence:
    """Every pass makes new full batches of all samples, without end.

    Random batches of 8 among 66 samples show about 1,880 of the 2,145 pairs of samples together within 20 passes.
    Fixed batches show at most 231, and a fixed order at most 462, so a bar of 1,200 is far from both.
    """
    images = _numbered_images(lab)
    per_pass = SAMPLES // BATCH_SIZE
    batches = lab.training_batches(images, BATCH_SIZE, PASSES * per_pass)
    lengths = {len(batch) for batch in batches}
    expect.that(
        len(batches) == PASSES * per_pass,
        f"The batches ended after {len(batches)}; training draws from them for ever.",
        "Repeat the dataset.",
        "endless batches",
        f"{len(batches)} batches",
    )
    expect.that(
        lengths == {BATCH_SIZE},
        f"Batches of {BATCH_SIZE} were asked for, but some have {sorted(lengths - {BATCH_SIZE})} samples.",
        "Drop the remainder at the end of a pass, or repeat before batching.",
        BATCH_SIZE,
        sorted(lengths),
    )
    drawn = [_numbers(batch, images) for batch in batches]
    seen = len({number for batch in drawn for number in batch})
    expect.that(seen == SAMPLES, f"Only {seen} of {SAMPLES} samples ever came.", "Nothing may be lost.", SAMPLES, seen)
    return _expect_mixed(drawn)


def _expect_mixed(drawn: list[list[int]]) -> Evidence:
    pairs = len({pair for batch in drawn for pair in combinations(sorted(batch), 2)})
    evidence = Evidence("more than 1200 different pairs of samples share a batch", f"{pairs} pairs")
    if not pairs > 1200:
        raise expect.Failed(f"The same samples meet again and again: {_habit(drawn)}", _HABITS[_habit(drawn)], evidence)
    return evidence


_HABITS = {
    "they come in their original order.": "Shuffle the samples.",
    "whole batches are shuffled, not the samples in them.": "The order of `shuffle` and `batch` matters.",
    "every pass has the same order.": "Shuffle anew in every pass.",
    "the shuffling does not reach far.": "Use a buffer as large as the dataset.",
}


def _habit(drawn: list[list[int]]) -> str:
    neighbours = np.mean([second == first + 1 for batch in drawn for first, second in pairwise(batch)])
    if neighbours > 0.9:
        in_order = [batch[0] for batch in drawn[:4]] == sorted(batch[0] for batch in drawn[:4])
        return (
            "they come in their original order." if in_order else "whole batches are shuffled, not the samples in them."
        )
    members = {tuple(sorted(batch)) for batch in drawn}
    if len(members) <= SAMPLES // BATCH_SIZE + 1:
        return "whole batches are shuffled, not the samples in them."
    successors = {(a, b) for batch in drawn for a, b in pairwise(batch)}
    return "every pass has the same order." if len(successors) <= SAMPLES + 1 else "the shuffling does not reach far."


def _numbered_images(lab: Lab) -> np.ndarray:
    """Images that can be told apart: image i starts with the pixel i / 100, the rest is random."""
    images = lab.random("numbered images").random((SAMPLES, 28, 28, 1), dtype=np.float32)
    images[:, 0, 0, 0] = np.arange(SAMPLES) / 100
    return images


def _numbers(batch: np.ndarray, images: np.ndarray) -> list[int]:
    """The numbers of a batch's images, each of which must be one of `images`, unchanged."""
    numbers = np.rint(batch[:, 0, 0, 0] * 100).astype(int)
    known = (numbers >= 0) & (numbers < SAMPLES)
    unchanged = bool(known.all()) and expect.close(batch, images[numbers], 1e-6)
    expect.that(
        unchanged,
        "The images in the batches are not the images that were handed over.",
        "Leave the pixels as they are.",
    )
    return [int(n) for n in numbers]
