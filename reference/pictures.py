# %% [markdown]
# # Part `pictures`: pictures of what was learned
#
# **You will** draw what a model makes of a picture, and what it makes of its latent space. **You need** [[part
# `autoencoder` || the idea of an autoencoder]] for the tasks[[, part `vae` for the experiment. **Time:** the experiment
# trains two models, about two minutes for all digits on two cores, some twenty seconds with the lab's 12,000]].
#
# Two pictures tell more about an autoencoder than its loss.
#
# * A **strip** puts each original beside its reconstruction. A model that answers with the mean digit is found out at
#   a glance.
# * A **latent grid** decodes codes from a regular grid: two components walk, the others stay at 0. (A walk along one of
#   them is a **traversal**.) Neighbours in the grid are neighbours in the latent space, so a good
#   [[gaussian_vae or vae: variational ]]autoencoder turns one digit smoothly into another.
#
# How far should the walk go? [[gaussian_vae or vae: A component of a draw from the prior lies within 2.5 standard
# deviations of 0 in 98.8 % of all cases, hence the limits. All ten of them do so in 88 %, $0.988^{10}$. || As far as
# the codes lie.]] And a grid over two components is no picture of all codes: it is a **slice** through a space of ten
# dimensions, the one that goes through 0. What lies beside the slice[[gaussian_vae or vae: , and most of the prior
# does,]] is not on it.
#
# A picture of pictures is one array. If you hold pictures of shape (rows, columns, 28, 28), the pixel at (i, j, y, x)
# belongs at height 28 i + y and width 28 j + x. So the axes have to be *transposed*, brought into the order i, y, j, x,
# before the first two and the last two are joined. A `reshape` alone keeps the order of the numbers and cannot do that.
#
# [[vae: **What to look at.** With $\beta = 4$ the KL divergence costs four times as much, and the model spends less of
# it: 7 to 9 nats instead of 17 to 19, at the price of a cross-entropy of about 120 instead of 95. Its reconstructions
# are blurred; what about the digits it invents? With the 12,000 digits of the lab expect a cross-entropy of about 170
# and a KL divergence of 3, beside 150 and 9 for $\beta = 1$: train for ten epochs to see more than clouds.]]

# %%
import numpy as np
import tensorflow as tf

# %% [markdown]
# ## Task: `reconstruction_strip`
#
# One row per image, however many there are, the original on the left, its reconstruction on the right, both as they
# are: floats in [0, 1], not scaled to a brightest pixel. Ask the model for all reconstructions at once: it works on
# batches.
#
# *Hint:* put the pair of each row side by side first, and the rows below each other afterwards.


# %%
def reconstruction_strip(model: tf.keras.Model, images: np.ndarray) -> np.ndarray:
    """Images (n, 28, 28, 1) in [0, 1] -> float32 (n · 28, 56): each original left, its reconstruction right."""
    ### BEGIN SOLUTION
    originals = np.asarray(images, np.float32)  # (n, 28, 28, 1)
    reconstructions = np.asarray(model.reconstruct(originals), np.float32)  # (n, 28, 28, 1)
    pairs = np.concatenate([originals, reconstructions], axis=2)  # (n, 28, 56, 1)
    return pairs.reshape(-1, 56)  # (n · 28, 56)
    ### END SOLUTION


# %% [markdown]
# ## Task: `latent_grid`
#
# The first component grows from the top row to the bottom row, the second one from the left column to the right
# column; both take `n_samples` evenly spaced values, the limits included. All other components are 0. One call of
# `decode` for the whole grid is much faster than one for each picture. Many a text draws this grid with the components
# exchanged and the rows from the bottom up: compare with the sentence before.
#
# *Hint:* write down the encodings of a grid of 2 × 2 before you write code.


# %%
def latent_grid(model: tf.keras.Model, encoding_size: int = 10, n_samples: int = 25, limit: float = 2.5) -> np.ndarray:
    """The pictures that `model` decodes from a walk along its first two components.

    Returns float32 (n_samples · 28, n_samples · 28). Row i has the first component at the i-th, column j the second
    component at the j-th of `n_samples` evenly spaced values in [-limit, limit]. `encoding_size` and `n_samples`
    are at least 2.
    """
    ### BEGIN SOLUTION
    values = np.linspace(-limit, limit, n_samples)  # (n,)
    encodings = np.zeros((n_samples, n_samples, encoding_size), np.float32)
    encodings[..., 0] = values[:, np.newaxis]  # changes from row to row
    encodings[..., 1] = values[np.newaxis, :]  # changes from column to column
    decoded = model.decode(encodings.reshape(-1, encoding_size))  # (n · n, 28, 28, 1)
    pictures = np.asarray(decoded, np.float32).reshape(n_samples, n_samples, 28, 28)
    return pictures.transpose(0, 2, 1, 3).reshape(n_samples * 28, n_samples * 28)
    ### END SOLUTION


# %% [markdown] only="vae"
# ## Experiment
#
# Train two variational autoencoders for two epochs, one with $\beta = 1$ and one with $\beta = 4$, and compare their
# strips, their grids and the digits they invent.

