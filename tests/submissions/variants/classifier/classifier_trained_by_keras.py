"""The stacked classifier, trained by Keras' own fit."""

import tensorflow as tf


class StackedAutoencoderClassifier(tf.keras.Model):
    def __init__(self, layer_sizes=(256, 64), n_classes=10):
        super().__init__()
        picture = tf.keras.Input((28, 28, 1))
        self.codes = [tf.keras.layers.Flatten()(picture)]
        self.stack = []
        for size in layer_sizes:
            self.stack.append(tf.keras.layers.Dense(size, activation="relu"))
            self.codes.append(self.stack[-1](self.codes[-1]))
        answer = tf.keras.layers.Dense(n_classes, activation="softmax")(self.codes[-1])
        self.encoder = tf.keras.Model(picture, self.codes[-1])
        self.network = tf.keras.Model(picture, answer)
        self.picture = picture
        self.network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")

    @property
    def optimizer(self):
        return self.network.optimizer

    @optimizer.setter
    def optimizer(self, value):
        if value is not None:
            self.network.optimizer = value

    def call(self, images):
        return self.network(images)

    def encode(self, images):
        return self.encoder(images)

    def predict_probabilities(self, images):
        return self.network(images)

    def classify(self, images):
        return tf.argmax(self.network(images), axis=1)

    def pretrain(self, dataset, epochs, steps_per_epoch):
        for below, layer in zip(self.codes, self.stack):
            source = tf.keras.Model(self.picture, below)
            code = tf.keras.Input(below.shape[1:])
            autoencoder = tf.keras.Model(code, tf.keras.layers.Dense(below.shape[-1])(layer(code)))
            autoencoder.compile(optimizer="adam", loss="mse")
            pairs = dataset.map(lambda images, source=source: (source(images), source(images)))
            autoencoder.fit(pairs, epochs=epochs, steps_per_epoch=steps_per_epoch, verbose=0)

    def fit(self, dataset, epochs, steps_per_epoch):
        return self.network.fit(dataset, epochs=epochs, steps_per_epoch=steps_per_epoch, verbose=2)
