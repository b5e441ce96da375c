"""Small experiments on mistakes of the handed-out text that need no training, or one step of it.

Those that need a trained model are runs of the plan: the loss of the mistake is the reference's at another beta.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from reference.autoencoder import Autoencoder
from reference.data import training_batches
from reference.pictures import reconstruction_strip
from reference.vae import VariationalAutoencoder

from .digits import Digits

NUMBERS, BATCH, PASSES = 6_400, 64, 10
BATCH_SIZES = (8, 16, 32, 64, 128)


def measure_lab_text(digits: Digits) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Figures and arrays of the small experiments."""
    tf.keras.utils.set_random_seed(0)
    images = digits.test_images[:128]
    model = Autoencoder()
    figures = {"partners": partners(), "keras_kl": keras_divergences(images), "nine": answer_to_nine(model)}
    return figures, strips(model, images[:5])


def partners() -> dict[str, list[float]]:
    """How many different numbers of 6,400 a number has met in its batches of 64, after each of ten passes: a mean."""
    numbers = tf.data.Dataset.range(NUMBERS)
    ways = {
        "samples": training_batches(numbers, BATCH),
        "batches": numbers.batch(BATCH).shuffle(100_000).repeat(),
    }
    return {name: _met(batches) for name, batches in ways.items()}


def _met(batches: tf.data.Dataset) -> list[float]:
    together = np.zeros((NUMBERS, NUMBERS), bool)
    means, stream = [], batches.as_numpy_iterator()
    for _ in range(PASSES):
        for _ in range(NUMBERS // BATCH):
            batch = next(stream)
            together[np.ix_(batch, batch)] = True
        means.append(float(together.sum(axis=1).mean() - 1))  # a number does not meet itself
    return means


def keras_divergences(images: np.ndarray) -> dict[str, float]:
    """What Keras' own `losses` hold, over the KL divergence summed over the batch, for batches of some sizes.

    Both are of one call of the encoder, so of the same samples.
    """
    model = VariationalAutoencoder()
    ratios = {}
    for size in BATCH_SIZES:
        posterior = model.encoder(images[:size])
        kept = float(tf.add_n(model.encoder.losses))
        ratios[str(size)] = kept / float(model.sampling_layer.activity_regularizer(posterior))
    return ratios


def answer_to_nine(model: tf.keras.Model) -> str:
    """What Keras says to the nine numbers of the text's grid, in one line."""
    try:
        model.decode(np.zeros((1, 9), np.float32))
    except ValueError as error:
        return next(line.strip() for line in str(error).splitlines() if "expected" in line)
    return ""


def strips(model: tf.keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """The strip of an untrained model as the text draws it, with the original twice, and as it should be."""
    right = reconstruction_strip(model, images)
    wrong = np.concatenate([right[:, :28], right[:, :28]], axis=1)
    return {"strip": np.round(255 * right).astype(np.uint8), "strip_of_text": np.round(255 * wrong).astype(np.uint8)}
