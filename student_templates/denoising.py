# Generated from reference/denoising.py, for you to edit: your code goes where a line says 'Your task'.
# %% [markdown]
# # Part 7: a denoising autoencoder
#
# **You will** train the autoencoder of part 2 to remove noise, and measure in decibels how well it does. **You need**
# part 2. **Time:** the experiment takes about a minute for all digits on two cores, some ten seconds with the lab's
# 12,000; a step that is not compiled, two to three times as long.
#
# There is another way to keep an autoencoder from merely copying: **corrupt** its input and ask for the original. To
# remove noise from a digit, the network has to know what digits look like
# (Vincent et al., *Extracting and Composing Robust Features with Denoising Autoencoders*, ICML 2008).
#
# **Noise.** Each pixel gets its own Gaussian noise, and the result is **clipped**: what leaves [0, 1], where pixels
# lie, moves to the end that it passed:
#
# $$\tilde{x} = \min(\max(x + \sigma \varepsilon, 0), 1), \qquad \varepsilon \sim \mathcal{N}(0, 1),
#   \quad \sigma = 0.5.$$
#
# **Loss.** The cross-entropy between the *clean* picture $x$ and the reconstruction of the *noisy* one $\tilde{x}$. A
# network that is compared with the noisy picture learns to reproduce noise.
#
# **How good is it?** The peak signal-to-noise ratio, **PSNR**, tells in **decibels** how close a picture is to the
# clean one,
#
# $$\mathrm{PSNR} = 10 \log_{10} \frac{1}{\mathrm{MSE}},$$
#
# where **MSE** is the mean squared error of its pixels and 1 the largest value a pixel can have. Ten decibels more are
# a *squared* error ten times smaller; three decibels halve it.
#
# **What to look at.** The noisy digits are at 9.4 dB. Answering with the mean digit, whatever the input, reaches
# 11.9 dB, so a gain of two or three decibels proves nothing. A code of 32 numbers gets to about 19 dB in two epochs,
# and to about 14.5 dB with the 12,000 digits of the lab. A median filter, the best classical one that we tried, reaches
# 14.1 dB.

# %%
import tensorflow as tf

from .autoencoder import Autoencoder
from .data import load_mnist, normalize, training_batches
from .plotting import show_images, show_losses

# %% [markdown]
# ## Task 7.1: `DenoisingAutoencoder`
#
# * `corrupt` returns a noisy copy of a batch. The noise is fresh in every pixel and at every call.
# * `batch_loss` receives clean pictures. Where in the forward pass do they have to be corrupted, and what is the
#   target?
# * `reconstruct`, which is inherited, receives noisy pictures when the model is used, and must not add noise itself.
# * `fit` receives clean pictures, too, and is inherited: noise in the pipeline would make the targets noisy.
#
# *Hint:* noise from NumPy is drawn once, when the training step is compiled, and never again. TensorFlow's own random
# numbers are drawn at each step.


# %%
class DenoisingAutoencoder(Autoencoder):
    """An autoencoder that turns noisy pictures (B, 28, 28, 1) into clean ones.

    noise_stddev: standard deviation of the noise it learns from, in units of a pixel's range [0, 1].
    """

    def __init__(self, encoding_size: int = 32, noise_stddev: float = 0.5):
        super().__init__(encoding_size)
        self.noise_stddev = noise_stddev

    def corrupt(self, images: tf.Tensor) -> tf.Tensor:
        """Images (B, 28, 28, 1) in [0, 1] -> the same with fresh Gaussian noise, clipped to [0, 1]."""
        raise NotImplementedError("Your task: denoising, DenoisingAutoencoder.corrupt")

    def batch_loss(self, inputs: tf.Tensor) -> tf.Tensor:
        """Clean images (B, 28, 28, 1) -> cross-entropy of their denoised copies, in nats, summed; a scalar."""
        raise NotImplementedError("Your task: denoising, DenoisingAutoencoder.batch_loss")


# %% [markdown]
# ## Experiment
#
# Train for two epochs, corrupt some test digits and let the model clean them.

