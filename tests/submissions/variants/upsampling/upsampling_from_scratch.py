"""The upsampling autoencoder without any other module of the lab."""

import tensorflow as tf


def enlarge(x):
    return tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2)


class UpsamplingAutoencoder(tf.keras.Model):
    def __init__(self, encoding_size=10):
        super().__init__()
        relu = {"padding": "same", "activation": "relu"}
        self.encoder = tf.keras.Sequential(
            [
                tf.keras.layers.Conv2D(16, 3, strides=2, input_shape=(28, 28, 1), **relu),
                tf.keras.layers.Conv2D(32, 3, strides=2, **relu),
                tf.keras.layers.Flatten(),
                tf.keras.layers.Dense(encoding_size),
            ]
        )
        code = tf.keras.Input((encoding_size,))
        x = tf.keras.layers.Reshape((7, 7, 16))(tf.keras.layers.Dense(7 * 7 * 16, activation="relu")(code))
        for filters in (32, 16):
            x = tf.keras.layers.Conv2D(filters, 3, **relu)(enlarge(x))
        self.decoder = tf.keras.Model(code, tf.keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x))
        self.loss_function = tf.keras.losses.BinaryCrossentropy(reduction="none")
        self.optimizer = tf.keras.optimizers.RMSprop()

    def create_checkpoint(self, path="./model/checkpoint"):
        self.checkpoint = tf.train.Checkpoint(model=self)
        self.manager = tf.train.CheckpointManager(self.checkpoint, path, max_to_keep=1)

    def save(self):
        self.manager.save()

    def restore(self):
        self.checkpoint.restore(self.manager.latest_checkpoint)

    def encode(self, inputs):
        return self.encoder(inputs)

    def decode(self, encodings):
        return self.decoder(encodings)

    def reconstruct(self, inputs):
        return self.decoder(self.encoder(inputs))

    @tf.function
    def fit_iteration(self, inputs):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.reduce_sum(self.loss_function(inputs, self.reconstruct(inputs)), axis=[1, 2]))
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
        return loss

    def fit(self, dataset, epochs, steps_per_epoch):
        history = tf.keras.callbacks.History()
        history.set_model(self)
        history.on_train_begin()
        batches = iter(dataset)
        for epoch in range(epochs):
            losses = [float(self.fit_iteration(next(batches))) for _ in range(steps_per_epoch)]
            history.on_epoch_end(epoch, {"loss": sum(losses) / len(losses)})
        return history
