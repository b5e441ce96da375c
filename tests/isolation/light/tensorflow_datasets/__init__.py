"""Stands for TensorFlow Datasets."""

builder = None
