# %% [markdown]
# # Part 4: a variational autoencoder by hand
#
# The autoencoder of part 2 copies digits but cannot invent one: between the encodings it has met there are holes, and
# nobody knows what the decoder paints there. A **variational autoencoder** fills the holes. Its encoder answers not
# with a point but with a cloud, a Gaussian $q(z \mid x)$ with a mean $\mu$ and a variance $\sigma^2$ for each of the
# ten components. The decoder has to cope with any point of the cloud, and all clouds together are asked to look like
# the **prior** $p(z)$, a standard normal distribution. To invent a digit, draw $z$ from the prior and decode it.
#
# **Loss.** The log-likelihood of a picture is at least its *evidence lower bound*
# (Kingma and Welling, *Auto-Encoding Variational Bayes*, ICLR 2014, equation 3):
#
# $$\ln p(x) \;\ge\; \mathrm{ELBO} = \mathbb{E}_{z \sim q(z \mid x)}\left[\ln p(x \mid z)\right]
#   - \mathrm{KL}\left(q(z \mid x) \,\|\, p(z)\right).$$
#
# The first term is, up to its sign, the cross-entropy of part 2, estimated from one sample $z$. The second one is the
# price, in nats, of telling the decoder more than the prior does. For Gaussians it has a closed form
# (appendix B of the same paper), a sum over the components of the encoding:
#
# $$\mathrm{KL} = -\tfrac{1}{2} \sum_j \left(1 + \ln \sigma_j^2 - \mu_j^2 - \sigma_j^2\right).$$
#
# We minimize cross-entropy + $\beta$ · KL, both summed over the pictures of the batch. With $\beta = 1$ this is the
# negative ELBO; larger values press harder towards the prior (Higgins et al., *beta-VAE*, ICLR 2017).
#
# **Sampling.** A random number has no derivative with respect to $\mu$ or $\sigma$. But $z = \mu + \sigma \varepsilon$
# with $\varepsilon$ drawn from a standard normal distribution has one, and the right distribution
# (section 2.4, the *reparameterization trick*).
#
# **What to look at.** After two epochs: cross-entropy 92 to 96 nats a picture, KL 17 to 19, negative ELBO 111 to 114.
# With the 12,000 digits of the lab the model is still in the middle of its training: about 137 + 13 = 150.

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
    ### BEGIN SOLUTION
    per_component = tf.square(mean) + tf.exp(log_variance) - 1.0 - log_variance  # (B, encoding_size)
    return 0.5 * tf.reduce_sum(per_component, axis=-1)  # (B,)
    ### END SOLUTION


# %% [markdown]
# ## Task 4.2: `GaussianVAE`
#
# * `build_encoder`: like that of part 2, but it answers with a mean **and** a log-variance for each component.
# * `encode_parameters` returns the two, each of shape (B, encoding_size).
# * `sample` draws one encoding for each row: fresh noise for every picture, every component and every call.
# * `encode` returns such a sample, so that `reconstruct`, which is inherited, decodes a sample.
# * `batch_loss` returns cross-entropy + beta · KL, summed over the batch. Both terms must speak about the same forward
#   pass: encode the batch once.
#
# *Hint:* neither a mean nor a log-variance has a sign of its own, so the last layer has no activation. What turns a
# log-variance into a standard deviation?


# %%
class GaussianVAE(Autoencoder):
    """A variational autoencoder with independent Gaussian components, without TensorFlow Probability."""

    def __init__(self, encoding_size: int = 10, beta: float = 1.0):
        super().__init__(encoding_size)
        self.beta = beta

    def build_encoder(self) -> tf.keras.Model:
        """A network (B, 28, 28, 1) -> (B, 2 · encoding_size): the means, then the log-variances."""
        ### BEGIN SOLUTION
        convolutions = super().build_encoder().layers[:-1]  # all but the dense layer that makes the encoding
        return tf.keras.Sequential(
            [
                tf.keras.layers.InputLayer(input_shape=(28, 28, 1)),
                *convolutions,  # (B, 2304)
                tf.keras.layers.Dense(2 * self.encoding_size),
            ],
            name="encoder",
        )
        ### END SOLUTION

    def encode_parameters(self, inputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """(B, 28, 28, 1) -> mean (B, encoding_size) and log-variance (B, encoding_size) of q(z | x)."""
        ### BEGIN SOLUTION
        mean, log_variance = tf.split(self.encoder(inputs), 2, axis=-1)
        return mean, log_variance
        ### END SOLUTION

    def sample(self, mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
        """One fresh draw from N(mean, exp(log_variance)) for each row; all shapes (B, encoding_size)."""
        ### BEGIN SOLUTION
        noise = tf.random.normal(tf.shape(mean))  # (B, encoding_size)
        return mean + tf.exp(log_variance / 2.0) * noise
        ### END SOLUTION

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> (B, encoding_size), a fresh sample of q(z | x) at each call."""
        ### BEGIN SOLUTION
        return self.sample(*self.encode_parameters(inputs))
        ### END SOLUTION

    def batch_loss(self, inputs: tf.Tensor) -> tf.Tensor:
        """Binary cross-entropy + beta · KL divergence in nats, summed over the batch (B, 28, 28, 1); a scalar."""
        ### BEGIN SOLUTION
        mean, log_variance = self.encode_parameters(inputs)
        reconstructions = self.decode(self.sample(mean, log_variance))
        cross_entropy = tf.reduce_sum(self.loss_function(inputs, reconstructions))
        return cross_entropy + self.beta * tf.reduce_sum(kl_divergence(mean, log_variance))
        ### END SOLUTION


# %% [markdown]
# ## Experiment
#
# Train for two epochs and look at the two terms of the loss on pictures the model has not seen. Then reconstruct the
# same pictures twice: how much do two samples differ? At last, let the model invent ten digits.

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
# **Question.** A nat of KL has to save more than a nat of cross-entropy, or the model would not spend it. Print the
# mean KL of each of the ten components: are all of them used? What happens to a component that is not?
