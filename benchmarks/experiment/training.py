"""Trains one run with the reference's own classes and their own `fit`."""

import io
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from reference.autoencoder import Autoencoder
from reference.classifier import StackedAutoencoderClassifier
from reference.denoising import DenoisingAutoencoder
from reference.gaussian_vae import GaussianVAE
from reference.upsampling import UpsamplingAutoencoder
from reference.vae import VariationalAutoencoder

from .digits import Digits, image_batches, labelled_batches
from .plan import Run

POINTS_PER_EPOCH = 10  # of a loss curve

BUILDERS: dict[str, Callable[[Run], tf.keras.Model]] = {
    "autoencoder": lambda _: Autoencoder(),
    "upsampling": lambda _: UpsamplingAutoencoder(),
    "gaussian_vae": lambda run: GaussianVAE(beta=run.beta),
    "vae": lambda run: VariationalAutoencoder(beta=run.beta),
    "denoising": lambda run: DenoisingAutoencoder(noise_stddev=run.noise_stddev),
    "classifier": lambda run: StackedAutoencoderClassifier(run.layer_sizes),
}


@dataclass(frozen=True)
class Training:
    """What a training left besides the model.

    curve: the mean loss of each tenth of an epoch, history: that of each epoch, both as `fit` has them, per image where
    the loss is a sum over the batch (nats). seconds: of the clock; cpu_seconds: of this process.
    """

    steps: int
    seconds: float
    cpu_seconds: float
    curve: list[float]
    history: list[float]


def build(run: Run) -> tf.keras.Model:
    """The untrained model of a run; its seed sets the weights, the order of the digits and the noise."""
    tf.keras.backend.clear_session()
    tf.keras.utils.set_random_seed(run.seed)
    return BUILDERS[run.part](run)


def train(run: Run, model: tf.keras.Model, digits: Digits, after_step: Callable[[], None] = lambda: None) -> Training:
    """Train `model`; `after_step` is called after each step of `fit`."""
    losses: list[float] = []
    step = model.compiled_step

    def watched(batch: Any) -> tf.Tensor:
        loss = step(batch)
        losses.append(float(loss))
        after_step()
        return loss

    model.compiled_step = watched
    started, cpu_started = time.perf_counter(), time.process_time()
    with redirect_stdout(io.StringIO()):  # Keras' progress bars
        history = _fit(run, model, digits)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    model.compiled_step = step
    images = 1 if run.part == "classifier" else run.batch_size  # a classifier's loss is a mean already
    per_image = np.array(losses) / images
    points = min(run.epochs * POINTS_PER_EPOCH, len(losses))
    means = [float(piece.mean()) for piece in np.array_split(per_image, points)]
    epochs = [loss / images for loss in history.history["loss"]]
    return Training(len(losses), seconds, cpu_seconds, means, epochs)


def _fit(run: Run, model: tf.keras.Model, digits: Digits) -> tf.keras.callbacks.History:
    if run.part != "classifier":
        return model.fit(image_batches(run, digits), run.epochs, run.steps_per_epoch)
    if run.pretraining_epochs:
        model.pretrain(image_batches(run, digits), run.pretraining_epochs, run.steps_per_epoch)
    history = model.fit(labelled_batches(run, digits), run.epochs - run.slow_epochs, run.steps_per_epoch)
    if run.slow_epochs:
        model.optimizer.learning_rate = 0.1 * model.optimizer.learning_rate
        slow = model.fit(labelled_batches(run, digits), run.slow_epochs, run.steps_per_epoch)
        history.history["loss"] += slow.history["loss"]
    return history
