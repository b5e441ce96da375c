"""The autoencoder from networks that are built at their first call, with the cross-entropy written out."""

import tensorflow as tf

from .networks import Decoder, Encoder

TINY = 1e-7


class Autoencoder(tf.keras.Model):
    def __init__(self, encoding_size=10):
        super().__init__()
        self.encoding_size = encoding_size
        self.encoder = self.build_encoder()
        self.decoder = self.build_decoder()
        self.decode(self.encode(tf.zeros((1, 28, 28, 1))))
        self.loss_function = self.cross_entropy
        self.optimizer = tf.keras.optimizers.Adam()
        self.create_checkpoint()

    def build_encoder(self):
        return Encoder(self.encoding_size)

    def build_decoder(self):
        return Decoder()

    @staticmethod
    def cross_entropy(truth, guess):
        guess = tf.clip_by_value(guess, TINY, 1 - TINY)
        return -tf.reduce_sum(truth * tf.math.log(guess) + (1 - truth) * tf.math.log(1 - guess), axis=(1, 2, 3))

    def create_checkpoint(self, path="./model/checkpoint"):
        self.optimizer.build(self.trainable_variables)
        checkpoint = tf.train.Checkpoint(encoder=self.encoder, decoder=self.decoder, optimizer=self.optimizer)
        self.keeper = tf.train.CheckpointManager(checkpoint, path, max_to_keep=1)

    def save(self):
        self.keeper.save()

    def restore(self):
        self.keeper.restore_or_initialize()

    def encode(self, inputs):
        return self.encoder(inputs)

    def decode(self, encodings):
        return self.decoder(encodings)

    def reconstruct(self, inputs):
        return self.decode(self.encode(inputs))

    def batch_loss(self, inputs):
        return tf.reduce_sum(self.loss_function(inputs, self.reconstruct(inputs)))

    def fit_iteration(self, inputs):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(self.trainable_variables)
            loss = self.batch_loss(inputs)
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return loss

    def fit(self, dataset, epochs, steps_per_epoch):
        history = tf.keras.callbacks.History()
        history.set_model(self)
        history.on_train_begin()
        step = tf.function(self.fit_iteration, reduce_retracing=True)
        batches = iter(dataset.prefetch(tf.data.AUTOTUNE))
        for epoch in range(epochs):
            bar = tf.keras.utils.Progbar(steps_per_epoch, stateful_metrics=["loss"])
            mean = tf.keras.metrics.Mean()
            for done in range(1, steps_per_epoch + 1):
                mean.update_state(step(next(batches)))
                bar.update(done, [("loss", mean.result())])
            history.on_epoch_end(epoch, {"loss": mean.result().numpy()})
        return history
