"""Checks of the part `data`."""

from itertools import combinations, pairwise
from typing import Any

import numpy as np

from ...core import expect
from ...core.expect import Evidence
from ...core.text import printable
from ...protocol.frames import Want
from ...stats.causes import Diagnosis, first_fit
from ..registry import CHECKS
from ..subject import Subject
from ..thresholds import PAIRS_OF_SAMPLES

PART = "data"
SAMPLES, BATCH_SIZE, PASSES = 66, 8, 20  # 66 is no multiple of 8, so that a remainder shows


def normalized(subject: Subject, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, str]:
    """The images after `normalize`, as float32, and the dtype they had."""
    subject.load(PART)
    reply = subject.request("normalize", [images, labels], [Want("float32", images.shape)])
    return reply.arrays[0], printable(str(reply.value), 80)


def batches_of(subject: Subject, images: np.ndarray, batch_size: int, count: int) -> list[np.ndarray]:
    """At most `count` batches that `training_batches` makes of the single images."""
    subject.load(PART)
    want = Want("float32", (None, *images.shape[1:]))
    reply = subject.request("training_batches", [images], [want], batch_size=batch_size, count=count)
    (joined,), lengths = reply.arrays, _lengths(reply.value, count, len(reply.arrays[0]))
    return np.split(joined, np.cumsum(lengths)[:-1]) if lengths else []


def _lengths(value: Any, count: int, total: int) -> list[int]:
    """The lengths of batches, which have to add up."""
    if not isinstance(value, list) or len(value) > count or not all(type(n) is int and n >= 0 for n in value):
        raise expect.not_an_answer("lengths of batches that are no lengths")
    if sum(value) != total:
        raise expect.not_an_answer("lengths of batches that do not add up")
    return value


@CHECKS.check(PART, points=2)
def normalize_scales_to_unit_interval(subject: Subject) -> Evidence:
    """Images come out as float32 in [0, 1], without their label."""
    images = subject.random("normalize").integers(0, 256, (6, 28, 28, 1), dtype=np.uint8)
    images[0], images[1] = 0, 255
    images[2:4] //= 2  # an image without white, which a scale of its own would change
    found, dtype = normalized(subject, images, np.arange(6, dtype=np.int64))
    span = f"values from {found.min():.4g} to {found.max():.4g}"
    expect.that(
        dtype == "float32",
        "scaling.wrong_type",
        "The image has the type {dtype}.",
        "Change the type before dividing.",
        "float32",
        dtype,
        dtype=dtype,
    )
    diagnosis = first_fit(wrong_scales(images), lambda wrong: expect.close(found, wrong, 1e-5), "scaling.unknown")
    expect.that(
        expect.close(found, images.astype(np.float64) / 255, 1e-5),
        diagnosis.code,
        "Grey values 0 to 255 should become numbers from 0 to 1, but gave {span}. {diagnosis}",
        "Divide each grey value by the largest one there can be.",
        "0 → 0 and 255 → 1",
        span,
        span=span,
        diagnosis=diagnosis.sentence,
    )
    return Evidence("float32, values from 0 to 1", f"{dtype}, {span}")


def wrong_scales(images: np.ndarray) -> dict[str, tuple[str, np.ndarray]]:
    """What each mistake makes of the grey values of images (B, 28, 28, 1)."""
    grey = images.astype(np.float64)
    largest = np.maximum(grey.max(axis=(1, 2, 3), keepdims=True), 1)
    centred, spread = grey - grey.mean(axis=(1, 2, 3), keepdims=True), grey.std(axis=(1, 2, 3), keepdims=True)
    return {
        "scaling.missing": ("They were not scaled at all.", grey),
        "scaling.number_of_values": ("They were divided by 256, and the largest grey value is 255.", grey / 256),
        "scaling.around_zero": (
            "They were scaled to [-1, 1], and the decoder's sigmoid answers in [0, 1].", grey / 127.5 - 1
        ),
        "scaling.inverted": ("They were inverted, so that ink became 0.", 1 - grey / 255),
        "scaling.twice": ("They were divided by 255 twice.", grey / 255 / 255),
        "scaling.whole_numbers": (
            "Whole numbers were divided as whole numbers: change the type first.", np.floor(grey / 255)
        ),
        "scaling.binarized": ("They were rounded to 0 and 1.", np.round(grey / 255)),
        "scaling.mnist_constants": (
            "They were moved by the mean and scaled by the deviation of MNIST, and the decoder's sigmoid answers in "
            "[0, 1].", (grey / 255 - 0.1307) / 0.3081
        ),
        "scaling.any_ink": ("Every pixel that is not black became 1.", (grey > 0).astype(float)),
        "scaling.standardized": (
            "Each image was moved to mean 0 and variance 1.", centred / np.maximum(spread, 1 / 28)
        ),
        "scaling.own_largest_value": ("Each image was divided by its own largest value.", grey / largest),
    }  # fmt: skip


