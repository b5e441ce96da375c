# Generated from reference/vae.py, for you to edit: your code goes where a line says 'Your task'.
# %% [markdown]
# # Part 5: a variational autoencoder with TensorFlow Probability
#
# **You will** build the model of part 4 from layers that are made for it, and find out what a library does in your
# name. **You need** part 4. **Time:** the experiment takes about a minute for all digits on two cores, some ten seconds
# with the lab's 12,000; a step that is not compiled, four to six times as long.
#
# Part 4 did everything by hand. TensorFlow Probability has a layer for it: a **distribution layer** takes the numbers
# of the layer below as parameters of a distribution. What comes out *is* that distribution, and wherever a tensor is
# needed it stands for one sample, drawn when the layer was called. TensorFlow Probability's layers are written for
# Keras 2, and so is this lab.
#
# `MultivariateNormalTriL` goes a step further than part 4: its ten components may vary together, which their
# **covariance** measures. Its parameters are the mean and a lower triangular matrix $L$, the posterior is
# $\mathcal{N}(\mu, L L^\top)$, and `params_size` tells how many numbers that takes: 10 + 10 · 11 / 2 = 65.
#
# Two words of the library. The **batch shape** of a distribution says how many separate distributions it holds, the
# **event shape** what one draw from each of them looks like. `Normal(zeros(10), 1)` has batch shape (10,) and event
# shape (): ten distributions of a number. `Independent(..., reinterpreted_batch_ndims=1)` turns them into one
# distribution of a vector, event shape (10,). Only then is `log_prob` of a code one number, the sum over components.
#
# A **regularizer** is a term of the loss that belongs to a layer. The KL divergence comes from one of them,
# `KLDivergenceRegularizer`, which compares the posterior with a prior. It does not use a formula but an estimate from
# the sample $z$ at hand,
#
# $$\mathrm{KL}\left(q(z \mid x) \,\|\, p(z)\right) \approx \ln q(z \mid x) - \ln p(z), \qquad z \sim q(z \mid x),$$
#
# which is right on average (Kingma and Welling 2014, equation 6). Such an estimate is called **unbiased**: single ones
# are off, and may even be negative, but their mean is the divergence. A mean over random draws in place of an integral
# is a **Monte Carlo estimate**.
#
# **Mind the reduction**: is it a sum or a mean, and over which axes? Called with the posterior of a batch, the
# regularizer returns `weight` times the KL divergence *summed* over the batch, which is just what stands beside a
# summed cross-entropy. Keras also calls it by itself and collects the results in `model.losses`, but averaged over the
# batch, and listed twice in a model like ours. So we call it ourselves, and leave `model.losses` alone. The `weight` is
# $\beta$.
#
# **What to look at.** The same as in part 4: after two epochs a cross-entropy of 92 to 96 nats per picture, KL 17 to
# 19, sum 110 to 114. With the 12,000 digits of the lab, about 145 to 150, KL 9 to 10, sum 155 to 160.

# %%
import tensorflow as tf
import tensorflow_probability as tfp

from .autoencoder import Autoencoder
from .data import load_mnist, normalize, training_batches
from .plotting import show_images, show_losses

# %% [markdown]
# ## Task 5.1: `VariationalAutoencoder`
#
# * `build_encoder` makes two attributes besides the network that it returns: `prior`, a standard normal distribution
#   over vectors of `encoding_size` components, and `sampling_layer`, a distribution layer with a regularizer towards
#   that prior. The layer is the last one of the encoder; below it, a dense layer makes its parameters.
# * `encode` returns a sample as a tensor.
# * `batch_loss` adds the regularizer's value to the cross-entropy, both summed over the batch or averaged over its
#   pictures. One pass of the encoder gives both: the distribution that comes out keeps its sample. (Two passes with a
#   sample each are right, too, but take longer.)
#
# *Hint:* `Normal(zeros(10), 1)` is ten distributions of a number, not one of a vector: `Independent` joins them. A
# layer keeps its regularizer as `activity_regularizer`, and it can be called like a function.


