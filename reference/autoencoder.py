# %% [markdown]
# # Part 2: the vanilla autoencoder
#
# An autoencoder is two networks. The **encoder** squeezes a picture of 784 numbers into an *encoding* of ten; the
# **decoder** paints a picture from ten numbers. They are trained together to make the painted picture match the
# original. Ten numbers cannot hold 784, so the pair has to discover what digits have in common.
#
# The networks of this lab:
#
# | encoder | shape | decoder | shape |
# |---|---|---|---|
# | input | (B, 28, 28, 1) | encoding | (B, 10) |
# | convolution, 32 filters, kernel 3, stride 2, relu | (B, 13, 13, 32) | dense, 7·7·32, relu | (B, 1568) |
# | convolution, 64 filters, kernel 3, stride 2, relu | (B, 6, 6, 64) | reshape | (B, 7, 7, 32) |
# | flatten | (B, 2304) | transposed convolution, 64, stride 2, relu | (B, 14, 14, 64) |
# | dense, 10, no activation | (B, 10) | transposed convolution, 32, stride 2, relu | (B, 28, 28, 32) |
# | | | transposed convolution, 1, stride 1, sigmoid | (B, 28, 28, 1) |
#
# **Loss.** A pixel $x_i \in [0, 1]$ is taken for the probability of ink, and so is its reconstruction $y_i$. The binary
# cross-entropy of a picture, in nats, is the sum over its 784 pixels,
#
# $$-\sum_i \left(x_i \ln y_i + (1 - x_i) \ln(1 - y_i)\right),$$
#
# and the loss of a batch is the *sum* over its pictures. Keras' loss functions average over the last axis: which axis
# is that here? In later parts the sum will be weighed against a second term, and the balance depends on it.
#
# **What to look at.** An untrained network answers about ½ everywhere, 784 · ln 2 = 543 nats a picture. Always
# answering with the mean picture costs 206 nats. A network that works gets to about 91 in two epochs, and to about 118
# with the 12,000 digits of the lab. The progress bar shows the loss of a batch, so divide by 64. Expect it to rest near
# 200 for a hundred steps or more, while the network knows no more than the mean picture, and then to fall.

# %%
import tensorflow as tf

from .data import load_mnist, normalize, training_batches
from .plotting import show_images, show_losses

# %% [markdown]
# ## Task 2.1: your own `tf.keras.Model`
#
# The class has three *hooks*, `build_encoder`, `build_decoder` and `batch_loss`. Later parts of the lab replace one
# hook or two and inherit everything else, so it pays to keep them small.
#
# * `fit_iteration` is one step of training: run the forward pass **inside** a `tf.GradientTape`, ask the tape for the
#   gradients, and let the optimizer apply them. The tape watches trainable variables by itself.
# * `fit` repeats the step. It draws its batches from the dataset in order, shows a progress bar and returns Keras'
#   `History`, with the mean loss of each epoch under `"loss"`.
# * `create_checkpoint`, `save` and `restore` keep one checkpoint of the weights **and** of the optimizer in a folder.
#   An optimizer that forgets its momentum does not continue where it stopped.
#
# *Hint:* `tf.keras.callbacks.CallbackList` gives you Keras' progress bar and History for a loop of your own.


