# %% [markdown]
# # Part `data`: the data
#
# **You will** turn pictures into numbers that a network can learn from, and build an input pipeline that mixes samples
# in every pass. **You need** Python and NumPy arrays. **Time:** nothing is trained; every cell takes seconds.
#
# MNIST has 60,000 training and 10,000 test pictures of handwritten digits, 28 × 28 pixels, grey values from 0 to
# 255. An **autoencoder** is a network that learns to copy its input through a **bottleneck**, a layer that is too
#    narrow to hand it on as it is. So the picture is both the question and the answer: the labels are not needed[[
#    before part `classifier`]].
#
# Some words first. A **sample** is one picture. A **batch** is a stack of samples that go through the network
# together: its shape is (B, 28, 28, 1), where B counts the samples and 1 the channels of a grey picture. A **step** is
# one change of the weights, made from one batch. An **epoch**, or a **pass**, is as many steps as it takes to see every
# sample once. **Training** digits are what the model learns from; **test** digits, also called *held-out*, are what we
# judge it by.
#
# Two things have to happen before training:
#
# 1. **Scale.** The network will answer through a *sigmoid*, whose values lie between 0 and 1. The pictures have to lie
#    there, too: grey value $g$ becomes $x = g / 255$.
# 2. **Batch.** Batches should be different mixtures of samples in every pass over the data, otherwise the network meets
#    the same groups again and again.
#
# **The pipeline.** A `tf.data.Dataset` is a recipe for a stream of elements. It does nothing until somebody iterates
# over it. Each method returns a new recipe: `map` applies a function to every element, `batch` stacks neighbours,
# `shuffle` mixes what flows past, `repeat` starts again at the end, `prefetch` works ahead while the network computes.
# What they are called on decides what an *element* is: before `batch` it is a sample, after it a batch.
#
# When TensorFlow is imported it may print a few lines about processors and graphics cards. They are not errors.

# %%
import os

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # the lab is written for Keras 2

import urllib.request

import tensorflow as tf
import tensorflow_datasets as tfds

from grader.autoencoders import mnist_subset

OFFICIAL_FILES = "https://storage.googleapis.com/cvdf-datasets/mnist"  # where TFDS downloads from


# %% [markdown]
# `load_mnist` is given. It uses TensorFlow Datasets, which keeps a prepared copy of the digits and downloads it the
# first time. Without a copy and without a network it says so and goes on with 12,000 digits that are installed with
# the lab: 10,000 to train on and 2,000 to test with. Everything works with these, too. Two epochs are then 312 steps
# instead of 1,874, so models are less well trained: where a part says what to look at, it gives figures for both sets.


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
# ## Task: `normalize`
#
# Turn one uint8 picture with values 0..255 into a float32 picture with values in [0, 1], and drop the label.
# It will be called by `dataset.map(normalize)`.
#
# *Hint:* the type counts as much as the values: `/` makes float32 of a uint8 tensor, and float64 of a uint8 array of
# NumPy. Print the type, the smallest and the largest value of what comes out.


# %%
def normalize(image: tf.Tensor, label: tf.Tensor) -> tf.Tensor:
    """Image uint8 (28, 28, 1) in 0..255 -> float32 (28, 28, 1) in [0, 1]. The label is not used."""
    ### BEGIN SOLUTION
    return tf.cast(image, tf.float32) / 255.0  # (28, 28, 1)
    ### END SOLUTION


# %% [markdown]
# ## Task: `training_batches`
#
# Three steps make the stream: `shuffle`, `batch` and `repeat`, and their order matters. Shuffling *after* batching only
# changes the order of the batches: the same 64 pictures stay together for ever. Shuffling *samples* makes new batches
# in every pass.
#
# Every batch has to be full. 60,000 is no multiple of 64: the 32 samples that are left over at the end of a pass would
# be a smaller batch, so they are dropped. They get their turn in other passes.
#
# *Hint:* `shuffle` keeps a buffer of samples and draws from it; a buffer at least as large as the dataset shuffles it
# all. An argument of `batch` says what becomes of the remainder.


# %%
def training_batches(dataset: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
    """Endless batches of shuffled samples.

    dataset: single float32 images (28, 28, 1). Returns batches float32 (batch_size, 28, 28, 1); samples are shuffled
    before batching, in a new order in every pass, and the passes follow each other without end.
    """
    ### BEGIN SOLUTION
    shuffled = dataset.shuffle(60_000, reshuffle_each_iteration=True)
    batches = shuffled.batch(batch_size, drop_remainder=True)  # (batch_size, 28, 28, 1)
    return batches.repeat().prefetch(tf.data.AUTOTUNE)
    ### END SOLUTION


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
# ## Try
#
# * **`shuffle` after `batch`:** the same groups of 64 in every pass. After ten passes over 6,400 samples each of them
#   has met 63 others, instead of about 600. [[Train part `autoencoder` with such batches, and its loss is the same to
#   three digits, because MNIST's own order is mixed already.]] Now imagine digits that are sorted by label.
# * **`shuffle(10)`:** a sample moves a few places only. A small buffer mixes neighbours.
# [[* **No scaling:** the loss of part `autoencoder` is not made for values above 1. It falls far below 0, and means
#   nothing.]]

# %% [markdown]
# **Question.** The mean pixel of all training pictures is about 0.13. What would a network that always answers with the
# mean picture look like, and how would you notice that yours does?

# %% [markdown]
# ## Summary
#
# * Pictures become float32 in [0, 1], the range of a sigmoid.
# * Shuffle samples, then batch them: in every pass each sample meets others.
# * A dataset is a recipe; an element is whatever the step before made of it.
#
# **Terms.** *Bottleneck*: the narrowest layer of a network. *Sample*: one picture. *Batch*: samples that are processed
# together. *Step*: one change of the weights. *Epoch, pass*: once through the data. *Held-out, test digits*: those that
# no step has seen. *Pipeline*: the steps from the stored pictures to the batches.
#
# **Further reading.** TensorFlow's guide [tf.data: Build TensorFlow input
# pipelines](https://www.tensorflow.org/guide/data). LeCun, Bottou, Bengio and Haffner, *Gradient-Based Learning Applied
# to Document Recognition*, Proceedings of the IEEE 1998, where MNIST comes from.
