"""The autoencoder step by step, without a compiled step anywhere."""

import tensorflow as tf


class Autoencoder(tf.keras.Model):
    def __init__(self, encoding_size=10):
        super().__init__()
        self.encoding_size = encoding_size
        self.encoder = self.build_encoder()
        self.decoder = self.build_decoder()
        self.loss_function = tf.keras.losses.BinaryCrossentropy(reduction=tf.keras.losses.Reduction.SUM)
        self.optimizer = tf.keras.optimizers.Adam()
        self.create_checkpoint()

    def build_encoder(self):
        encoder = tf.keras.Sequential()
        encoder.add(tf.keras.layers.Conv2D(32, 3, strides=(2, 2), activation="relu", input_shape=(28, 28, 1)))
        encoder.add(tf.keras.layers.Conv2D(64, 3, strides=(2, 2), activation="relu"))
        encoder.add(tf.keras.layers.Flatten())
        encoder.add(tf.keras.layers.Dense(self.encoding_size))
        return encoder

    def build_decoder(self):
        decoder = tf.keras.Sequential()
        decoder.add(tf.keras.layers.Dense(7 * 7 * 32, activation=tf.nn.relu, input_shape=(self.encoding_size,)))
        decoder.add(tf.keras.layers.Reshape(target_shape=(7, 7, 32)))
        decoder.add(tf.keras.layers.Conv2DTranspose(64, 3, strides=(2, 2), padding="SAME", activation="relu"))
        decoder.add(tf.keras.layers.Conv2DTranspose(32, 3, strides=(2, 2), padding="SAME", activation="relu"))
        decoder.add(tf.keras.layers.Conv2DTranspose(1, 3, strides=(1, 1), padding="SAME", activation="sigmoid"))
        return decoder

    def create_checkpoint(self, path="./model/checkpoint"):
        self.checkpoint = tf.train.Checkpoint(optimizer=self.optimizer, model=self)
        self.checkpoint_manager = tf.train.CheckpointManager(self.checkpoint, path, max_to_keep=1)

    def save(self):
        self.checkpoint_manager.save()

    def restore(self):
        self.checkpoint.restore(self.checkpoint_manager.latest_checkpoint)

    def encode(self, inputs):
        return self.encoder(inputs)

    def decode(self, encodings):
        return self.decoder(encodings)

    def reconstruct(self, inputs):
        encoding = self.encode(inputs)
        return self.decode(encoding)

    def batch_loss(self, inputs):
        return self.loss_function(inputs[..., tf.newaxis], self.reconstruct(inputs)[..., tf.newaxis])

    def fit_iteration(self, inputs):
        with tf.GradientTape() as tape:
            tape.watch(self.trainable_variables)
            loss = self.batch_loss(inputs)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return loss

    def fit(self, dataset, epochs, steps_per_epoch):
        callbacks = tf.keras.callbacks.CallbackList(
            None, add_history=True, add_progbar=True, model=self, epochs=epochs, verbose=1, steps=steps_per_epoch
        )
        callbacks.on_train_begin()
        iterator = iter(dataset)
        for epoch in range(epochs):
            callbacks.on_epoch_begin(epoch)
            losses = []
            for step in range(steps_per_epoch):
                callbacks.on_batch_begin(step)
                losses.append(self.fit_iteration(next(iterator)))
                callbacks.on_batch_end(step, {"loss": losses[-1]})
            callbacks.on_epoch_end(epoch, {"loss": tf.reduce_mean(losses)})
        callbacks.on_train_end()
        return self.history
