# %% [markdown]
# # Part `classifier`: a classifier from stacked autoencoders
#
# **You will** train a stack of layers without labels, one after the other, then all of them with labels, and measure
# whether the first was worth it. **You need** part `data` and the idea of [[part `autoencoder` || an autoencoder]];
# from classification softmax and cross-entropy. **Time:** the experiment takes about half a minute for all digits on
# two cores, some seconds with the lab's 12,000; steps that are not compiled, about three times as long.
#
# In the end, labels. A deep network can be prepared for its task without any: train an autoencoder on the pictures,
# keep its encoder, train a second autoencoder on the *codes* of the first, keep its encoder, and so on. Each layer
# learns to keep what the layers below tell about a picture. This is **greedy layer-wise pretraining**, greedy because
# no layer is changed again for the sake of the ones above it (Bengio et al., *Greedy Layer-Wise Training of Deep
# Networks*, NIPS 2006; Vincent et al., *Stacked Denoising Autoencoders*, JMLR 2010). Afterwards a **softmax** layer,
# whose answers add up to 1, is put on top and the whole stack learns the labels: **fine-tuning**.
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
# **What to look at.** Two epochs of each give 96.5 to 97 % of the test digits, and about 90 % with the 12,000 digits of
# the lab.
#
# **Is pretraining worth it?** In 2006 it made deep stacks of dense layers with sigmoid units trainable, which from
# random weights hardly learned. (Convolutional networks did without it even then.) Relu units, better initial weights
# and Adam have removed that difficulty. In this lab it costs **accuracy**, the share of digits that are classified
# correctly, with few labels and with many; test error in per cent, means of three runs of the same number of steps with
# labels:
#
# | labelled digits | pretrained on 60,000 pictures | the same, denoising | from random weights |
# |---|---|---|---|
# | 100 | 26.8 | 24.2 | 24.6 |
# | 1,000 | 10.0 | 8.4 | 9.0 |
# | 10,000 | 4.3 | 4.0 | 3.7 |
# | 60,000 | 3.2 | 2.6 | 2.6 |
#
# In the column *denoising* (one run) the pictures were corrupted[[ as in part `denoising`]], and each layer learned to
# rebuild the codes of the clean ones. That makes better codes, as Vincent et al. found, and makes up for the loss: with
# the same seed, random weights gave 24.3, 8.6, 3.9 and 2.6. It does not make pretraining worth its time.
#
# Codes that are good for rebuilding pixels are not those that tell digits apart. So why learn it? Because the idea
# lives on: learn from data without labels, then fine-tune with few. What has changed is the task that is learned from.

# %%
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from .data import load_mnist, normalize, training_batches
from .plotting import show, show_images

