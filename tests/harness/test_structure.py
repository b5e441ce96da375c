"""What the harness tells about a sampling layer, for each kind of layer that a good student may use."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.harness.modules import LiveNamespace
from grader.harness.operations import Harness, Request
from grader.harness.structure import sampling_layer
from grader.isolation.wire import Want

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
