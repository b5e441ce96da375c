"""Two networks as classes of their own."""

import tensorflow as tf


class Encoder(tf.keras.layers.Layer):
    def __init__(self, size):
        super().__init__()
        self.first = tf.keras.layers.Conv2D(32, 3, strides=2, activation="relu")
        self.second = tf.keras.layers.Conv2D(64, 3, strides=2, activation="relu")
        self.flat = tf.keras.layers.Flatten()
        self.code = tf.keras.layers.Dense(size)

    def call(self, x):
        return self.code(self.flat(self.second(self.first(x))))


class Decoder(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.wide = tf.keras.layers.Dense(7 * 7 * 32, activation="relu")
        self.shape = tf.keras.layers.Reshape((7, 7, 32))
        self.first = tf.keras.layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu")
        self.second = tf.keras.layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu")
        self.paint = tf.keras.layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid")

    def call(self, x):
        return self.paint(self.second(self.first(self.shape(self.wide(x)))))