@CHECKS.check(PART, points=4, thresholds=[PAIRS_OF_SAMPLES])
def batches_shuffle_samples(subject: Subject) -> Evidence:
    """Every pass makes new full batches of all samples, without end.

    Random batches of 8 among 66 samples show about 1,880 of the 2,145 pairs of samples together within 20 passes.
    Fixed batches show at most 231, a fixed order at most 462, and a buffer of one batch about 1,180, so a limit of
    1,500 is far from right and wrong.
    """
    images = _numbered_images(subject)
    per_pass = SAMPLES // BATCH_SIZE
    batches = batches_of(subject, images, BATCH_SIZE, PASSES * per_pass)
    lengths = {len(batch) for batch in batches}
    drawn = [_numbers(batch, images) for batch in batches if len(batch) == BATCH_SIZE]
    expect.that(
        len(batches) == PASSES * per_pass,
        "batches.ended",
        "The batches ended after {count}; training draws from them for ever.",
        "Repeat the dataset.",
        "endless batches",
        f"{len(batches)} batches",
        count=len(batches),
    )
    _expect_no_remainder_among_wholes(drawn, lengths)
    expect.that(
        lengths == {BATCH_SIZE},
        "batches.wrong_size",
        "Batches of {size} were asked for, but some have {others} samples.",
        "Drop the remainder at the end of a pass, or repeat before batching.",
        BATCH_SIZE,
        sorted(lengths),
        size=BATCH_SIZE,
        others=sorted(lengths - {BATCH_SIZE}),
    )
    _expect_seen(drawn, SAMPLES - SAMPLES % BATCH_SIZE)  # what one pass holds at least
    evidence = _expect_mixed(drawn)
    _expect_seen(drawn, SAMPLES)
    return evidence


def _expect_no_remainder_among_wholes(drawn: list[list[int]], lengths: set[int]) -> None:
    """Where the batches of a pass are shuffled, remainder and all, that is the first thing to say, not its size."""
    if lengths == {BATCH_SIZE} or not drawn or diagnosis_of(drawn) is not AS_WHOLES:
        return
    message = "The same samples meet again and again: {diagnosis} The remainder of a pass comes among them."
    expected = f"batches of {BATCH_SIZE}, mixed anew in every pass"
    measured = f"batches of {' and of '.join(map(str, sorted(lengths)))}, each always with the same samples"
    raise expect.Failed(
        "batches.remainder_among_wholes",
        message,
        HINTS[AS_WHOLES.code] + " Then a remainder can only come at the end of a pass.",
        Evidence(expected, measured),
        diagnosis=AS_WHOLES.sentence,
    )


def _expect_seen(drawn: list[list[int]], least: int) -> None:
    """Shuffled anew, each sample is in one of the passes: all but (2 / 66) ** 20 of the time."""
    seen = len({number for batch in drawn for number in batch})
    message = "Only {seen} of {samples} samples ever came."
    hint = "Nothing may be lost."
    expect.that(seen >= least, "batches.lost_samples", message, hint, SAMPLES, seen, seen=seen, samples=SAMPLES)


def _expect_mixed(drawn: list[list[int]]) -> Evidence:
    pairs = len({pair for batch in drawn for pair in combinations(sorted(batch), 2)})
    limit = PAIRS_OF_SAMPLES.limit
    evidence = Evidence(f"at least {limit:g} different pairs of samples share a batch", f"{pairs} pairs")
    if not PAIRS_OF_SAMPLES.within(pairs):
        order = diagnosis_of(drawn)
        message = "The same samples meet again and again: {diagnosis}"
        raise expect.Failed(order.code, message, HINTS[order.code], evidence, diagnosis=order.sentence)
    return evidence


IN_ORDER = Diagnosis("batches.original_order", "they come in their original order.")
AS_WHOLES = Diagnosis("batches.shuffled_as_wholes", "whole batches are shuffled, not the samples in them.")
SAME_ORDER = Diagnosis("batches.same_order_every_pass", "every pass has the same order.")
SHORT_BUFFER = Diagnosis("batches.short_buffer", "the shuffling does not reach far.")
HINTS = {
    IN_ORDER.code: "Shuffle the samples.",
    AS_WHOLES.code: "The order of `shuffle` and `batch` matters.",
    SAME_ORDER.code: "Shuffle anew in every pass.",
    SHORT_BUFFER.code: "Use a buffer as large as the dataset.",
}


def diagnosis_of(drawn: list[list[int]]) -> Diagnosis:
    """Why batches, given by the numbers of their samples, are not mixed."""
    per_pass = SAMPLES // BATCH_SIZE
    if np.mean([second == first + 1 for batch in drawn for first, second in pairwise(batch)]) > 0.9:
        starts = [batch[0] for batch in drawn[:per_pass]]
        return IN_ORDER if starts == sorted(starts) else AS_WHOLES
    if len({tuple(sorted(batch)) for batch in drawn}) <= per_pass + 1:
        again = all(drawn[i] == drawn[i + per_pass] for i in range(per_pass))
        return SAME_ORDER if again else AS_WHOLES
    successors = {(a, b) for batch in drawn for a, b in pairwise(batch)}
    return SAME_ORDER if len(successors) <= SAMPLES + 1 else SHORT_BUFFER


def _numbered_images(subject: Subject) -> np.ndarray:
    """Images that can be told apart: image i starts with the pixel i / 100, the rest is random."""
    images = subject.random("numbered images").random((SAMPLES, 28, 28, 1), dtype=np.float32)
    images[:, 0, 0, 0] = np.arange(SAMPLES) / 100
    return images


def _numbers(batch: np.ndarray, images: np.ndarray) -> list[int]:
    """The numbers of a batch's images, each of which must be one of `images`, unchanged."""
    numbers = np.rint(batch[:, 0, 0, 0] * 100).astype(int)
    known = (numbers >= 0) & (numbers < SAMPLES)
    unchanged = bool(known.all()) and expect.close(batch, images[numbers], 1e-6)
    expect.that(
        unchanged,
        "batches.changed_images",
        "The images in the batches are not the images that were handed over.",
        "Leave the pixels as they are.",
    )
    return [int(n) for n in numbers]
