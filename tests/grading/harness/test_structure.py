"""What the harness tells about a sampling layer, for each kind of layer that a good student may use."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.operations.structure import sampling_layer, scale_variables
from grader.harness.modules import LiveNamespace
from grader.harness.operations import Harness, call
from grader.protocol.frames import Want
from grader.protocol.messages import Request

SIZE, BATCH = 3, 5


@pytest.mark.parametrize("kind", ["MultivariateNormalTriL", "IndependentNormal"])
def test_mean_and_covariance_are_those_of_the_posterior(tf: Any, kind: str) -> None:
    """Dependent or independent components: the samples' covariance agrees with the one that is told."""
    import tensorflow_probability as tfp

    prior = tfp.distributions.Independent(tfp.distributions.Normal(tf.zeros(SIZE), 1.0), 1)
    regularizer = tfp.layers.KLDivergenceRegularizer(prior, weight=2.0)
    layer = getattr(tfp.layers, kind)(SIZE, activity_regularizer=regularizer)
    harness = Harness(LiveNamespace({}), Path())
    harness.models[1] = SimpleNamespace(sampling_layer=layer, prior=prior)
    parameters = np.repeat(np.random.default_rng(0).normal(size=(1, 18)), BATCH, axis=0).astype(np.float32)
    wants = tuple(Want("float32", shape) for shape in ((BATCH, SIZE), (BATCH, SIZE, SIZE), (), (2,)))
    request = Request("sampling_layer", {"model": 1}, (parameters, np.zeros((2, SIZE), np.float32)), wants)
    reply = sampling_layer(harness, request)
    mean, covariance, _, log_prob = reply.arrays
    assert reply.value["is_distribution_layer"] is True
    count = int(getattr(tfp.layers, kind).params_size(SIZE))
    samples = tf.convert_to_tensor(layer(np.repeat(parameters[:1, :count], 20_000, axis=0))).numpy()
    np.testing.assert_allclose(samples.mean(axis=0), mean[0], atol=0.1)
    np.testing.assert_allclose(np.cov(samples.T), covariance[0], atol=0.2)
    np.testing.assert_allclose(log_prob, -0.5 * SIZE * np.log(2 * np.pi), rtol=1e-5)


def test_a_prior_of_single_numbers_is_told_before_it_breaks_anything(tf: Any) -> None:
    """Normal(zeros(3), 1) is three distributions of a number: it is described, and nothing is computed with it."""
    import tensorflow_probability as tfp

    prior = tfp.distributions.Normal(tf.zeros(SIZE), 1.0)
    layer = tfp.layers.IndependentNormal(SIZE, activity_regularizer=tfp.layers.KLDivergenceRegularizer(prior))
    harness = Harness(LiveNamespace({}), Path())
    harness.models[1] = SimpleNamespace(sampling_layer=layer, prior=prior)
    wants = tuple(Want("float32", shape) for shape in ((BATCH, SIZE), (BATCH, SIZE, SIZE), (), (2,)))
    arrays = (np.zeros((BATCH, 18), np.float32), np.zeros((2, SIZE), np.float32))
    reply = sampling_layer(harness, Request("sampling_layer", {"model": 1}, arrays, wants))
    assert reply.value["prior_is_of_vectors"] is False
    assert [array.shape for array in reply.arrays] == [want.shape for want in wants]


def test_scaling_multiplies_what_is_trained_and_nothing_else(tf: Any) -> None:
    """Batch normalization's moving averages stay as they are."""
    model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,)), tf.keras.layers.BatchNormalization()])
    trained, resting = [[v.numpy() for v in vs] for vs in (model.trainable_variables, model.non_trainable_variables)]
    harness = Harness(LiveNamespace({}), Path())
    harness.models[1] = model
    scale_variables(harness, Request("scale_variables", {"model": 1, "factor": 2.5, "decoder": False}))
    for before, variable in zip(trained, model.trainable_variables, strict=True):
        np.testing.assert_allclose(variable.numpy(), 2.5 * before, rtol=1e-6)
    for before, variable in zip(resting, model.non_trainable_variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), before)


@pytest.mark.parametrize(("whose", "factors"), [(False, (2.5, 2.5, 1, 1)), (True, (1, 1, 2.5, 2.5))])
def test_the_decoder_and_the_others_are_scaled_apart(tf: Any, whose: bool, factors: tuple[float, ...]) -> None:
    """Every trainable array is the factor times as large: either those that the decoder has, or the others."""
    encoder = tf.keras.layers.Dense(2)
    decoder = tf.keras.layers.Dense(3)
    encoder(tf.ones((1, 3)))
    decoder(tf.ones((1, 2)))
    model = SimpleNamespace(decoder=decoder, trainable_variables=[*encoder.variables, *decoder.variables])
    before = [variable.numpy() for variable in model.trainable_variables]
    harness = Harness(LiveNamespace({}), Path())
    harness.models[1] = model
    scale_variables(harness, Request("scale_variables", {"model": 1, "factor": 2.5, "decoder": whose}))
    for factor, start, variable in zip(factors, before, model.trainable_variables, strict=True):
        np.testing.assert_allclose(variable.numpy(), factor * start, rtol=1e-6)


@pytest.mark.parametrize(("training", "changed"), [(True, True), (False, False)])
def test_a_call_in_training_lets_layers_act_as_in_training(tf: Any, training: bool, changed: bool) -> None:
    """Dropout that is not told acts only when the call says that this is training, and no longer afterwards."""
    dropout = tf.keras.layers.Dropout(0.5)
    harness = Harness(LiveNamespace({}), Path())
    harness.models[1] = SimpleNamespace(encode=lambda images: dropout(images))
    ones = np.ones((4, 50), np.float32)
    parameters = {"model": 1, "method": "encode", "training": training}
    (found,) = call(harness, Request("call", parameters, (ones,), (Want("float32", (4, 50)),))).arrays
    assert bool(np.any(found != ones)) is changed
    np.testing.assert_array_equal(dropout(ones).numpy(), ones)
