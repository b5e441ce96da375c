# Generated from reference/upsampling.py, for you to edit: your code goes where a line says 'Your task'.
# %% [markdown]
# # Part 3: upsampling instead of transposed convolutions
#
# **You will** replace one network of part 2 and keep the rest. **You need** part 2. **Time:** the experiment trains two
# models: three to four minutes with all digits on two cores, about half a minute with the lab's 12,000.
#
# The decoder of part 2 doubles the side of a picture with transposed convolutions: every input pixel stamps a copy of
# the 3 × 3 **kernel**, weighted by its value, onto the output. The **stride** is the distance between the stamps, two
# pixels here. Along one axis, a pixel at an even place is then covered by another number of stamps than its neighbour
# at an odd place:
#
# $$o_i = \sum_j w_{i - 2j} \, x_j, \qquad w_0, w_1, w_2 \text{ being the kernel,}$$
#
# has two terms for an even $i$, except at the border, and one for an odd $i$. The network has to learn to even this
# out, and where it fails the picture shows a **checkerboard** (Odena, Dumoulin and Olah, *Deconvolution and
# Checkerboard Artifacts*, Distill 2016).
#
# The remedy is to do the two jobs one after the other: first **enlarge** the picture by repeating each pixel, then
# **convolve** it with stride 1. Every output pixel is now made in the same way.

# %% [markdown]
# ![Two ways to double a row of four pixels, and the same on a grid. Above, a transposed convolution: the output pixels
# get 1, 1, 2, 1, 2, 1, 2, 1 stamps, on the grid a checkerboard of 1, 2 and 4. Below, enlarging and convolving: each
# output pixel sees 3 pixels, on the grid 9, and fewer only at the border.](figures/upsampling.svg)

# %% [markdown]
# The networks then are:
#
# | decoder | shape |
# |---|---|
# | encoding | (B, 10) |
# | dense, 7·7·32, relu | (B, 1568) |
# | reshape | (B, 7, 7, 32) |
# | enlarge by 2, convolution, 64 filters, kernel 3, relu | (B, 14, 14, 64) |
# | enlarge by 2, convolution, 32 filters, kernel 3, relu | (B, 28, 28, 32) |
# | convolution, 1 filter, kernel 3, sigmoid | (B, 28, 28, 1) |
#
# **What to look at.** The cross-entropy after two epochs is two or three nats per picture lower than that of part 2,
# with the 12,000 digits of the lab about 15 nats, because this decoder learns faster at the beginning. A step takes up
# to two and a half times as long: the second convolution works on the enlarged picture. Look for the checkerboard where
# it is: in pictures of *untrained* decoders. Training takes it out of both, so that after two epochs neither has more
# of it than the digits themselves.

# %%
from collections.abc import Sequence

import tensorflow as tf

from .autoencoder import Autoencoder
from .data import load_mnist, normalize, training_batches
from .plotting import show_images, show_losses

# %% [markdown]
# ## Task 3.1: `build_decoder`
#
# Only one hook changes. Build a decoder without any transposed convolution; the encoder, the loss, the training loop
# and the checkpoints are inherited.
#
# *Hint:* Keras has a layer that repeats rows and columns. Which *padding*, that is, which values around the picture,
# keeps a convolution from shrinking it?


# %%
class UpsamplingAutoencoder(Autoencoder):
    """An autoencoder whose decoder enlarges pictures and convolves them: no transposed convolutions."""

    def build_decoder(self) -> tf.keras.Model:
        """A network (B, encoding_size) -> (B, 28, 28, 1) in [0, 1], without transposed convolutions."""
        raise NotImplementedError("Your task: upsampling, UpsamplingAutoencoder.build_decoder")


# %% [markdown]
# ## Experiment
#
# Train both decoders for two epochs on the same digits and put their reconstructions below each other.

# %%
if __name__ == "__main__":
    train_digits, test_digits = load_mnist()
    train_images, test_images = train_digits.map(normalize), test_digits.map(normalize)
    batch_size = 64
    batches = training_batches(train_images, batch_size)
    held_out = next(iter(test_images.batch(1000)))  # (1000, 28, 28, 1)

    losses: dict[str, Sequence[float]] = {}
    pictures = {"original": held_out[:10]}
    for name, model in {"transposed": Autoencoder(), "upsampled": UpsamplingAutoencoder()}.items():
        history = model.fit(batches, epochs=2, steps_per_epoch=len(train_images) // batch_size)
        print(f"{name}: held-out BCE {float(model.batch_loss(held_out)) / len(held_out):.1f} nats per picture")
        losses[name] = [loss / batch_size for loss in history.history["loss"]]
        pictures[name] = model.reconstruct(held_out[:10])
    show_losses(losses, "upsampling-loss", "nats per picture")
    show_images(pictures, "upsampling-reconstructions")

# %% [markdown]
# ## Experiment: before any training
#
# Decode the same random codes with two untrained decoders. Each picture is stretched to the full range of greys, since
# untrained decoders answer about ½ everywhere. (Seconds.)

# %%
if __name__ == "__main__":
    random_codes = 5.0 * tf.random.normal((8, 10))
    untrained = {"transposed": Autoencoder(), "upsampled": UpsamplingAutoencoder()}
    decoded = {name: model.decode(random_codes).numpy() for name, model in untrained.items()}
    darkest = {name: images.min(axis=(1, 2, 3), keepdims=True) for name, images in decoded.items()}
    stretched = {
        name: (images - darkest[name]) / (images - darkest[name]).max(axis=(1, 2, 3), keepdims=True)
        for name, images in decoded.items()
    }
    show_images(stretched, "upsampling-untrained")

# %% [markdown]
# ## Try
#
# * **Transposed convolutions with kernel 4:** each output pixel gets two stamps along an axis. What becomes of the
#   untrained pictures?
# * **Bilinear enlarging** in place of repeated pixels: the untrained pictures get smoother. Does the loss change?
# * **Convolve first, then enlarge:** a step gets cheaper. What does the last convolution have to do then?

# %% [markdown]
# **Question.** Where do the pictures of the two untrained decoders differ? Draw on paper, for one axis, which input
# pixels reach each output pixel of a transposed convolution with kernel 3 and stride 2. What happens with kernel 4?
# After training, where do the reconstructions differ, if at all?

# %% [markdown]
# ## Summary
#
# * A stride of 2 makes a transposed convolution treat even and odd pixels differently.
# * Enlarging first and convolving afterwards treats all alike, at the price of larger convolutions.
# * Training can hide such a flaw. It shows in the untrained network, where the architecture alone speaks.
#
# **Terms.** *Kernel*: the weights of a convolution. *Stride*: how far apart it is applied, or stamped. *Transposed
# convolution*: stamps kernels, weighted by the pixels. *Upsampling, enlarging*: making a picture larger without
# weights. *Padding*: what is assumed outside the picture; with `"same"` and stride 1 a convolution keeps its size.
#
# **Further reading.** Odena, Dumoulin and Olah, [Deconvolution and Checkerboard
# Artifacts](https://distill.pub/2016/deconv-checkerboard/), Distill 2016. Dumoulin and Visin, *A guide to convolution
# arithmetic for deep learning*, 2016, with many drawings.
