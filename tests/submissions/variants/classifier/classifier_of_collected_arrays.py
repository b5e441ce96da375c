import numpy as np
import tensorflow as tf


class StackedAutoencoderClassifier(tf.keras.Model):
    """Keras' own fit trains every stage, on arrays: the codes of a stage are predicted once and handed on."""

    def __init__(self, layer_sizes=(256, 64), n_classes=10):
        super().__init__()
        self.stack = [tf.keras.layers.Dense(units, activation="relu") for units in layer_sizes]
        self.encoder = tf.keras.Sequential([tf.keras.Input((28, 28, 1)), tf.keras.layers.Flatten(), *self.stack])
        self.network = tf.keras.Sequential([self.encoder, tf.keras.layers.Dense(n_classes, activation="softmax")])
        self.optimizer = tf.keras.optimizers.Adam()
        self.network.compile(optimizer=self.optimizer, loss="sparse_categorical_crossentropy")

    def encode(self, images):
        return self.encoder(images)

    def predict_probabilities(self, images):
        return self.network(images)

    def classify(self, images):
        return tf.argmax(self.network(images), axis=1)

    def pretrain(self, dataset, epochs, steps_per_epoch):
        batches = list(dataset.take(epochs * steps_per_epoch).as_numpy_iterator())
        codes, size = np.concatenate(batches).reshape(-1, 784), len(batches[0])
        for layer in self.stack:
            inputs = tf.keras.Input((codes.shape[1],))
            hidden = layer(inputs)
            autoencoder = tf.keras.Model(inputs, tf.keras.layers.Dense(codes.shape[1])(hidden))
            autoencoder.compile(optimizer="adam", loss="mse")
            autoencoder.fit(codes, codes, batch_size=size, epochs=1, verbose=2)
            codes = tf.keras.Model(inputs, hidden).predict(codes, batch_size=size, verbose=0)

    def fit(self, dataset, epochs, steps_per_epoch):
        return self.network.fit(dataset, epochs=epochs, steps_per_epoch=steps_per_epoch, verbose=2)
