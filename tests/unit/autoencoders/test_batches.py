"""What the check of `training_batches` says of pipelines that are played in NumPy."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.checks.data import batches_shuffle_samples
from grader.core.expect import Failed

Batches = list[np.ndarray]
Pipeline = Callable[[np.ndarray, int, np.random.Generator], Batches]


def parts_of(images: np.ndarray, size: int) -> Batches:
    return [images[start : start + size] for start in range(0, len(images), size)]


def wholes_shuffled(images: np.ndarray, size: int, random: np.random.Generator) -> Batches:
    batches = parts_of(images, size)
    return [batches[i] for i in random.permutation(len(batches))]


def remainder_kept(images: np.ndarray, size: int, random: np.random.Generator) -> Batches:
    return parts_of(random.permutation(images), size)


def full_batches(images: np.ndarray, size: int, random: np.random.Generator) -> Batches:
    return [batch for batch in remainder_kept(images, size, random) if len(batch) == size]


def another_size(images: np.ndarray, size: int, random: np.random.Generator) -> Batches:
    return parts_of(random.permutation(images), 2 * size)


class Played:
    """Stands for a submission whose `training_batches` is a pipeline."""

    def __init__(self, pipeline: Pipeline):
        self._pipeline = pipeline

    def random(self, _: str) -> np.random.Generator:
        return np.random.default_rng(1)

    def load(self, part: str) -> None:
        assert part == "data"

    def request(self, _: str, arrays: Sequence[np.ndarray], wants: object, batch_size: int, count: int) -> Any:
        random, batches = np.random.default_rng(2), []
        while len(batches) < count:
            batches += self._pipeline(arrays[0], batch_size, random)
        drawn = batches[:count]
        return SimpleNamespace(arrays=(np.concatenate(drawn),), value=[len(batch) for batch in drawn])


@pytest.mark.parametrize(
    ("pipeline", "code", "says", "hint"),
    [
        (wholes_shuffled, "batches.remainder_among_wholes", "whole batches are shuffled", "The order of `shuffle`"),
        (remainder_kept, "batches.wrong_size", "some have [2] samples", "Drop the remainder"),
        (another_size, "batches.wrong_size", "some have [2, 16] samples", "Drop the remainder"),
    ],
)
def test_a_short_batch_is_told_by_its_cause(pipeline: Pipeline, code: str, says: str, hint: str) -> None:
    """Batching before shuffling leaves the remainder among the batches: the order is the mistake, not the remainder."""
    with pytest.raises(Failed) as failed:
        batches_shuffle_samples(Played(pipeline))
    assert failed.value.code == code
    assert says in failed.value.message
    assert hint in failed.value.hint


def test_full_batches_of_shuffled_samples_pass() -> None:
    """The right order, and the remainder dropped."""
    assert "pairs" in batches_shuffle_samples(Played(full_batches)).measured