# %%
class Autoencoder(tf.keras.Model):
    """A convolutional autoencoder: picture (B, 28, 28, 1) -> encoding (B, encoding_size) -> picture.

    Parts that override a hook inherit the training loop and the checkpoints.
    """

    def __init__(self, encoding_size: int = 10):
        super().__init__()
        self.encoding_size = encoding_size
        ### BEGIN SOLUTION
        self.encoder = self.build_encoder()
        self.decoder = self.build_decoder()
        self.loss_function = tf.keras.losses.binary_crossentropy
        self.optimizer = tf.keras.optimizers.Adam()
        self.compiled_step = tf.function(self.fit_iteration)  # one trace per model: it holds this model's variables
        self.create_checkpoint()
        ### END SOLUTION

    def build_encoder(self) -> tf.keras.Model:
        """A network (B, 28, 28, 1) -> (B, encoding_size)."""
        ### BEGIN SOLUTION
        return tf.keras.Sequential(
            [
                tf.keras.layers.InputLayer(input_shape=(28, 28, 1)),
                tf.keras.layers.Conv2D(32, kernel_size=3, strides=2, activation="relu"),  # (B, 13, 13, 32)
                tf.keras.layers.Conv2D(64, kernel_size=3, strides=2, activation="relu"),  # (B, 6, 6, 64)
                tf.keras.layers.Flatten(),  # (B, 2304)
                tf.keras.layers.Dense(self.encoding_size),  # (B, encoding_size), any real number
            ],
            name="encoder",
        )
        ### END SOLUTION

    def build_decoder(self) -> tf.keras.Model:
        """A network (B, encoding_size) -> (B, 28, 28, 1) in [0, 1]."""
        ### BEGIN SOLUTION
        return tf.keras.Sequential(
            [
                tf.keras.layers.InputLayer(input_shape=(self.encoding_size,)),
                tf.keras.layers.Dense(7 * 7 * 32, activation="relu"),  # (B, 1568)
                tf.keras.layers.Reshape((7, 7, 32)),  # (B, 7, 7, 32)
                tf.keras.layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu"),  # (B, 14, 14, 64)
                tf.keras.layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu"),  # (B, 28, 28, 32)
                tf.keras.layers.Conv2DTranspose(1, 3, strides=1, padding="same", activation="sigmoid"),
            ],
            name="decoder",
        )
        ### END SOLUTION

    def create_checkpoint(self, path: str = "./model/checkpoint") -> None:
        """Keep checkpoints of the weights and the optimizer in the folder `path`, one at a time."""
        ### BEGIN SOLUTION
        self.checkpoint = tf.train.Checkpoint(model=self)  # the model tracks its networks and its optimizer
        self.checkpoint_manager = tf.train.CheckpointManager(self.checkpoint, path, max_to_keep=1)
        ### END SOLUTION

    def save(self) -> None:
        """Write a checkpoint; the one before is removed."""
        ### BEGIN SOLUTION
        self.checkpoint_manager.save()
        ### END SOLUTION

    def restore(self) -> None:
        """Read the checkpoint back. Raises FileNotFoundError if there is none in the folder."""
        ### BEGIN SOLUTION
        latest = tf.train.latest_checkpoint(self.checkpoint_manager.directory)
        if latest is None:  # tf.train.Checkpoint.restore(None) would silently do nothing
            raise FileNotFoundError(f"no checkpoint in {self.checkpoint_manager.directory!r}: call save() first")
        self.optimizer.build(self.trainable_variables)  # so that its state is restored now, not at the next step
        self.checkpoint.restore(latest).assert_existing_objects_matched()
        ### END SOLUTION

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> (B, encoding_size)."""
        ### BEGIN SOLUTION
        return self.encoder(inputs)
        ### END SOLUTION

    def decode(self, encodings: tf.Tensor) -> tf.Tensor:
        """(B, encoding_size) -> (B, 28, 28, 1) in [0, 1]."""
        ### BEGIN SOLUTION
        return self.decoder(encodings)
        ### END SOLUTION

    def reconstruct(self, inputs: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> (B, 28, 28, 1): encode, then decode."""
        ### BEGIN SOLUTION
        return self.decode(self.encode(inputs))
        ### END SOLUTION

    def batch_loss(self, inputs: tf.Tensor) -> tf.Tensor:
        """Binary cross-entropy in nats, summed over the pixels and pictures of (B, 28, 28, 1); a scalar."""
        ### BEGIN SOLUTION
        per_pixel = self.loss_function(inputs, self.reconstruct(inputs))  # (B, 28, 28)
        return tf.reduce_sum(per_pixel)
        ### END SOLUTION

    def fit_iteration(self, inputs: tf.Tensor) -> tf.Tensor:
        """One gradient step on one batch (B, 28, 28, 1). Returns the batch's loss before the step, a scalar."""
        ### BEGIN SOLUTION
        with tf.GradientTape() as tape:
            loss = self.batch_loss(inputs)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return loss
        ### END SOLUTION

    def fit(self, dataset: tf.data.Dataset, epochs: int, steps_per_epoch: int) -> tf.keras.callbacks.History:
        """Train on batches drawn in order from `dataset`. Returns Keras' History with the mean "loss" of each epoch."""
        ### BEGIN SOLUTION
        callbacks = tf.keras.callbacks.CallbackList(
            add_history=True, add_progbar=True, model=self, verbose=1, epochs=epochs, steps=steps_per_epoch
        )
        batches = iter(dataset)
        callbacks.on_train_begin()
        for epoch in range(epochs):
            callbacks.on_epoch_begin(epoch)
            losses = []
            for step in range(steps_per_epoch):
                callbacks.on_train_batch_begin(step)
                losses.append(float(self.compiled_step(next(batches))))
                callbacks.on_train_batch_end(step, {"loss": losses[-1]})  # the progress bar shows the mean so far
            callbacks.on_epoch_end(epoch, {"loss": sum(losses) / len(losses)})
        callbacks.on_train_end()
        return self.history
        ### END SOLUTION


# %% [markdown]
# ## Experiment
#
# Train for two epochs, then look at five test pictures beside their reconstructions. Once a model is trained and
# saved, `restore()` brings it back and `fit` need not run again.

# %%
if __name__ == "__main__":
    train_digits, test_digits = load_mnist()
    train_images, test_images = train_digits.map(normalize), test_digits.map(normalize)
    batch_size = 64
    model = Autoencoder(encoding_size=10)
    history = model.fit(
        training_batches(train_images, batch_size), epochs=2, steps_per_epoch=len(train_images) // batch_size
    )
    model.save()

    held_out = next(iter(test_images.batch(1000)))  # (1000, 28, 28, 1)
    print(f"held-out BCE: {float(model.batch_loss(held_out)) / len(held_out):.1f} nats per picture")
    show_losses(
        {"autoencoder": [loss / batch_size for loss in history.history["loss"]]}, "autoencoder-loss", "nats per picture"
    )
    originals = held_out[:5]
    show_images({"original": originals, "reconstruction": model.reconstruct(originals)}, "autoencoder-reconstructions")

# %% [markdown]
# **Question.** Which digits are reconstructed worst, and what do they have in common? Try an encoding of 2 and of 64
# numbers: what changes in the loss, and what in the pictures?
