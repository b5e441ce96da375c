"""The models that Keras' own loop trains beside the reference's are the same models."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.experiment.plan import Run
from benchmarks.experiment.training import BUILDERS
from benchmarks.keras_twins import keras_twin
from benchmarks.training_step import batches, milliseconds

pytestmark = pytest.mark.usefixtures("untraced")  # one step of each is compared, whether traced or not


def steps_of_both(part: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """How far each variable moves in one step of the reference's fit, and in one of Keras', from the same weights."""
    data = tf.data.Dataset.from_tensors(next(iter(batches(part, 16))))
    model = BUILDERS[part](Run(part))
    twin, pairs = keras_twin(part, data)
    for own, other in zip(model.trainable_variables, twin.trainable_variables, strict=True):
        other.assign(own)
    before = [variable.numpy() for variable in model.trainable_variables]
    model.fit(data, 1, 1)
    twin.fit(pairs, epochs=1, steps_per_epoch=1, verbose=0)
    after = zip(before, model.trainable_variables, twin.trainable_variables, strict=True)
    return [(own.numpy() - old, other.numpy() - old) for old, own, other in after]


@pytest.mark.parametrize("part", ["autoencoder", "upsampling", "classifier"])
def test_one_step_of_keras_is_one_of_the_reference(part: str) -> None:
    """From the same weights, on the same batch, Keras' step follows from the reference's in 99 % of the weights.

    Adam's first step is r g / (|g| + epsilon). The reference's loss of images is a sum over the batch and Keras' a
    mean, so there g is 16 times smaller, and s r becomes r s / (s + 16 (1 - s)). On two batches, below 65 % are near.
    """
    steps = steps_of_both(part)
    ours, keras = (np.concatenate([pair[side].ravel() for pair in steps]).astype(np.float64) for side in (0, 1))
    assert np.abs(ours).max() == pytest.approx(1e-3, rel=0.05)
    smaller, share = (1 if part == "classifier" else 16), np.minimum(np.abs(ours) / 1e-3, 1)
    expected = 1e-3 * np.sign(ours) * share / (share + smaller * (1 - share))
    assert np.mean(np.abs(keras - expected) < 1e-4) > 0.99


@pytest.mark.parametrize("part", ["gaussian_vae", "vae", "denoising"])
def test_keras_trains_all_of_a_part_that_draws_noise(part: str) -> None:
    """Where each draws noise of its own the steps differ, but both move every variable by Adam's first step."""
    for ours, keras in steps_of_both(part):
        assert np.abs(ours).max() == pytest.approx(1e-3, rel=0.1)
        assert np.abs(keras).max() == pytest.approx(1e-3, rel=0.1)


def test_rounds_are_timed_in_turns() -> None:
    """Each way runs once more than it is timed, in turns; times are milliseconds a step."""
    calls: list[str] = []
    ways = {name: (lambda name=name: calls.append(name), 10) for name in ("one", "other")}
    took = milliseconds(ways, 2)
    assert calls == ["one", "other"] * 3
    assert {name: len(values) for name, values in took.items()} == {"one": 2, "other": 2}
    assert all(0 <= value < 10 for values in took.values() for value in values)
