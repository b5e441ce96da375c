"""A right answer to both tasks, for attacks that are after something else than points."""

import tensorflow as tf


def normalize(image, label):
    return tf.cast(image, tf.float32) / 255.0


def training_batches(dataset, batch_size):
    return dataset.shuffle(10_000).batch(batch_size, drop_remainder=True).repeat()
