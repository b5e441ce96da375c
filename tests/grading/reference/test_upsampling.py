"""The upsampling decoder: what it is made of, what it paints, and that it trains."""

from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow as tf

from reference.autoencoder import Autoencoder
from reference.upsampling import UpsamplingAutoencoder

from .oracles import cross_entropy, digits

TRANSPOSED = "Conv2DBackpropInput"  # the operation behind a transposed convolution


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Fix the first weights."""
    tf.keras.utils.set_random_seed(20260101)


def operations(model: Autoencoder) -> Iterator[str]:
    """The types of all operations of the traced `decode`, those of its function library included."""
    traced = tf.function(model.decode).get_concrete_function(tf.TensorSpec((2, model.encoding_size)))
    definition = traced.graph.as_graph_def()
    yield from (node.op for node in definition.node)
    yield from (node.op for function in definition.library.function for node in function.node_def)


def test_no_transposed_convolution_is_left() -> None:
    """The traced decoder holds none, where that of part 2 holds them."""
    assert TRANSPOSED in set(operations(Autoencoder()))
    assert TRANSPOSED not in set(operations(UpsamplingAutoencoder()))


@pytest.mark.parametrize("encoding_size", [1, 33])
def test_any_encoding_is_decoded_into_an_image(encoding_size: int) -> None:
    """(B, encoding_size) -> (B, 28, 28, 1) in [0, 1], also far from the encodings that occur."""
    model = UpsamplingAutoencoder(encoding_size)
    encodings = np.random.default_rng(0).normal(0, 100, (3, encoding_size)).astype(np.float32)
    decoded = model.decode(encodings).numpy()
    assert decoded.shape == (3, 28, 28, 1)
    assert decoded.min() >= 0
    assert decoded.max() <= 1


def test_the_architecture_is_that_of_the_text() -> None:
    """The shapes of the table, with both convolutions on enlarged pictures; the encoder is that of part 2."""
    model = UpsamplingAutoencoder()
    shapes = [(type(layer).__name__, layer.output_shape[1:]) for layer in model.decoder.layers]
    assert shapes == [
        ("Dense", (1568,)),
        ("Reshape", (7, 7, 32)),
        ("UpSampling2D", (14, 14, 32)),
        ("Conv2D", (14, 14, 64)),
        ("UpSampling2D", (28, 28, 64)),
        ("Conv2D", (28, 28, 32)),
        ("Conv2D", (28, 28, 1)),
    ]
    assert [w.shape for w in model.encoder.weights] == [w.shape for w in Autoencoder().encoder.weights]


def test_training_moves_every_variable_and_lowers_the_cross_entropy() -> None:
    """Twenty inherited steps on 16 digits move all arrays and save at least a tenth of the cross-entropy."""
    model = UpsamplingAutoencoder()
    model.optimizer.learning_rate.assign(3e-3)
    images = digits(16)
    weights, before = model.get_weights(), cross_entropy(images, model.reconstruct(images))
    for _ in range(20):
        model.compiled_step(images)
    assert all(np.any(old != new) for old, new in zip(weights, model.get_weights(), strict=True))
    assert cross_entropy(images, model.reconstruct(images)) < 0.9 * before
