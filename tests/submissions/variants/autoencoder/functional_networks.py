"""The autoencoder with functional models."""

import tensorflow as tf


class Autoencoder(tf.keras.Model):
    def __init__(self, encoding_size=10):
        super().__init__()
        self.encoding_size = encoding_size
        self.encoder = self.build_encoder()
        self.decoder = self.build_decoder()
        self.loss_function = tf.keras.losses.BinaryCrossentropy(reduction="none")
        self.optimizer = tf.keras.optimizers.Adam(learning_rate=1e-3)
        self.create_checkpoint()

    def build_encoder(self):
        picture = tf.keras.Input((28, 28, 1))
        x = tf.keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(picture)
        x = tf.keras.layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
        x = tf.keras.layers.Flatten()(x)
        return tf.keras.Model(picture, tf.keras.layers.Dense(self.encoding_size)(x))

    def build_decoder(self):
        code = tf.keras.Input((self.encoding_size,))
        x = tf.keras.layers.Dense(7 * 7 * 32, activation="relu")(code)
        x = tf.keras.layers.Reshape((7, 7, 32))(x)
        for filters in (32, 16):
            x = tf.keras.layers.Conv2DTranspose(filters, 4, strides=2, padding="same", activation="relu")(x)
        x = tf.keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x)
        return tf.keras.Model(code, x)

    def create_checkpoint(self, path="./model/checkpoint"):
        self.step = tf.Variable(0, dtype=tf.int64, trainable=False)
        self.checkpoint = tf.train.Checkpoint(
            step=self.step, encoder=self.encoder, decoder=self.decoder, optimizer=self.optimizer
        )
        self.manager = tf.train.CheckpointManager(self.checkpoint, directory=path, max_to_keep=1)

    def save(self):
        self.step.assign_add(1)
        return self.manager.save()

    def restore(self):
        self.checkpoint.restore(tf.train.latest_checkpoint(self.manager.directory))

    def encode(self, inputs):
        return self.encoder(inputs)

    def decode(self, encodings):
        return self.decoder(encodings)

    def reconstruct(self, inputs):
        return self.decode(self.encode(inputs))

    def call(self, inputs):
        return self.reconstruct(inputs)

    def batch_loss(self, inputs):
        return tf.reduce_sum(self.loss_function(inputs, self(inputs)))

    def fit_iteration(self, inputs):
        with tf.GradientTape() as tape:
            loss = self.batch_loss(inputs)
        variables = self.encoder.trainable_variables + self.decoder.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    def fit(self, dataset, epochs, steps_per_epoch):
        history = tf.keras.callbacks.History()
        history.set_model(self)
        history.on_train_begin()
        step = tf.function(self.fit_iteration)
        stream = iter(dataset)
        for epoch in range(epochs):
            progress = tf.keras.utils.Progbar(steps_per_epoch)
            total = 0.0
            for _ in range(steps_per_epoch):
                loss = float(step(next(stream)))
                total += loss
                progress.add(1, values=[("loss", loss)])
            history.on_epoch_end(epoch, {"loss": total / steps_per_epoch})
        return history