# %% only="vae"
if __name__ == "__main__":
    import matplotlib.pyplot as plt
    import tensorflow_probability as tfp

    from .data import load_mnist, normalize, training_batches
    from .plotting import show, show_images
    from .vae import VariationalAutoencoder

    train_digits, test_digits = load_mnist()
    train_images, test_images = train_digits.map(normalize), test_digits.map(normalize)
    batch_size = 64
    batches = training_batches(train_images, batch_size)
    held_out = next(iter(test_images.batch(1000)))  # (1000, 28, 28, 1)

    models = {f"beta {beta:g}": VariationalAutoencoder(beta=beta) for beta in (1.0, 4.0)}
    standard_normal = tfp.distributions.MultivariateNormalDiag(loc=tf.zeros(10))
    for name, model in models.items():
        model.fit(batches, epochs=2, steps_per_epoch=len(train_images) // batch_size)
        divergence = float(tf.reduce_mean(model.encoder(held_out).kl_divergence(standard_normal)))
        cross_entropy = float(model.batch_loss(held_out)) / len(held_out) - model.beta * divergence
        print(
            f"{name}: held-out negative ELBO {cross_entropy + divergence:.1f} nats per picture"
            f" = BCE {cross_entropy:.1f} + KL {divergence:.1f}"
        )

    def show_side_by_side(drawings: dict[str, np.ndarray], name: str, height: float) -> None:
        """Write the drawings, arrays of one shape with values in [0, 1], beside each other into one picture."""
        width = sum(height * drawing.shape[1] / drawing.shape[0] for drawing in drawings.values())  # in inches
        figure, axes = plt.subplots(1, len(drawings), figsize=(width, height), layout="constrained")
        for cell, (title, drawing) in zip(axes, drawings.items(), strict=True):
            cell.imshow(drawing, cmap="gray", vmin=0, vmax=1)
            cell.set(title=title, xticks=[], yticks=[])
        show(figure, name)

    strips = {name: reconstruction_strip(model, held_out[:5]) for name, model in models.items()}
    show_side_by_side(strips, "pictures-strips", height=6)
    grids = {name: latent_grid(model) for name, model in models.items()}
    show_side_by_side(grids, "pictures-latent-grids", height=8)
    encodings = tf.random.normal((12, 10))  # twelve points of the prior, the same for both models
    show_images({name: model.decode(encodings) for name, model in models.items()}, "pictures-prior-samples")

# %% [markdown] only="vae"
# ## Experiment: two sliders
#
# Move through the slice by hand: the first two components follow the sliders, all others are 0. Where no notebook runs,
# a strip of the walk along either component is drawn instead. (At once; the models are those of the experiment above.)

# %% only="vae"
if __name__ == "__main__":

    def codes_at(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Codes (n, 10) whose first two components are `first` and `second`, both (n,), and the others 0."""
        return np.pad(np.stack([first, second], axis=1), ((0, 0), (0, 8))).astype(np.float32)

    def draw_one(first: float = 0.0, second: float = 0.0) -> None:
        """What the model with beta 1 decodes there."""
        plt.figure(figsize=(2.5, 2.5))
        plt.imshow(models["beta 1"].decode(codes_at(np.array([first]), np.array([second])))[0], cmap="gray")
        plt.axis("off")
        plt.show()

    try:
        from ipywidgets import interact
    except ImportError:
        interact = None
    if interact and "inline" in plt.get_backend():
        interact(draw_one, first=(-2.5, 2.5, 0.1), second=(-2.5, 2.5, 0.1))
    else:
        values, nothing = np.linspace(-2.5, 2.5, 11), np.zeros(11)
        walks = {"first": codes_at(values, nothing), "second": codes_at(nothing, values)}
        show_images({name: models["beta 1"].decode(codes) for name, codes in walks.items()}, "pictures-sliders")

# %% [markdown]
# ## Try
#
# * [[vae: **`beta=2`:** between the two, 106 nats of cross-entropy and 12 of KL.]]
# * **`limit=5`:** the grid leaves [[gaussian_vae or vae: the prior || the codes]]. What does a decoder paint where it
#   has never been?
# * [[**The plain autoencoder of part `autoencoder` on the same grid:** its codes are spread over a larger space, and 0
#   is no special place in it.]]
# * **Other components:** permute the columns of the codes before you decode. Which pair changes most? [[The KL
#   divergence of each component (part `gaussian_vae`) tells in advance.]]

# %% [markdown]
# **Question.** [[gaussian_vae or vae: Along one of the two components the digits may hardly change at all. What is the
# KL divergence of that component? || Which digits does the grid show, and which does it leave out? Why?]] [[vae and
# autoencoder: Draw the grid of the plain autoencoder of part `autoencoder` with the same limits: why does it look so
# different?]]

# %% [markdown]
# ## Summary
#
# * A strip shows what a model keeps of a picture, a grid what it makes of places where no picture lies.
# * A grid over two components is a slice, not the space.
# * [[vae: Larger $\beta$ buys a smoother space with blurred reconstructions.]]
# * To join axes, bring those that belong together side by side first; `reshape` does not move numbers.
#
# **Terms.** *Strip*: originals beside their reconstructions. *Latent grid*: decoded codes of a regular grid. *Slice*:
# the part of a space where some coordinates are held fixed. *Transpose*: change the order of axes. *Traversal*: a walk
# along one component.
#
# **Further reading.** [[gaussian_vae or vae: Higgins et al., [beta-VAE](https://openreview.net/forum?id=Sy2fzU9gl),
# ICLR 2017. Burgess et al., [Understanding disentangling in beta-VAE](https://arxiv.org/abs/1804.03599), 2018.]] White,
# *Sampling Generative Networks*, 2016, on how to walk in a latent space.
