# Generated from reference/classifier.py, for you to edit: your code goes where a line says 'Your task'.
# %% [markdown]
# # Part 8: a classifier from stacked autoencoders
#
# In the end, labels. A deep network can be prepared for its task without any: train an autoencoder on the pictures,
# keep its encoder, train a second autoencoder on the *codes* of the first, keep its encoder, and so on. Each layer
# learns to keep what the layers below tell about a picture. This is called **greedy layer-wise pretraining**
# (Bengio et al., *Greedy Layer-Wise Training of Deep Networks*, NIPS 2006; Vincent et al., *Stacked Denoising
# Autoencoders*, JMLR 2010). Afterwards a softmax layer is put on top and the whole stack learns the labels:
# **fine-tuning**.
#
# | stack | shape | pretrained as the encoder of |
# |---|---|---|
# | picture, flattened | (B, 784) | |
# | dense, 256, relu | (B, 256) | 784 → 256 → 784, on pixels |
# | dense, 64, relu | (B, 64) | 256 → 64 → 256, on the codes of the first layer |
# | dense, 10, softmax | (B, 10) | |
#
# **Losses.** The codes of a relu layer are not confined to [0, 1], so pretraining measures the mean squared error
# between the $n$ numbers $c_i$ of the code that comes in and their reconstructions $\hat{c}_i$. Fine-tuning minimizes
# the cross-entropy of the labels, in nats. Both are averaged over the batch:
#
# $$\frac{1}{n} \sum_i \left(c_i - \hat{c}_i\right)^2 \qquad \text{and} \qquad
#   -\ln p(\text{label} \mid \text{picture}).$$
#
# A guess among ten classes costs ln 10 = 2.3 nats.
#
# **What to look at.** Two epochs of each give 96 to 97 % of the test digits, and about 90 % with the 12,000 digits of
# the lab. In 2006 pretraining was what made deep networks trainable at all. Is it still?

# %%
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from .data import load_mnist, normalize, training_batches
from .plotting import show, show_images

# %% [markdown]
# ## Task 8.1: the stack
#
# `layer_sizes` names the units of each dense layer, from the pixels up. `encode` returns the code of the last one,
# `predict_probabilities` what the softmax makes of it, and `classify` the most probable class. Keep each dense
# layer in an attribute, so that the model finds its weights.
#
# ## Task 8.2: `pretrain`
#
# One stage for each layer, from the bottom up. In its stage, a layer and a dense decoder that is thrown away
# afterwards learn to reconstruct the codes of the layers below. Those rest. Every stage draws
# epochs × steps_per_epoch batches of images; the stages share one iterator over the dataset.
#
# *Hint:* a variable that is not handed to the tape and to the optimizer rests. Each stage trains other variables, so
# each needs an optimizer of its own, and a compiled step of its own.
#
# ## Task 8.3: `fit`
#
# Train all layers and the softmax on batches (images, labels), show a progress bar, and return Keras' `History` with
# the mean "loss" of each epoch.
#
# *Hint:* the two loops differ in nothing but the step they repeat. `tf.keras.utils.Progbar` shows progress.
#
# `pretraining_step`, `fit_iteration` and `repeat` are helpers for the last two tasks. Do without them if you like.


