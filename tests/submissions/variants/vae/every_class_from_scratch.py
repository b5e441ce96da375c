import tensorflow as tf
import tensorflow_probability as tfp
from tensorflow.keras import layers

tfd = tfp.distributions


class VariationalAutoencoder(tf.keras.Model):
    def __init__(self, encoding_size=10, beta=1.0):
        super().__init__()
        self.prior = tfd.MultivariateNormalDiag(loc=tf.zeros(encoding_size), scale_diag=tf.ones(encoding_size))
        self.sampling_layer = tfp.layers.MultivariateNormalTriL(
            encoding_size, activity_regularizer=tfp.layers.KLDivergenceRegularizer(self.prior, weight=beta)
        )
        self.encoder = tf.keras.Sequential(
            [
                layers.InputLayer((28, 28, 1)),
                layers.Conv2D(32, 3, strides=2, activation="elu"),
                layers.Conv2D(64, 3, strides=2, activation="elu"),
                layers.Flatten(),
                layers.Dense(tfp.layers.MultivariateNormalTriL.params_size(encoding_size)),
                self.sampling_layer,
            ]
        )
        self.decoder = tf.keras.Sequential(
            [
                layers.InputLayer((encoding_size,)),
                layers.Dense(7 * 7 * 32, activation="elu"),
                layers.Reshape((7, 7, 32)),
                layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="elu"),
                layers.Conv2DTranspose(1, 3, strides=2, padding="same"),
                layers.Activation("sigmoid"),
            ]
        )
        self.loss_function = tf.keras.losses.BinaryCrossentropy(reduction="none")
        self.compile(optimizer=tf.keras.optimizers.Adam(1e-3))
        self.create_checkpoint()

    def create_checkpoint(self, path="./model/checkpoint"):
        self.manager = tf.train.CheckpointManager(tf.train.Checkpoint(model=self), path, max_to_keep=1)

    def save(self):
        self.manager.save()

    def restore(self):
        self.manager.checkpoint.restore(self.manager.latest_checkpoint)

    def encode(self, inputs):
        return self.encoder(inputs) + 0.0

    def decode(self, encodings):
        return self.decoder(encodings)

    def reconstruct(self, inputs):
        return self.decode(self.encode(inputs))

    def call(self, inputs):
        return self.reconstruct(inputs)

    def fit_iteration(self, inputs):
        with tf.GradientTape() as tape:
            posterior = self.encoder(inputs)
            loss = tf.reduce_sum(self.loss_function(inputs, self.decoder(posterior)))
            loss += self.sampling_layer.activity_regularizer(posterior)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return loss

    def train_step(self, data):
        return {"loss": self.fit_iteration(data)}
