# Generated from reference/gaussian_vae.py, for you to edit: your code goes where a line says 'Your task'.
# %% [markdown]
# # Part 4: a variational autoencoder by hand
#
# **You will** turn the autoencoder into a model that invents digits, write its loss from the formula, and see what each
# of its two terms does. **You need** part 2; from probability theory the normal distribution, expectations and
# logarithms of densities. **Time:** the first experiment takes about a minute for all digits on two cores, some ten
# seconds with the lab's 12,000; a step that is not compiled, two to three times as long.
#
# The autoencoder of part 2 copies digits but cannot invent one: between the codes it has met there are holes, and
# nobody knows what the decoder paints there. A **variational autoencoder** fills the holes. Its encoder answers not
# with a point but with a cloud, the **posterior** $q(z \mid x)$: a normal distribution with a mean $\mu$ and a variance
# $\sigma^2$ for each of the ten components of the code $z$, *after* the picture $x$ was seen. The decoder has to cope
# with any point of the cloud. And each cloud is pulled towards the **prior** $p(z)$, a normal distribution with mean 0
# and variance 1, *before* any picture was seen. It is pulled, not pushed all the way: a cloud that equalled the prior
# would say nothing about its picture. What comes of it is that the clouds are wide enough to touch, and together fill
# the space where the prior is. To invent a digit, draw $z$ from the prior and decode it.

# %% [markdown]
# ![Left, one component: the wide density of the prior around 0 and a narrow posterior with mean 1.2 and deviation 0.3;
# their KL divergence is 1.47 nats. Right, two components: small clouds of 34 pictures lie scattered within the circles
# of the prior, and dots are draws from one of them.](figures/posterior-and-prior.svg)

# %% [markdown]
# ## The loss: a bound on the likelihood
#
# Imagine how a digit comes to be: first $z$ is drawn from the prior, then the picture $x$ from what the decoder says of
# $z$, the **likelihood** $p(x \mid z)$. How probable this makes a picture, with all $z$ taken together, is the
# **evidence** $p(x) = \int p(x \mid z) \, p(z) \, dz$. We would like to make the evidence of the training digits as
# large as possible, but nobody can compute that integral: almost every $z$ explains a given $x$ badly. The encoder
# helps, since its posterior says where to look. (Which $z$ a picture may really have come from in this story, the
# *true* posterior $p(z \mid x)$, cannot be computed either; $q(z \mid x)$ approximates it.) Four lines make a loss of
# that:
#
# $$\begin{aligned}
# \ln p(x) &= \ln \int p(x \mid z) \, p(z) \, dz \\
#   &= \ln \mathbb{E}_{z \sim q(z \mid x)} \left[ \frac{p(x \mid z) \, p(z)}{q(z \mid x)} \right] \\
#   &\ge \mathbb{E}_{z \sim q(z \mid x)} \left[ \ln p(x \mid z) + \ln p(z) - \ln q(z \mid x) \right] \\
#   &= \mathbb{E}_{z \sim q(z \mid x)} \left[ \ln p(x \mid z) \right]
#     - \mathrm{KL}\left(q(z \mid x) \,\|\, p(z)\right) = \mathrm{ELBO}.
# \end{aligned}$$
#
# The second line multiplies and divides by $q$, the third is Jensen's inequality (the logarithm of a mean is at least
# the mean of the logarithms), and the fourth sorts the terms. The result is the *evidence lower bound*, **ELBO**
# (Kingma and Welling, *Auto-Encoding Variational Bayes*, ICLR 2014, equation 3). What the bound gives away is exactly
# the divergence of $q(z \mid x)$ from the true posterior, so the better the encoder, the tighter the bound.
#
# The **Kullback-Leibler divergence** $\mathrm{KL}(q \| p) = \mathbb{E}_{z \sim q} [\ln q(z) - \ln p(z)]$ says how far
# $q$ is from $p$. It is 0 for equal distributions and positive otherwise, and it is not symmetric. Here it is the
# price, in nats, of telling the decoder more than the prior does. For normal distributions it has a closed form
# (appendix B of the same paper), a sum over the components of the code:
#
# $$\mathrm{KL} = -\tfrac{1}{2} \sum_j \left(1 + \ln \sigma_j^2 - \mu_j^2 - \sigma_j^2\right).$$
#
# We minimize cross-entropy + $\beta$ · KL, both summed over the pictures of the batch. With $\beta = 1$ this is the
# negative ELBO; larger values press harder towards the prior (Higgins et al., *beta-VAE*, ICLR 2017).
#
# **Is the cross-entropy a log-likelihood?** For a picture of black and white pixels it is: each pixel is a coin that
# shows ink with probability $y_i$, and $-\ln p(x \mid z)$ is the cross-entropy of part 2. For grey pixels it is not a
# proper one. $y^x (1 - y)^{1 - x}$ has to add up to 1 over all values that a pixel can have, and over $[0, 1]$ it does
# not: for $y = 1/2$ its integral is ½, and other $y$ give other values (Loaiza-Ganem and Cunningham, *The continuous
# Bernoulli*, NeurIPS 2019). There is a reading that saves the bound: the cross-entropy is linear in $x$, so it is the
# mean over all black and white pictures that grey values, taken for probabilities, stand for. Our negative ELBO is a
# bound for those, with an encoder that has seen the grey one. It is right to compare it between models of this lab, and
# wrong to take it for the density of a grey picture.