# %% [markdown]
# ## Task: the stack
#
# `layer_sizes` names the units of each dense layer, from the pixels up. `encode` returns the code of the last one,
# `predict_probabilities` what the softmax makes of it, and `classify` the most probable class. Keep each dense
# layer in an attribute, so that the model finds its weights.
#
# ## Task: `pretrain`
#
# One stage for each layer, from the bottom up. In its stage, a layer and a dense decoder that is thrown away afterwards
# learn to reconstruct the codes of the layers below, not the pixels. Those layers are **frozen**: their weights stay as
# they are. Every stage trains on epochs × steps_per_epoch batches: drawn from one iterator over the dataset that the
# stages share, or, from the second stage on, the codes of the batches that the first one has drawn.
#
# *Hint:* a variable that is not handed to the tape and to the optimizer is frozen. Each stage trains other variables,
# so each needs an optimizer of its own, and a compiled step of its own[[ (part `autoencoder` says why)]].
#
# ## Task: `fit`
#
# Train all layers and the softmax on batches (images, labels), with labels from 0 to n_classes - 1, show a progress
# bar, and return Keras' `History` with the mean "loss" of each epoch.
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
        ### BEGIN SOLUTION
        self.hidden_layers = [tf.keras.layers.Dense(size, activation="relu") for size in layer_sizes]
        self.encoder = tf.keras.Sequential(
            [tf.keras.layers.InputLayer(input_shape=(28, 28, 1)), tf.keras.layers.Flatten(), *self.hidden_layers]
        )
        self.softmax = tf.keras.layers.Dense(n_classes, activation="softmax")
        self.softmax.build(self.encoder.output_shape)  # now, so that all weights exist from the start
        self.optimizer = tf.keras.optimizers.Adam()
        self.compiled_step = tf.function(self.fit_iteration)
        ### END SOLUTION

    def encode(self, images: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> the code of the last layer, (B, layer_sizes[-1])."""
        ### BEGIN SOLUTION
        return self.encoder(images)
        ### END SOLUTION

    def predict_probabilities(self, images: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> the probability of each class, (B, n_classes); each row adds up to 1."""
        ### BEGIN SOLUTION
        return self.softmax(self.encode(images))
        ### END SOLUTION

    def classify(self, images: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> the most probable class of each image, int64 (B,) in 0..n_classes-1."""
        ### BEGIN SOLUTION
        return tf.argmax(self.predict_probabilities(images), axis=-1)
        ### END SOLUTION

    def pretrain(self, dataset: tf.data.Dataset, epochs: int, steps_per_epoch: int) -> None:
        """Train each layer as an autoencoder, from the bottom up, on batches of images (B, 28, 28, 1).

        Each layer sees epochs × steps_per_epoch batches, as codes of the layers below, which are frozen.
        """
        ### BEGIN SOLUTION
        batches = iter(dataset)
        for depth in range(len(self.hidden_layers)):
            print(f"pretraining layer {depth + 1} of {len(self.hidden_layers)}")
            self.repeat(self.pretraining_step(depth), batches, epochs, steps_per_epoch)
        ### END SOLUTION

    def pretraining_step(self, depth: int) -> Callable[[tf.Tensor], tf.Tensor]:
        """A compiled step that trains layer `depth` and a new decoder: images (B, 28, 28, 1) -> scalar loss."""
        ### BEGIN SOLUTION
        layer = self.hidden_layers[depth]
        below = tf.keras.Model(self.encoder.input, layer.input)  # flatten, and the frozen layers
        decoder = tf.keras.layers.Dense(layer.input_shape[-1])  # thrown away after this stage
        autoencoder = tf.keras.Sequential([layer, decoder])
        optimizer = tf.keras.optimizers.Adam()

        def step(images: tf.Tensor) -> tf.Tensor:
            codes = below(images)  # (B, units of the layer below)
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(autoencoder(codes) - codes))
            gradients = tape.gradient(loss, autoencoder.trainable_variables)
            optimizer.apply_gradients(zip(gradients, autoencoder.trainable_variables))
            return loss

        compiled_step: Callable[[tf.Tensor], tf.Tensor] = tf.function(step)
        return compiled_step
        ### END SOLUTION

    def fit_iteration(self, batch: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        """One gradient step of all layers on (images (B, 28, 28, 1), labels (B,)). Returns the loss before it."""
        ### BEGIN SOLUTION
        images, labels = batch
        with tf.GradientTape() as tape:
            probabilities = self.predict_probabilities(images)  # (B, n_classes)
            loss = tf.reduce_mean(tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return loss
        ### END SOLUTION

    def fit(self, dataset: tf.data.Dataset, epochs: int, steps_per_epoch: int) -> tf.keras.callbacks.History:
        """Fine-tune all layers on batches (images, labels) drawn in order. Returns History with the mean "loss"."""
        ### BEGIN SOLUTION
        return self.repeat(self.compiled_step, iter(dataset), epochs, steps_per_epoch)
        ### END SOLUTION

    def repeat(
        self, step: Callable[[Any], tf.Tensor], batches: Iterator[Any], epochs: int, steps_per_epoch: int
    ) -> tf.keras.callbacks.History:
        """Run `step` on epochs × steps_per_epoch of `batches`, with a progress bar. Returns each epoch's mean loss."""
        ### BEGIN SOLUTION
        history = tf.keras.callbacks.History()
        history.set_model(self)  # Keras' History also leaves itself in `self.history`
        history.on_train_begin()
        for epoch in range(epochs):
            print(f"Epoch {epoch + 1}/{epochs}")
            progress = tf.keras.utils.Progbar(steps_per_epoch)
            losses = []
            for _ in range(steps_per_epoch):
                losses.append(float(step(next(batches))))
                progress.add(1, [("loss", losses[-1])])  # shows the mean so far
            history.on_epoch_end(epoch, {"loss": float(np.mean(losses))})
        return history
        ### END SOLUTION


# %% [markdown]
# ## Experiment
#
# Pretrain each layer for two epochs, fine-tune for two more, and count the test digits that are classified correctly.
# The **confusion matrix** tells which digits are taken for which. The kernel of the first layer has a column for each
# of its units; reshaped to 28 × 28 it shows what the unit looks for (bright: ink wanted, dark: ink unwanted).

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
# ## Try
#
# * **Without `pretrain`**, and the same number of steps with labels: 2.6 % of errors instead of 3.2.
# * **500 labels only**, with and without pretraining on all pictures: the loss on 500 digits goes to 0 either way, and
#   the test error is what counts.
# * **Denoising pretraining:** corrupt the pictures[[ as in part `denoising`]] before they enter the layers below, and
#   let the new layer rebuild the codes of the *clean* ones. Compare with the table above.
# * **Freeze all layers and train the softmax alone:** then the codes themselves are judged. Compare with a stack that
#   was never trained.

# %% [markdown]
# **Questions.** Some units still look like noise after pretraining. What does a relu unit have to answer, for all
# pictures, so that no gradient ever reaches its weights? Then leave `pretrain` out and train for the same time: is the
# accuracy lower? Finally fine-tune on 500 labelled digits only, with and without pretraining on all the unlabelled
# ones. When would pretraining be worth its time?

# %% [markdown]
# ## Summary
#
# * Each layer learns to rebuild the codes of the layers below, which are frozen; then all learn the labels together.
# * A variable moves if the optimizer is given its gradient. Freezing is leaving it out.
# * Whether pretraining helps is a question to measure, at equal steps and with several seeds.
#
# **Terms.** *Greedy layer-wise pretraining*: training layers one by one, without labels. *Fine-tuning*: training all of
# them for the task. *Freeze*: keep weights as they are. *Softmax*: turns numbers into probabilities that add up to 1.
# *Accuracy*: share of the digits classified correctly; the rest is the *test error*. *Confusion matrix*: which digits
# are taken for which. *Dead unit*: a relu unit that answers 0 to every picture, so that nothing moves its weights.
#
# **Further reading.** Bengio, Lamblin, Popovici and Larochelle, *Greedy Layer-Wise Training of Deep Networks*, NIPS
# 2006. Erhan et al., [Why Does Unsupervised Pre-training Help Deep
# Learning?](https://www.jmlr.org/papers/v11/erhan10a.html), JMLR 2010. Glorot, Bordes and Bengio, [Deep Sparse
# Rectifier Neural Networks](https://proceedings.mlr.press/v15/glorot11a.html), AISTATS 2011: why relu units can do
# without. He et al., [Masked Autoencoders Are Scalable Vision Learners](https://arxiv.org/abs/2111.06377), CVPR 2022:
# the idea today.
