# Generated from reference/data.py, for you to edit: your code goes where a line says 'Your task'.
# %% [markdown]
# # Part 1: the data
#
# MNIST has 60,000 training and 10,000 test pictures of handwritten digits, 28 × 28 pixels, grey values from 0 to
# 255. An autoencoder learns to copy its input through a bottleneck, so the picture is both the question and the
# answer: the labels are not needed until the last part of the lab.
#
# Two things have to happen before training:
#
# 1. **Scale.** The decoder will end in a sigmoid, which speaks numbers between 0 and 1. The pictures must speak the
#    same language: grey value $g$ becomes $x = g / 255$.
# 2. **Batch.** A step of gradient descent sees a batch of pictures. Batches should be different mixtures of samples
#    in every pass over the data, otherwise the network meets the same groups again and again.
#
# When TensorFlow is imported it may print a few lines about processors and graphics cards. They are no errors.

# %%
import os

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # TensorFlow Probability's layers need Keras 2

import urllib.request

import tensorflow as tf
import tensorflow_datasets as tfds

import mnist_subset

OFFICIAL_FILES = "https://storage.googleapis.com/cvdf-datasets/mnist"  # where TFDS downloads from


# %% [markdown]
# `load_mnist` is given. It uses TensorFlow Datasets, which keeps a prepared copy of the digits and downloads it the
# first time. Without a copy and without a network it says so and goes on with 12,000 digits that are installed with
# the lab. Everything works with these, too. Two epochs are then 312 steps instead of 1,874, so models are less well
# trained: where a part says what to look at, it gives figures for both sets.


# %%
def load_mnist() -> tuple[tf.data.Dataset, tf.data.Dataset]:
    """Training and test digits, each a dataset of single (image, label) pairs.

    image: uint8 (28, 28, 1) in 0..255; label: int64 scalar in 0..9. 60,000 and 10,000 pairs, or, where MNIST is
    neither prepared nor to be downloaded, 10,000 and 2,000 of them.
    """
    if tfds.builder("mnist").is_prepared() or download_is_possible():
        train, test = tfds.load("mnist", split=["train", "test"], as_supervised=True)
        return train, test
    print("MNIST is not prepared on this machine and cannot be downloaded: using the 12,000 digits of the lab.")
    digits = mnist_subset.load()
    train = tf.data.Dataset.from_tensor_slices((digits["train_images"], digits["train_labels"]))
    test = tf.data.Dataset.from_tensor_slices((digits["test_images"], digits["test_labels"]))
    return train, test


def download_is_possible() -> bool:
    """Whether one of the official files can be reached. TFDS itself would go on trying for minutes."""
    probe = urllib.request.Request(f"{OFFICIAL_FILES}/t10k-labels-idx1-ubyte.gz", method="HEAD")
    try:
        urllib.request.urlopen(probe, timeout=2).close()  # seconds
    except OSError:
        return False
    return True


# %% [markdown]
# ## Task 1.1: `normalize`
#
# Turn one uint8 picture with values 0..255 into a float32 picture with values in [0, 1], and drop the label.
# It will be called by `dataset.map(normalize)`.
#
# *Hint:* integers divide differently from floats; change the type first.


# %%
def normalize(image: tf.Tensor, label: tf.Tensor) -> tf.Tensor:
    """Image uint8 (28, 28, 1) in 0..255 -> float32 (28, 28, 1) in [0, 1]. The label is not used."""
    raise NotImplementedError("Your task: data, normalize")


# %% [markdown]
# ## Task 1.2: `training_batches`
#
# The order of the three steps matters. Shuffling *after* batching only changes the order of the batches: the same 64
# pictures stay together for ever. Shuffling *samples* makes new batches in every pass.
#
# *Hint:* `shuffle` keeps a buffer of samples and draws from it; a buffer at least as large as the dataset shuffles it
# all. A last, smaller batch may be dropped.


# %%
def training_batches(dataset: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
    """Endless batches of shuffled samples.

    dataset: single float32 images (28, 28, 1). Returns batches float32 (batch_size, 28, 28, 1); samples are shuffled
    before batching, in a new order in every pass, and the passes follow each other without end.
    """
    raise NotImplementedError("Your task: data, training_batches")


# %% [markdown]
# ## Experiment
#
# Load the digits, make one batch, and look at its shape, its type, its darkest and its brightest pixel. Then call
# `next` twice on one iterator: do the two batches share pictures?

# %%
if __name__ == "__main__":
    train_digits, test_digits = load_mnist()
    batch = next(iter(training_batches(train_digits.map(normalize), 64)))
    print(batch.shape, batch.dtype, float(tf.reduce_min(batch)), float(tf.reduce_max(batch)))

# %% [markdown]
# **Question.** The mean of all training pictures is about 0.13. What would a network that always answers with the mean
# picture look like, and how would you notice that yours does?
