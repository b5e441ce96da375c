"""Each part of the lab as a model for Keras' own compile and fit: the same network, loss and optimizer."""

from typing import Any

import tensorflow as tf

from benchmarks.experiment.plan import VAES, Run
from benchmarks.experiment.training import BUILDERS


class KerasLoop(tf.keras.Model):
    """Keras' loop around a part whose loss is more than a comparison of two images."""

    def __init__(self, part: tf.keras.Model):
        super().__init__()
        self.part = part

    def train_step(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """One step on a batch (B, 28, 28, 1), with the optimizer that `compile` was given."""
        with tf.GradientTape() as tape:
            loss = self.part.batch_loss(images)
        variables = self.part.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return {"loss": loss}


def cross_entropy(images: tf.Tensor, found: tf.Tensor) -> tf.Tensor:
    """The lab's loss, for Keras, which takes the mean over the batch: (B, 28, 28, 1) twice -> (B,)."""
    return tf.reduce_sum(tf.keras.losses.binary_crossentropy(images, found), axis=(1, 2))


def keras_twin(part: str, data: tf.data.Dataset) -> tuple[tf.keras.Model, tf.data.Dataset]:
    """A compiled model, and `data` as its `fit` takes them: images, or pairs of an input and a target."""
    model = BUILDERS[part](Run(part))
    twin, loss = _network(part, model)
    twin.compile(optimizer=tf.keras.optimizers.Adam(), loss=loss)
    return twin, data if part in (*VAES, "classifier") else data.map(lambda images: (images, images))


def _network(part: str, model: tf.keras.Model) -> tuple[tf.keras.Model, Any]:
    if part in VAES:
        return KerasLoop(model), None
    image = tf.keras.layers.InputLayer(input_shape=(28, 28, 1))
    if part == "classifier":
        return tf.keras.Sequential([image, model.encoder, model.softmax]), "sparse_categorical_crossentropy"
    noise = [tf.keras.layers.Lambda(model.corrupt)] if part == "denoising" else []
    return tf.keras.Sequential([image, *noise, model.encoder, model.decoder]), cross_entropy
