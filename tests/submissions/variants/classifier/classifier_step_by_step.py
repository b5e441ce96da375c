"""The stacked classifier, eager, with layers that are built at their first call."""

import tensorflow as tf


class StackedAutoencoderClassifier(tf.keras.Model):
    def __init__(self, layer_sizes=(256, 64), n_classes=10):
        super().__init__()
        self.hidden = [tf.keras.layers.Dense(size, activation=tf.nn.elu) for size in layer_sizes]
        self.last = tf.keras.layers.Dense(n_classes)
        self.optimizer = tf.keras.optimizers.Nadam()

    def code(self, images, depth):
        x = tf.reshape(images, (-1, 28 * 28))
        for layer in self.hidden[:depth]:
            x = layer(x)
        return x

    def encode(self, images):
        return self.code(images, len(self.hidden))

    def predict_probabilities(self, images):
        return tf.nn.softmax(self.last(self.encode(images)))

    def classify(self, images):
        return tf.argmax(self.last(self.encode(images)), axis=-1, output_type=tf.int32)

    def pretrain(self, dataset, epochs, steps_per_epoch):
        stream = iter(dataset)
        for depth, layer in enumerate(self.hidden):
            decoder = optimizer = None
            for _ in range(epochs * steps_per_epoch):
                code = self.code(next(stream), depth)
                if decoder is None:
                    decoder = tf.keras.layers.Dense(code.shape[-1])
                    optimizer = tf.keras.optimizers.RMSprop()
                with tf.GradientTape() as tape:
                    error = tf.keras.losses.mse(code, decoder(layer(code)))
                    loss = tf.reduce_mean(error)
                moved = layer.trainable_variables + decoder.trainable_variables
                optimizer.apply_gradients(zip(tape.gradient(loss, moved), moved))

    def fit(self, dataset, epochs, steps_per_epoch):
        history = tf.keras.callbacks.History()
        history.set_model(self)
        history.on_train_begin()
        cross_entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        stream = iter(dataset)
        for epoch in range(epochs):
            losses = []
            for _ in range(steps_per_epoch):
                images, labels = next(stream)
                with tf.GradientTape() as tape:
                    loss = cross_entropy(labels, self.last(self.encode(images)))
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
                losses.append(loss)
            history.on_epoch_end(epoch, {"loss": float(tf.reduce_mean(losses))})
        return history
