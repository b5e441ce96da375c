"""The digits of a run: what the reference trains on, and arrays to measure with."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from reference.data import load_mnist, normalize, training_batches

from .plan import Run


@dataclass(frozen=True)
class Digits:
    """Full MNIST. train: pairs (image uint8, label); test images float32 (n, 28, 28, 1) in [0, 1], labels (n,)."""

    train: tf.data.Dataset
    test_images: np.ndarray
    test_labels: np.ndarray


def load_digits() -> Digits:
    """The digits that the reference loads."""
    train, test = load_mnist()
    images, labels = next(
        test.map(lambda image, label: (normalize(image, label), label)).batch(10_000).as_numpy_iterator()
    )
    return Digits(train, images, labels)


def image_batches(run: Run, digits: Digits) -> tf.data.Dataset:
    """Endless batches of images, made by the reference, or shuffled as in the handed-out text."""
    images = digits.train.map(normalize)
    if run.shuffled == "batches":
        return images.batch(run.batch_size, drop_remainder=True).shuffle(100_000).repeat()
    return training_batches(images, run.batch_size)


def labelled_batches(run: Run, digits: Digits) -> tf.data.Dataset:
    """Endless batches (images, labels) of `run.labels` digits, as many of each class where that is not all."""
    if run.labels >= len(digits.train):
        pairs = digits.train
    else:
        images, labels = next(digits.train.batch(len(digits.train)).as_numpy_iterator())
        chosen = balanced(labels, run.labels, run.seed)
        pairs = tf.data.Dataset.from_tensor_slices((images[chosen], labels[chosen]))
    return training_batches(pairs.map(lambda image, label: (normalize(image, label), label)), run.batch_size)


def balanced(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Places of `count` of the labels, count / 10 of each class, drawn without replacement."""
    generator = np.random.default_rng(seed)
    of_class = [np.flatnonzero(labels == digit) for digit in range(10)]
    return np.concatenate([generator.choice(places, count // 10, replace=False) for places in of_class])
