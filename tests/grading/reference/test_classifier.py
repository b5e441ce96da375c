"""The stacked classifier: distributions, pretraining stage by stage, and fine-tuning against NumPy."""

from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow as tf

from grader.autoencoders import mnist_subset
from reference.classifier import StackedAutoencoderClassifier

from .oracles import digits


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Fix the first weights."""
    tf.keras.utils.set_random_seed(20260101)


def kernel(model: StackedAutoencoderClassifier, depth: int) -> np.ndarray:
    """The weights of layer `depth`, (units below, units)."""
    weights: np.ndarray = model.hidden_layers[depth].kernel.numpy()
    return weights


def random_images(count: int, seed: int = 0) -> np.ndarray:
    """Pictures of noise, float32 (count, 28, 28, 1) in [0, 1]."""
    return np.random.default_rng(seed).random((count, 28, 28, 1), np.float32)


@pytest.mark.parametrize(("layer_sizes", "n_classes"), [((256, 64), 10), ((7,), 3), ((12, 5, 9), 2)])
def test_probabilities_are_a_distribution(layer_sizes: tuple[int, ...], n_classes: int) -> None:
    """Positive, adding up to 1; the class is the most probable one; the code is as wide as the last layer."""
    model, images = StackedAutoencoderClassifier(layer_sizes, n_classes), random_images(6)
    probabilities = model.predict_probabilities(images).numpy()
    assert probabilities.shape == (6, n_classes)
    assert probabilities.min() > 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(model.classify(images), probabilities.argmax(axis=1))
    assert model.encode(images).shape == (6, layer_sizes[-1])


def test_the_stack_is_dense_layers_with_relu() -> None:
    """`encode` is what NumPy makes of the kernels and biases of the tracked layers."""
    model, images = StackedAutoencoderClassifier((12, 5)), random_images(4)
    code = images.reshape(4, -1)
    for layer in model.hidden_layers:
        code = np.maximum(code @ layer.kernel.numpy() + layer.bias.numpy(), 0)
    np.testing.assert_allclose(model.encode(images), code, rtol=1e-4, atol=1e-5)
    assert len(model.trainable_variables) == 6  # two layers and the softmax, from the start


def staged_images(steps: int) -> Iterator[np.ndarray]:
    """Two stages of `steps` batches each: the right half of the pictures is black in the first stage."""
    for batch in range(2 * steps):
        images = random_images(8, seed=batch)
        if batch < steps:
            images[:, :, 14:] = 0
        yield images


def test_a_layer_moves_in_its_own_stage_only() -> None:
    """Weights of pixels that light up in the second stage only: those of the first layer stay, the second moves.

    The dataset has just the 2 · 2 · 3 batches of two stages: none is left, none is drawn twice.
    """
    model, images = StackedAutoencoderClassifier((12, 5)), staged_images(steps=6)
    first, second = kernel(model, 0).reshape(28, 28, 12), kernel(model, 1)
    top = model.softmax.get_weights()
    model.pretrain(images, epochs=2, steps_per_epoch=3)
    moved = kernel(model, 0).reshape(28, 28, 12) != first
    assert np.any(moved[:, :14])
    assert not np.any(moved[:, 14:])
    assert np.any(kernel(model, 1) != second)
    assert all(np.array_equal(old, new) for old, new in zip(top, model.softmax.get_weights(), strict=True))
    assert next(images, None) is None


def unexplained(codes: np.ndarray, pixels: np.ndarray) -> float:
    """Mean squared error of the best affine map from codes (n, d) to pixels (n, 784), by least squares."""
    design = np.c_[codes, np.ones(len(codes))]
    return float(np.mean((pixels - design @ np.linalg.lstsq(design, pixels, rcond=None)[0]) ** 2))


def test_pretrained_codes_tell_more_about_a_picture() -> None:
    """After pretraining, pixels can be read off the code with less than 0.8 of the error of random layers."""
    model, images = StackedAutoencoderClassifier((64, 16)), digits(1000)
    pixels = images.reshape(1000, -1)
    before = unexplained(model.encode(images).numpy(), pixels)
    batches = tf.data.Dataset.from_tensor_slices(images).repeat().batch(50)
    model.pretrain(batches, epochs=1, steps_per_epoch=200)
    assert unexplained(model.encode(images).numpy(), pixels) < 0.8 * before


def labelled_batches(size: int) -> tf.data.Dataset:
    """Bundled training digits and their labels, shuffled once, endlessly."""
    subset = mnist_subset.load()
    order = np.random.default_rng(0).permutation(len(subset["train_labels"]))
    images = subset["train_images"][order].astype(np.float32) / 255
    return tf.data.Dataset.from_tensor_slices((images, subset["train_labels"][order])).repeat().batch(size)


def test_fit_records_the_mean_cross_entropy_of_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    """At learning rate 0, each entry is NumPy's mean of -ln p(label) over the batches of its epoch; a bar is shown."""
    model, dataset = StackedAutoencoderClassifier(), labelled_batches(8)
    model.optimizer.learning_rate.assign(0.0)
    history = model.fit(dataset, epochs=3, steps_per_epoch=2)
    losses = [
        -np.mean(np.log(model.predict_probabilities(images).numpy()[np.arange(8), labels]))
        for images, labels in dataset.take(6)
    ]
    assert isinstance(history, tf.keras.callbacks.History)
    np.testing.assert_allclose(history.history["loss"], np.reshape(losses, (3, 2)).mean(axis=1), rtol=1e-4)
    assert "2/2 [" in capsys.readouterr().out


def test_fit_trains_every_layer_to_recognise_unseen_digits() -> None:
    """200 batches of 32 move all arrays and bring 2,000 held-out digits to 80 %, by chance 10 %."""
    model, subset = StackedAutoencoderClassifier(), mnist_subset.load()
    before = model.get_weights()
    model.fit(labelled_batches(32), epochs=1, steps_per_epoch=200)
    assert all(np.any(old != new) for old, new in zip(before, model.get_weights(), strict=True))
    assert np.mean(model.classify(digits(2000)).numpy() == subset["test_labels"]) > 0.8
