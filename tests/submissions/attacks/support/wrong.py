"""A wrong answer to both tasks, for attacks that want the points all the same."""

import tensorflow as tf


def normalize(image, label):
    return tf.zeros_like(image, tf.float32)


def training_batches(dataset, batch_size):
    return dataset.batch(batch_size, drop_remainder=True).repeat()
