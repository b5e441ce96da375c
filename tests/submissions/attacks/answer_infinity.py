"""Answers with infinities, in which comparisons go wrong."""

import tensorflow as tf

VALUE = float('inf')


def normalize(image, label):
    return tf.fill((28, 28, 1), VALUE)


def training_batches(dataset, batch_size):
    return dataset.map(lambda image: tf.fill((28, 28, 1), VALUE)).batch(batch_size).repeat()