# %% [markdown]
# ## Sampling
#
# The first term of the ELBO is estimated from one draw $z$ for each picture. But how does the encoder learn from a loss
# that depends on a draw? The result of a draw has no derivative with respect to $\mu$ or $\sigma$. The
# **reparameterization trick** (section 2.4 of the paper) takes the randomness out of the way:
# $z = \mu + \sigma \varepsilon$, with $\varepsilon$ drawn from a standard normal distribution, has the right
# distribution and is an ordinary function of $\mu$ and $\sigma$.

# %% [markdown]
# ![Two graphs from x over encoder, mean and deviation, z and decoder to the loss. Above, z is drawn, and the gradient
# that comes back from the loss ends there. Below, z is computed from mean, deviation and noise that enters from
# outside, and the gradient goes on to the encoder.](figures/reparameterization.svg)

# %% [markdown]
# **What to look at.** After two epochs on test digits: cross-entropy 92 to 96 nats per picture, KL 17 to 19, negative
# ELBO 110 to 114. The cross-entropy is higher than in part 2, because the decoder now gets a blurred code. With the
# 12,000 digits of the lab the model is still in the middle of its training: about 137 + 13 = 150.

# %%
import tensorflow as tf

from .autoencoder import Autoencoder
from .data import load_mnist, normalize, training_batches
from .plotting import show_images, show_losses

# %% [markdown]
# ## Task 4.1: `kl_divergence`
#
# Write the closed form for a batch of means and log-variances. One number for each picture: sum over the components,
# not over the batch.
#
# *Hint:* the network speaks in log-variances, $\ln \sigma^2$, because they may be any real number. For which mean and
# log-variance must the result be 0?


