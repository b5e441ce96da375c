# %% [markdown]
# # Part `sparse`: a sparse autoencoder
#
# **You will** replace the bottleneck of part `autoencoder` by a price. **You need** part `autoencoder`. **Time:** the
# experiment takes some seconds.
#
# A code of 64 numbers between 0 and 1 can hold much more than one of 10. Let it, but demand that each number is
# *active* for few pictures only, one in twenty: an active one then says something particular, such as "long sleeves".
# The activity of number $j$ is its mean over the batch, $\hat\rho_j$. Its price is the divergence between two coins,
# one that shows heads as often as we want ($\rho = 0.05$) and one that does so as often as the number is active:
#
# $$P = \sum_j \left( \rho \log \frac{\rho}{\hat\rho_j} + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_j} \right).$$
#
# The loss of a picture is its cross-entropy plus a weight times $P$ (Ng, *Sparse autoencoder*, lecture notes, 2011).

# %%
import numpy as np
import tensorflow as tf

from .autoencoder import Autoencoder
from .plotting import show_images


def garments(random: np.random.Generator, count: int) -> np.ndarray:
    """Pictures (count, 28, 28, 1) in [0, 1] of trousers, skirts, and tops with sleeves of any length."""
    y, x = np.mgrid[-1:1:28j, -1:1:28j]
    low, high = [0.4, 0.3, 0.6, 0.0, 0.0], [1.0, 0.5, 0.9, 0.9, 0.8]
    grey, width, height, sleeve, flare = random.uniform(low, high, (count, 5)).T[..., None, None]
    legs = (abs(x) > 0.1) | (y < -0.5) | (sleeve > 0.3)  # one body where there are sleeves
    body = (abs(x) < width * (1 + flare * y)) & (abs(y) < height) & legs
    return (grey * (body | ((abs(x) < sleeve) & (abs(y + 0.5) < 0.2))))[..., None].astype(np.float32)


# %% [markdown]
# ## Task: the price
#
# *Hint:* the batch is the first axis. An activity of exactly 0 or 1 costs infinitely much, so keep a little away.


# %%
def sparsity_penalty(codes: tf.Tensor, target: float = 0.05) -> tf.Tensor:
    """Codes (B, encoding_size) in [0, 1] -> the price of their activities, in nats; a scalar."""
    ### BEGIN SOLUTION
    activity = tf.clip_by_value(tf.reduce_mean(codes, axis=0), 1e-6, 1 - 1e-6)  # (encoding_size,)
    heads, tails = target * tf.math.log(target / activity), tf.math.log((1 - target) / (1 - activity))
    return tf.reduce_sum(heads + (1 - target) * tails)
    ### END SOLUTION


# %% [markdown]
# ## Task: the model
#
# Two hooks are yours. The encoder is one dense layer with a sigmoid. The loss is the sum over the batch, as before, and
# the price is paid for every picture of it.


# %%
class SparseAutoencoder(Autoencoder):
    """An autoencoder with long codes of which little is active."""

    def __init__(self, encoding_size: int = 64, weight: float = 5.0):
        super().__init__(encoding_size)
        self.weight = weight

    def build_encoder(self) -> tf.keras.Model:
        """A network (B, 28, 28, 1) -> (B, encoding_size) in [0, 1]."""
        ### BEGIN SOLUTION
        flat = tf.keras.layers.Flatten(input_shape=(28, 28, 1))
        return tf.keras.Sequential([flat, tf.keras.layers.Dense(self.encoding_size, activation="sigmoid")])
        ### END SOLUTION

    def build_decoder(self) -> tf.keras.Model:
        """A network (B, encoding_size) -> (B, 28, 28, 1) in [0, 1], which is given: it learns in seconds."""
        hidden = tf.keras.layers.Dense(256, activation="relu", input_shape=(self.encoding_size,))
        pixels = tf.keras.layers.Dense(28 * 28, activation="sigmoid")
        return tf.keras.Sequential([hidden, pixels, tf.keras.layers.Reshape((28, 28, 1))])

    def batch_loss(self, inputs: tf.Tensor) -> tf.Tensor:
        """Cross-entropy of (B, 28, 28, 1) plus the price, in nats, summed over the batch; a scalar."""
        ### BEGIN SOLUTION
        codes = self.encode(inputs)
        cross_entropy = tf.reduce_sum(self.loss_function(inputs, self.decode(codes)))
        return cross_entropy + len(inputs) * self.weight * sparsity_penalty(codes)
        ### END SOLUTION


# %% [markdown]
# ## Experiment
#
# Train on garments. Each row shows the pictures that activate one number most: what does it stand for?

# %%
if __name__ == "__main__":
    pictures = garments(np.random.default_rng(0), 4096)
    model, batches = SparseAutoencoder(), tf.data.Dataset.from_tensor_slices(pictures).batch(16).repeat()
    model.fit(batches, epochs=2, steps_per_epoch=256)
    strongest = np.argsort(-np.asarray(model.encode(pictures)), axis=0)[:8]  # (8, 64)
    show_images({f"number {j}": pictures[strongest[:, j]] for j in range(6)}, "sparse-numbers")
