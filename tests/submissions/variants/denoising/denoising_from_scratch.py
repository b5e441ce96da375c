"""The denoising autoencoder without any other module of the lab."""

import tensorflow as tf


class DenoisingAutoencoder(tf.keras.Model):
    def __init__(self, encoding_size=32, noise_stddev=0.5):
        super().__init__()
        self.deviation = noise_stddev
        self.encoder = tf.keras.Sequential(
            [
                tf.keras.layers.Flatten(input_shape=(28, 28, 1)),
                tf.keras.layers.Dense(256, activation="relu"),
                tf.keras.layers.Dense(encoding_size),
            ]
        )
        self.decoder = tf.keras.Sequential(
            [
                tf.keras.layers.Dense(256, activation="relu", input_shape=(encoding_size,)),
                tf.keras.layers.Dense(784),
                tf.keras.layers.Reshape((28, 28, 1)),
            ]
        )
        self.loss_function = tf.nn.sigmoid_cross_entropy_with_logits
        self.optimizer = tf.keras.optimizers.Adam(2e-3)

    def corrupt(self, images):
        noisy = images + self.deviation * tf.random.normal(images.shape)
        return tf.minimum(tf.maximum(noisy, 0.0), 1.0)

    def encode(self, inputs):
        return self.encoder(inputs)

    def decode(self, encodings):
        return tf.sigmoid(self.decoder(encodings))

    def reconstruct(self, inputs):
        return self.decode(self.encode(inputs))

    def create_checkpoint(self, path="./model/checkpoint"):
        self.manager = tf.train.CheckpointManager(tf.train.Checkpoint(model=self), path, max_to_keep=1)

    def save(self):
        self.manager.save()

    def restore(self):
        self.manager.restore_or_initialize()

    def fit_iteration(self, inputs):
        noisy = self.corrupt(inputs)
        with tf.GradientTape() as tape:
            logits = self.decoder(self.encoder(noisy))
            loss = tf.reduce_sum(self.loss_function(labels=inputs, logits=logits))
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    def fit(self, dataset, epochs, steps_per_epoch):
        history = tf.keras.callbacks.History()
        history.set_model(self)
        history.on_train_begin()
        batches = iter(dataset)
        for epoch in range(epochs):
            losses = [self.fit_iteration(next(batches)) for _ in range(steps_per_epoch)]
            history.on_epoch_end(epoch, {"loss": float(tf.reduce_mean(losses))})
        return history