# %%
def kl_divergence(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """KL divergence of N(mean, exp(log_variance)) from N(0, I), in nats: two (B, encoding_size) -> (B,).

    Kingma and Welling 2014, appendix B.
    """
    raise NotImplementedError("Your task: gaussian_vae, kl_divergence")


# %% [markdown]
# ## Task 4.2: `GaussianVAE`
#
# * `build_encoder`: like that of part 2, but it answers with a mean **and** a log-variance for each component.
# * `encode_parameters` returns the two, each of shape (B, encoding_size).
# * `sample` draws one encoding for each row: fresh noise for every picture, every component and every call.
# * `encode` returns such a sample, so that `reconstruct`, which is inherited, decodes a sample.
# * `batch_loss` returns cross-entropy + beta · KL, summed over the batch or averaged over its pictures. One pass of the
#   encoder gives what both terms need. The KL may also be estimated from the sample, as $\ln q(z \mid x) - \ln p(z)$.
#   Beta is what the constructor got, from the first step to the last, and every nat of the KL counts, however few there
#   are.
# * Noise comes from TensorFlow: NumPy's is drawn once, when the training step is compiled, and never again.
#
# *Hint:* neither a mean nor a log-variance has a sign of its own, so the last layer has no activation. What turns a
# log-variance into a standard deviation?


# %%
class GaussianVAE(Autoencoder):
    """A variational autoencoder with independent Gaussian components, made by hand."""

    def __init__(self, encoding_size: int = 10, beta: float = 1.0):
        super().__init__(encoding_size)
        self.beta = beta

    def build_encoder(self) -> tf.keras.Model:
        """A network (B, 28, 28, 1) -> (B, 2 · encoding_size): the means, then the log-variances."""
        raise NotImplementedError("Your task: gaussian_vae, GaussianVAE.build_encoder")

    def encode_parameters(self, inputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """(B, 28, 28, 1) -> mean (B, encoding_size) and log-variance (B, encoding_size) of q(z | x)."""
        raise NotImplementedError("Your task: gaussian_vae, GaussianVAE.encode_parameters")

    def sample(self, mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
        """One fresh draw from N(mean, exp(log_variance)) for each row; all shapes (B, encoding_size)."""
        raise NotImplementedError("Your task: gaussian_vae, GaussianVAE.sample")

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> (B, encoding_size), a fresh sample of q(z | x) at each call."""
        raise NotImplementedError("Your task: gaussian_vae, GaussianVAE.encode")

    def batch_loss(self, inputs: tf.Tensor) -> tf.Tensor:
        """Binary cross-entropy + beta · KL divergence in nats, summed over the batch (B, 28, 28, 1); a scalar."""
        raise NotImplementedError("Your task: gaussian_vae, GaussianVAE.batch_loss")


# %% [markdown]
# ## Experiment
#
# Train for two epochs and look at the two terms of the loss on pictures the model has not seen. Then reconstruct the
# same pictures twice: how much do two samples differ? Finally, let the model invent ten digits.

# %%
if __name__ == "__main__":
    train_digits, test_digits = load_mnist()
    train_images, test_images = train_digits.map(normalize), test_digits.map(normalize)
    batch_size = 64
    model = GaussianVAE(encoding_size=10, beta=1.0)
    history = model.fit(
        training_batches(train_images, batch_size), epochs=2, steps_per_epoch=len(train_images) // batch_size
    )

    held_out = next(iter(test_images.batch(1000)))  # (1000, 28, 28, 1)
    divergence = float(tf.reduce_mean(kl_divergence(*model.encode_parameters(held_out))))
    negative_elbo = float(model.batch_loss(held_out)) / len(held_out)  # beta is 1
    print(
        f"held-out negative ELBO {negative_elbo:.1f} nats per picture"
        f" = BCE {negative_elbo - divergence:.1f} + KL {divergence:.1f}"
    )
    losses = [loss / batch_size for loss in history.history["loss"]]
    show_losses({"by hand, beta 1": losses}, "gaussian-vae-loss", "nats per picture")
    originals = held_out[:10]
    show_images(
        {
            "original": originals,
            "one sample": model.reconstruct(originals),
            "another": model.reconstruct(originals),
            "invented": model.decode(tf.random.normal((10, 10))),
        },
        "gaussian-vae-reconstructions",
    )

# %% [markdown]
# ## Experiment: two terms that pull
#
# Train a fresh model and measure both terms on test digits while it learns. In the beginning the KL divergence is 0:
# the encoder says nothing, and the decoder paints the mean picture. Then the model starts to pay nats of KL, and saves
# more nats of cross-entropy. The sum tells whether the bargain was good. (Half a minute.)

# %%
if __name__ == "__main__":
    learner = GaussianVAE(encoding_size=10, beta=1.0)
    step = tf.function(learner.fit_iteration)
    terms: dict[str, list[float]] = {"cross-entropy": [], "KL divergence": [], "sum": []}
    measured_at = []
    for number, batch in enumerate(training_batches(train_images, batch_size).take(601)):
        if number % 20 == 0:
            paid = float(tf.reduce_mean(kl_divergence(*learner.encode_parameters(held_out[:250]))))
            total = float(learner.batch_loss(held_out[:250])) / 250  # beta is 1
            measured_at.append(number)
            for name, value in {"cross-entropy": total - paid, "KL divergence": paid, "sum": total}.items():
                terms[name].append(value)
        step(batch)
    show_losses(terms, "gaussian-vae-terms", "nats per picture", steps=measured_at)

# %% [markdown]
# ## Experiment: the latent space
#
# Draw the means of the clouds of a thousand test digits, and one sample of each cloud, seen from the side from which
# they spread most. Then walk between two digits, as in part 2. (Some seconds.) The figure below shows such clouds for
# two models whose codes have two numbers only, so that nothing is hidden: one of part 2 and one of this part, both
# after a short training.

# %%
if __name__ == "__main__":
    import numpy as np

    from .plotting import show_codes

    labels = next(test_digits.map(lambda image, label: label).batch(1000).as_numpy_iterator())  # (1000,)
    means = np.asarray(model.encode_parameters(held_out)[0])  # (1000, 10)
    show_codes({"means of the posteriors": means, "samples of them": model.encode(held_out)}, labels, "vae-codes")
    walks = [np.linspace(means[first], means[last], 11) for first, last in ((0, 1), (2, 3), (4, 5))]  # (11, 10) each
    show_images({f"walk {number}": model.decode(walk) for number, walk in enumerate(walks, start=1)}, "vae-walks")

# %% [markdown]
# ![Codes of two numbers of 600 test digits, coloured by digit. Those of the autoencoder lie off the centre and reach as
# far as 9; those of the variational autoencoder lie around 0, nearly all within three deviations of the prior. In both,
# zeros and ones have a place of their own, while 3, 5 and 8 overlap.](figures/codes-by-digit.svg)

# %% [markdown]
# ## Try
#
# * **`beta=0.03`:** cross-entropy 88 and KL 38, the sum is 127. Reconstructions get better, draws from the prior worse:
#   the clouds are small, and most of the prior belongs to none of them.
# * **`beta=10`**, or 32 components: now some of them are not used. The question below asks what they look like.
# * **A mean over pixels in place of the sum** is, up to a factor, a beta of 784. The encoder gives up, the KL
#   divergence is 0, and every digit becomes the mean digit, at 206 nats.
# * **`exp(log_variance)` as the deviation:** it still trains, to about 136 + 11. Nothing crashes; only the numbers
#   tell.
# * **Decode the mean instead of a sample while training:** the loss looks splendid, and a sample costs about 2,000
#   nats.

# %% [markdown]
# **Question.** A nat of KL has to save more than a nat of cross-entropy, or the model would not spend it. Print the
# mean KL of each of the ten components at beta 1: all of them are used. Train with `beta=10`, or with an encoding of 32
# numbers, and print them again. What do mean and variance of an unused, or *collapsed*, component look like, and what
# does the decoder make of it?

# %% [markdown]
# ## Summary
#
# * The encoder answers with a cloud, the decoder copes with any point of it.
# * The loss is the negative ELBO: what the reconstruction costs, plus the price of the message.
# * The loss pulls each posterior towards the prior; that they fill it together follows.
# * Noise from outside, scaled and shifted, lets the gradient pass.
#
# **Terms.** *Prior*: the distribution of codes before a picture is seen. *Posterior*: that for one picture, as the
# encoder approximates it. *Likelihood*: the probability of a picture given a code. *Evidence*: the probability of a
# picture under the whole model. *KL divergence*: how far one distribution is from another, in nats. *ELBO*: a lower
# bound of the log-evidence. *Reparameterization*: writing a draw as a function of parameters and noise. *Beta*: the
# weight of the KL divergence. *Collapsed component*: one whose posterior equals the prior, so it tells nothing.
#
# **Further reading.** Kingma and Welling, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114), ICLR
# 2014. The same, *An Introduction to Variational Autoencoders*, Foundations and Trends in Machine Learning 2019.
# Doersch, [Tutorial on Variational Autoencoders](https://arxiv.org/abs/1606.05908), 2016. Higgins et al.,
# [beta-VAE](https://openreview.net/forum?id=Sy2fzU9gl), ICLR 2017.
