import tensorflow as tf
from tensorflow.keras import layers


def kl_divergence(mean, log_variance):
    return -0.5 * tf.reduce_sum(1 + log_variance - mean**2 - tf.exp(log_variance), axis=1)


class Encoder(tf.keras.layers.Layer):
    def __init__(self, encoding_size):
        super().__init__()
        self.first = layers.Conv2D(16, 5, strides=2, padding="same", activation="relu")
        self.second = layers.Conv2D(32, 5, strides=2, padding="same", activation="relu")
        self.flat = layers.Flatten()
        self.mean = layers.Dense(encoding_size)
        self.log_variance = layers.Dense(encoding_size)

    def call(self, inputs):
        hidden = self.flat(self.second(self.first(inputs)))
        return self.mean(hidden), self.log_variance(hidden)


class GaussianVAE(tf.keras.Model):
    def __init__(self, encoding_size=10, beta=1.0):
        super().__init__()
        self.size, self.beta = encoding_size, beta
        self.encoder = Encoder(encoding_size)
        self.decoder = tf.keras.Sequential(
            [
                layers.Dense(256, activation="relu"),
                layers.Dense(7 * 7 * 16, activation="relu"),
                layers.Reshape((7, 7, 16)),
                layers.UpSampling2D(),
                layers.Conv2D(16, 3, padding="same", activation="relu"),
                layers.UpSampling2D(),
                layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
            ]
        )
        self.loss_function = tf.keras.losses.BinaryCrossentropy(reduction="none")
        self.optimizer = tf.keras.optimizers.Adam(2e-3)
        self.create_checkpoint()

    def create_checkpoint(self, path="./model/checkpoint"):
        self.checkpoint = tf.train.Checkpoint(
            encoder=self.encoder, decoder=self.decoder, optimizer=self.optimizer
        )
        self.manager = tf.train.CheckpointManager(self.checkpoint, path, max_to_keep=1)

    def save(self):
        self.manager.save()

    def restore(self):
        self.checkpoint.restore(self.manager.latest_checkpoint)

    def encode_parameters(self, inputs):
        return self.encoder(inputs)

    def sample(self, mean, log_variance):
        return mean + tf.sqrt(tf.exp(log_variance)) * tf.random.normal(tf.shape(log_variance))

    def encode(self, inputs):
        return self.sample(*self.encode_parameters(inputs))

    def decode(self, encodings):
        return self.decoder(encodings)

    def reconstruct(self, inputs):
        return self.decode(self.encode(inputs))

    def call(self, inputs):
        return self.reconstruct(inputs)

    def fit_iteration(self, inputs):
        with tf.GradientTape() as tape:
            mean, log_variance = self.encode_parameters(inputs)
            outputs = self.decode(self.sample(mean, log_variance))
            per_image = tf.reduce_sum(self.loss_function(inputs, outputs), axis=[1, 2])
            loss = tf.reduce_mean(per_image + self.beta * kl_divergence(mean, log_variance))
        weights = self.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss

    def fit(self, dataset, epochs, steps_per_epoch):
        history = tf.keras.callbacks.History()
        history.set_model(self)
        history.on_train_begin()
        batches = iter(dataset)
        for epoch in range(epochs):
            losses = [float(self.fit_iteration(next(batches))) for _ in range(steps_per_epoch)]
            print(f"epoch {epoch}: loss {sum(losses) / len(losses):.1f}")
            history.on_epoch_end(epoch, {"loss": sum(losses) / len(losses)})
        return history
