"""Layers act in a call as they did in the loss, whatever they are told there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.operations.phases import call_as_in_loss, note_phases
from grader.autoencoders.operations.stacked import optimizers_made
from grader.harness.modules import LiveNamespace
from grader.harness.operations import Harness
from grader.protocol.frames import Want
from grader.protocol.messages import Request

IMAGES = np.random.default_rng(0).normal(3.0, 2.0, size=(16, 5)).astype(np.float32)


@pytest.fixture(params=["eager", "compiled"])
def harness_of(tf: Any, request: pytest.FixtureRequest) -> Callable[..., Harness]:
    """A model that normalizes its batches, told one thing in the loss and another where it encodes."""

    class Normalizing(tf.keras.Model):
        def __init__(self, in_loss: bool | None, elsewhere: bool | None):
            super().__init__()
            self.in_loss, self.elsewhere = in_loss, elsewhere
            inputs = tf.keras.Input((5,))
            self.network = tf.keras.Model(inputs, tf.keras.layers.BatchNormalization()(inputs))
            self.optimizer = tf.keras.optimizers.SGD(1e-6)
            if request.param == "compiled":
                self.fit_iteration = tf.function(self.fit_iteration)

        def encode(self, batch: Any) -> Any:
            return self.network(batch, training=self.elsewhere)

        def fit_iteration(self, batch: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(self.network(batch, training=self.in_loss) ** 2)
            self.optimizer.minimize(loss, self.trainable_variables, tape)
            return loss

    def make(in_loss: bool | None, elsewhere: bool | None) -> Harness:
        harness = Harness(LiveNamespace({}), Path())
        harness.models[1] = Normalizing(in_loss, elsewhere)
        harness.models[1].fit_iteration(tf.constant(IMAGES))  # compiled before anything is noted
        return harness

    return make


def encoded(harness: Harness) -> np.ndarray:
    """What `encode` answers in the phases of the loss."""
    note_phases(harness, Request("note_phases", {"model": 1}, (IMAGES,)))
    asked = {"model": 1, "method": "encode", "repeats": None}
    return call_as_in_loss(harness, Request("call_as_in_loss", asked, (IMAGES,), (Want("float32", (16, 5)),))).arrays[0]


@pytest.mark.parametrize(("in_loss", "elsewhere"), [(True, False), (True, None), (False, True), (None, True)])
def test_a_call_has_the_phases_of_the_loss(
    harness_of: Callable[..., Harness], in_loss: bool | None, elsewhere: bool | None
) -> None:
    """A batch that is normalized by itself has mean 0; without a flag Keras has layers rest."""
    mean = encoded(harness_of(in_loss, elsewhere)).mean()
    assert abs(mean) < 0.05 if in_loss else mean > 1


def test_noting_takes_no_step_and_leaves_nothing_behind(tf: Any, harness_of: Callable[..., Harness]) -> None:
    """Trained weights stay, and afterwards layers and compiled functions are called as before."""
    harness = harness_of(True, False)
    model = harness.models[1]
    before = [v.numpy() for v in model.trainable_variables]
    encoded(harness)
    for old, variable in zip(before, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), old)
    assert float(np.mean(model.encode(tf.constant(IMAGES)))) > 1
    assert not tf.config.functions_run_eagerly()
    assert all("call" not in vars(layer) for layer in model.network.layers)


def test_optimizers_that_are_made_are_counted_with_their_steps(tf: Any) -> None:
    """Also those that compile makes by name; what was there before is not listed."""
    tf.keras.optimizers.Adam()
    with optimizers_made() as made:
        model = tf.keras.Sequential([tf.keras.layers.Dense(2)])
        model.compile("rmsprop", "mse")
        model.fit(np.ones((12, 3)), np.ones((12, 2)), batch_size=4, verbose=0)
        tf.keras.optimizers.legacy.SGD()
    assert [int(optimizer.iterations) for optimizer in made] == [3, 0]
    tf.keras.optimizers.Adam()
    assert len(made) == 2
