"""The autoencoder trained by Keras' own fit."""

import tensorflow as tf


class Autoencoder(tf.keras.Model):
    def __init__(self, encoding_size=10):
        super().__init__()
        self.encoding_size = encoding_size
        self.encoder = self.build_encoder()
        self.decoder = self.build_decoder()
        self.loss_function = tf.keras.losses.binary_crossentropy
        self.compile(optimizer=tf.keras.optimizers.Adam(1e-3))
        self.build((None, 28, 28, 1))
        self.create_checkpoint()

    def build_encoder(self):
        return tf.keras.Sequential(
            [
                tf.keras.layers.Conv2D(32, 3, strides=2, activation="relu"),
                tf.keras.layers.Conv2D(64, 3, strides=2, activation="relu"),
                tf.keras.layers.Flatten(),
                tf.keras.layers.Dense(self.encoding_size),
            ]
        )

    def build_decoder(self):
        return tf.keras.Sequential(
            [
                tf.keras.layers.Dense(7 * 7 * 32, activation="relu"),
                tf.keras.layers.Reshape((7, 7, 32)),
                tf.keras.layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu"),
                tf.keras.layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu"),
                tf.keras.layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid"),
            ]
        )

    def call(self, inputs, training=False):
        return self.decoder(self.encoder(inputs, training=training), training=training)

    def create_checkpoint(self, path="./model/checkpoint"):
        self.checkpoint = tf.train.Checkpoint(weights=[self.encoder, self.decoder], optimizer=self.optimizer)
        self.manager = tf.train.CheckpointManager(self.checkpoint, path, max_to_keep=1)

    def save(self, *arguments, **options):
        self.manager.save()

    def restore(self):
        self.checkpoint.restore(self.manager.latest_checkpoint).expect_partial()

    def encode(self, inputs):
        return self.encoder(inputs)

    def decode(self, encodings):
        return self.decoder(encodings)

    def reconstruct(self, inputs):
        return self(inputs)

    def batch_loss(self, inputs):
        return tf.reduce_mean(tf.reduce_sum(self.loss_function(inputs, self(inputs, training=True)), axis=(1, 2)))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.batch_loss(data)
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return {"loss": loss}

    def fit_iteration(self, inputs):
        return self.train_step(inputs)["loss"]

    def fit(self, dataset, epochs, steps_per_epoch):
        return super().fit(dataset, epochs=epochs, steps_per_epoch=steps_per_epoch, verbose=2)