# %%
if __name__ == "__main__":
    train_digits, test_digits = load_mnist()
    train_images, test_images = train_digits.map(normalize), test_digits.map(normalize)
    batch_size = 64
    model = DenoisingAutoencoder(encoding_size=32, noise_stddev=0.5)
    history = model.fit(
        training_batches(train_images, batch_size), epochs=2, steps_per_epoch=len(train_images) // batch_size
    )

    clean = next(iter(test_images.batch(1000)))  # (1000, 28, 28, 1)
    noisy = model.corrupt(clean)
    denoised = model.reconstruct(noisy)
    decibels = [float(tf.reduce_mean(tf.image.psnr(clean, images, max_val=1.0))) for images in (noisy, denoised)]
    print(
        f"held-out PSNR: noisy {decibels[0]:.1f} dB, denoised {decibels[1]:.1f} dB;"
        f" BCE to the clean pictures {float(model.batch_loss(clean)) / len(clean):.1f} nats per picture"
    )
    losses = [loss / batch_size for loss in history.history["loss"]]
    show_losses({"denoising, stddev 0.5": losses}, "denoising-loss", "nats per picture")
    show_images({"noisy": noisy[:10], "denoised": denoised[:10], "clean": clean[:10]}, "denoising-rows")

# %% [markdown]
# ## Experiment: weaker and stronger noise
#
# The model was trained at a deviation of 0.5. Show it the same digits with less and with more, and compare the PSNR
# before and after. (Some seconds.)

# %%
if __name__ == "__main__":
    rows = {}
    for deviation in (0.1, 0.3, 0.5, 0.7):
        noise = tf.random.normal(tf.shape(clean), stddev=deviation)
        corrupted = tf.clip_by_value(clean + noise, 0.0, 1.0)
        cleaned = model.reconstruct(corrupted)
        before, after = (
            float(tf.reduce_mean(tf.image.psnr(clean, images, max_val=1.0))) for images in (corrupted, cleaned)
        )
        print(f"deviation {deviation}: {before:.1f} dB before, {after:.1f} dB after")
        rows |= {f"noise {deviation}": corrupted[:10], f"cleaned {deviation}": cleaned[:10]}
    show_images(rows, "denoising-deviations")

# %% [markdown]
# ## Try
#
# * **Noisy targets** in the loss: about 12.4 dB, hardly more than the mean digit.
# * **No noise in training:** the model cleans what it never saw, to about 8 dB at $\sigma = 0.5$, worse than no model.
# * **A code of 10 numbers:** about 16 dB. What part of the error is noise, and what is lost in the bottleneck?
# * **Weak noise** ($\sigma = 0.1$): 22.6 dB go in, 21.0 come out. The model makes such pictures worse, because its 32
#   numbers cannot hold every stroke.

# %% [markdown]
# **Question.** What does the model do with a picture that is nothing but noise? And with a clean digit? Try a digit
# with more noise than it was trained on: does it fail gently, or does it invent another digit?

# %% [markdown]
# ## Summary
#
# * Corrupt the input, keep the target clean: the network has to learn what digits look like.
# * Draw the noise anew at every step, and none when the model is used.
# * Compare with something: with the noisy picture, with the mean digit, with a simple filter.
#
# **Terms.** *Corrupt*: change the input at random. *Clipping*: moving values to the nearest allowed one. *Target*: what
# the loss compares with. *MSE*: mean squared error. *PSNR, decibel*: closeness to the clean picture, on a logarithmic
# scale.
#
# **Further reading.** Vincent et al., *Extracting and Composing Robust Features with Denoising Autoencoders*, ICML
# 2008. Vincent et al., [Stacked Denoising Autoencoders](https://www.jmlr.org/papers/v11/vincent10a.html), JMLR 2010.
# Alain and Bengio, [What Regularized Auto-Encoders Learn from the Data-Generating
# Distribution](https://www.jmlr.org/papers/v15/alain14a.html), JMLR 2014: why removing noise teaches where the data
# lies.
