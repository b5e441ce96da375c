"""Stands for TensorFlow Probability."""

from tensorflow import config as layers

distributions = layers