# %%
class StackedAutoencoderClassifier(tf.keras.Model):
    """Dense layers, pretrained one by one as autoencoders, with a softmax on top: (B, 28, 28, 1) -> (B, n_classes).

    layer_sizes: units of each layer, from the pixels up.
    """

    def __init__(self, layer_sizes: tuple[int, ...] = (256, 64), n_classes: int = 10):
        super().__init__()
        raise NotImplementedError("Your task: classifier, StackedAutoencoderClassifier.__init__")

    def encode(self, images: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> the code of the last layer, (B, layer_sizes[-1])."""
        raise NotImplementedError("Your task: classifier, StackedAutoencoderClassifier.encode")

    def predict_probabilities(self, images: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> the probability of each class, (B, n_classes); each row adds up to 1."""
        raise NotImplementedError("Your task: classifier, StackedAutoencoderClassifier.predict_probabilities")

    def classify(self, images: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> the most probable class of each image, int64 (B,) in 0..n_classes-1."""
        raise NotImplementedError("Your task: classifier, StackedAutoencoderClassifier.classify")

    def pretrain(self, dataset: tf.data.Dataset, epochs: int, steps_per_epoch: int) -> None:
        """Train each layer as an autoencoder, from the bottom up, on batches of images (B, 28, 28, 1).

        Each layer sees epochs × steps_per_epoch batches, drawn in order from `dataset`; the layers below rest.
        """
        raise NotImplementedError("Your task: classifier, StackedAutoencoderClassifier.pretrain")

    def pretraining_step(self, depth: int) -> Callable[[tf.Tensor], tf.Tensor]:
        """A compiled step that trains layer `depth` and a new decoder: images (B, 28, 28, 1) -> scalar loss."""
        raise NotImplementedError("Your task: classifier, StackedAutoencoderClassifier.pretraining_step")

    def fit_iteration(self, batch: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        """One gradient step of all layers on (images (B, 28, 28, 1), labels (B,)). Returns the loss before it."""
        raise NotImplementedError("Your task: classifier, StackedAutoencoderClassifier.fit_iteration")

    def fit(self, dataset: tf.data.Dataset, epochs: int, steps_per_epoch: int) -> tf.keras.callbacks.History:
        """Fine-tune all layers on batches (images, labels) drawn in order. Returns History with the mean "loss"."""
        raise NotImplementedError("Your task: classifier, StackedAutoencoderClassifier.fit")

    def repeat(
        self, step: Callable[[Any], tf.Tensor], batches: Iterator[Any], epochs: int, steps_per_epoch: int
    ) -> tf.keras.callbacks.History:
        """Run `step` on epochs × steps_per_epoch of `batches`, with a progress bar. Returns each epoch's mean loss."""
        raise NotImplementedError("Your task: classifier, StackedAutoencoderClassifier.repeat")


# %% [markdown]
# ## Experiment
#
# Pretrain each layer for two epochs, fine-tune for two more, and count the test digits that are classified correctly.
# The confusion matrix tells which digits are taken for which. The kernel of the first layer has a column for each of
# its units; reshaped to 28 × 28 it shows what the unit looks for (bright: ink wanted, dark: ink unwanted).

# %%
if __name__ == "__main__":
    train_digits, test_digits = load_mnist()
    labelled = train_digits.map(lambda image, label: (normalize(image, label), label))
    batch_size = 64
    batches = training_batches(labelled, batch_size)  # batches pairs as well
    steps_per_epoch = len(train_digits) // batch_size
    model = StackedAutoencoderClassifier(layer_sizes=(256, 64), n_classes=10)

    def first_layer_features(count: int = 12) -> np.ndarray:
        """The weights of `count` units of the first layer, each scaled to [0, 1] around 0.5: (count, 28, 28)."""
        kernel = next(variable for variable in model.trainable_variables if variable.shape[0] == 28 * 28)
        columns = kernel.numpy().T[:count].reshape(count, 28, 28)  # of (784, units)
        scaled: np.ndarray = 0.5 + 0.5 * columns / np.abs(columns).max(axis=(1, 2), keepdims=True)
        return scaled

    features = {"untrained": first_layer_features()}
    model.pretrain(batches.map(lambda images, labels: images), epochs=2, steps_per_epoch=steps_per_epoch)
    features["pretrained"] = first_layer_features()
    history = model.fit(batches, epochs=2, steps_per_epoch=steps_per_epoch)
    features["fine-tuned"] = first_layer_features()
    show_images(features, "classifier-features")

    held_out, answers = next(iter(test_digits.map(lambda image, label: (normalize(image, label), label)).batch(10_000)))
    confusion = tf.math.confusion_matrix(answers, model.classify(held_out), num_classes=10).numpy()
    print(f"held-out accuracy {100 * np.trace(confusion) / confusion.sum():.1f} % of {confusion.sum()} digits")
    figure, axes = plt.subplots(figsize=(6, 6))
    axes.imshow(np.log1p(confusion), cmap="Blues")  # on a log scale, or the diagonal would hide the mistakes
    for row, column in np.ndindex(10, 10):
        shade = "white" if row == column else "black"
        axes.text(column, row, confusion[row, column], ha="center", va="center", color=shade, fontsize=8)
    axes.set(xlabel="answer of the model", ylabel="label", xticks=range(10), yticks=range(10))
    show(figure, "classifier-confusion")

# %% [markdown]
# **Questions.** Some units still look like noise after pretraining. What does a relu unit have to answer, for all
# pictures, so that no gradient ever reaches its weights? Then leave `pretrain` out and train for the same time: is the
# accuracy lower? At last fine-tune on 500 labelled digits only, with and without pretraining on all the unlabelled
# ones. When is pretraining worth its time?