# %%
class VariationalAutoencoder(Autoencoder):
    """A variational autoencoder with a multivariate Gaussian posterior from TensorFlow Probability."""

    def __init__(self, encoding_size: int = 10, beta: float = 1.0):
        self.beta = beta  # before the parent's __init__, which calls build_encoder
        super().__init__(encoding_size)

    def build_encoder(self) -> tf.keras.Model:
        """A network (B, 28, 28, 1) -> distribution over (B, encoding_size). Sets `prior` and `sampling_layer`."""
        raise NotImplementedError("Your task: vae, VariationalAutoencoder.build_encoder")

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> (B, encoding_size), a fresh sample of the posterior at each call."""
        raise NotImplementedError("Your task: vae, VariationalAutoencoder.encode")

    def batch_loss(self, inputs: tf.Tensor) -> tf.Tensor:
        """Binary cross-entropy + beta · KL divergence (estimated), in nats, summed over (B, 28, 28, 1); a scalar."""
        raise NotImplementedError("Your task: vae, VariationalAutoencoder.batch_loss")


# %% [markdown]
# ## Experiment
#
# Train for two epochs, print the two terms of the loss, and compare two samples of the same posterior with the
# original. Between two Gaussians TensorFlow Probability also knows the exact KL divergence, if both are
# multivariate: the experiment uses it as a check of the estimate.

# %%
if __name__ == "__main__":
    train_digits, test_digits = load_mnist()
    train_images, test_images = train_digits.map(normalize), test_digits.map(normalize)
    batch_size = 64
    model = VariationalAutoencoder(encoding_size=10, beta=1.0)
    history = model.fit(
        training_batches(train_images, batch_size), epochs=2, steps_per_epoch=len(train_images) // batch_size
    )

    held_out = next(iter(test_images.batch(1000)))  # (1000, 28, 28, 1)
    standard_normal = tfp.distributions.MultivariateNormalDiag(loc=tf.zeros(10))  # has an exact KL, nothing sampled
    divergence = float(tf.reduce_mean(model.encoder(held_out).kl_divergence(standard_normal)))
    negative_elbo = float(model.batch_loss(held_out)) / len(held_out)  # beta is 1
    print(
        f"held-out negative ELBO {negative_elbo:.1f} nats per picture"
        f" = BCE {negative_elbo - divergence:.1f} + KL {divergence:.1f}"
    )
    losses = [loss / batch_size for loss in history.history["loss"]]
    show_losses({"TensorFlow Probability, beta 1": losses}, "vae-loss", "nats per picture")
    originals = held_out[:10]
    show_images(
        {
            "original": originals,
            "one sample": model.reconstruct(originals),
            "another": model.reconstruct(originals),
            "invented": model.decode(model.prior.sample(10)),
        },
        "vae-reconstructions",
    )

# %% [markdown]
# ## Experiment: correlations
#
# The posterior of one picture has a covariance matrix. Divided by the deviations it becomes a matrix of correlations
# between -1 and 1, whose diagonal is 1. A model that uses no correlations shows nothing beside the diagonal. (Seconds.)

# %%
if __name__ == "__main__":
    import matplotlib.pyplot as plt
    import numpy as np

    from .plotting import show

    covariances = model.encoder(held_out[:3]).covariance().numpy()  # (3, 10, 10)
    deviations = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))  # (3, 10)
    figure, panels = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
    for axes, covariance, deviation in zip(panels, covariances, deviations):
        colours = axes.imshow(covariance / np.outer(deviation, deviation), cmap="RdBu", vmin=-1, vmax=1)
        axes.set(xticks=range(0, 10, 3), yticks=range(0, 10, 3))
    figure.colorbar(colours, ax=panels.tolist(), label="correlation")
    show(figure, "vae-correlations")

# %% [markdown]
# ## Try
#
# * **Add up `model.losses`** in place of calling the regularizer: at batches of 64 the KL divergence then counts for
#   2/64, a beta of 0.031. Cross-entropy 88, KL 38, sum 127 instead of 112.
# * **A prior without `Independent`:** ten numbers come out where one is expected. Print the shape of
#   `prior.log_prob(code)` with and without it.
# * **`MultivariateNormalDiag` as prior and `use_exact_kl=True`:** the formula in place of the estimate, and less noise
#   in the loss.

# %% [markdown]
# **Question.** The posterior of this part can be correlated, that of part 4 cannot, and yet the two reach about the
# same loss. Does the model use the freedom it has? (Of the 17.3 nats of its KL divergence, 1.9 come from correlations.)

# %% [markdown]
# ## Summary
#
# * A distribution layer makes parameters into a distribution, which is a tensor of samples where one is needed.
# * The regularizer estimates the KL divergence from the sample at hand: right on average, noisy for a single picture.
# * Before adding two terms, find out over what each was summed or averaged. A library may have done either.
#
# **Terms.** *Distribution layer*: a layer that returns a distribution. *Batch shape, event shape*: how many
# distributions, and the shape of a draw. *Regularizer*: a term of the loss that belongs to a layer. *Reduction*: sum or
# mean, and over which axes. *Unbiased*: right on average. *Monte Carlo estimate*: a mean over draws. *Covariance*: how
# two components vary together; divided by their deviations, the correlation.
#
# **Further reading.** TensorFlow Probability, [Variational autoencoders with
# probabilistic layers](https://www.tensorflow.org/probability/examples/Probabilistic_Layers_VAE) and [TensorFlow
# Distributions: a gentle
# introduction](https://www.tensorflow.org/probability/examples/TensorFlow_Distributions_Tutorial). Burda, Grosse and
# Salakhutdinov, [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519), ICLR 2016, for a tighter bound.
