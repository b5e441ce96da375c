# Generated from reference/autoencoder.py, for you to edit: your code goes where a line says 'Your task'.
# %% [markdown]
# # Part 2: the vanilla autoencoder
#
# **You will** write a Keras model with a training loop of its own, and see what ten numbers can hold of a digit. **You
# need** part 1, and to know what convolutions, dense layers and gradient descent are. **Time:** the experiment takes a
# little more than a minute for all digits on two cores, some 12 seconds with the lab's 12,000; a step that is not
# compiled, about twice as long.
#
# An autoencoder is two networks. The **encoder** squeezes a picture of 784 numbers into an *encoding*, or *code*, of
# ten; the **decoder** paints a picture from ten numbers. They are trained together to make the painted picture, the
# **reconstruction**, match the original. Ten numbers cannot hold 784, so the pair has to discover what digits have in
# common. The space of all codes is called the **latent space**: latent, because nobody tells the network what its ten
# numbers should mean.
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
# A *transposed convolution* doubles the side of a picture here; part 3 looks at how it does that. The encoding has no
# activation, so that each of its numbers may have either sign.
#
# **Loss.** A pixel $x_i \in [0, 1]$ is taken for the probability of ink, and so is its reconstruction $y_i$. The binary
# **cross-entropy** of a picture, BCE for short, is the sum over its 784 pixels,
#
# $$-\sum_i \left(x_i \ln y_i + (1 - x_i) \ln(1 - y_i)\right).$$
#
# Its unit is the **nat**, which is to the natural logarithm what the bit is to that of base 2: a nat is 1.44 bits.
# Guess a pixel that is ink with $y = 1/2$, and the surprise costs you $\ln 2 = 0.69$ nats; guess it with $y = 0.99$,
# and it costs 0.01. The loss of a batch is the *sum* over its pictures. Keras' loss functions average over the last
# axis: which axis is that here? In later parts the sum will be weighed against a second term, and the balance depends
# on it. Its mean per picture is as good; a mean over pixels is not. The **targets**, which the reconstructions are
# compared with, are the pictures with their greys, not in black and white, and nothing is added: a penalty on large
# weights belongs to the optimizer, as weight decay.
#
# **What to look at.** An untrained network answers about ½ everywhere, 784 · ln 2 = 543 nats per picture. Always
# answering with the mean picture costs 206 nats. Even a perfect copy costs 45.5, because a grey pixel is a surprise
# whatever one guesses. After two epochs a network that works costs about 87 nats per picture on test digits, and about
# 118 with the 12,000 digits of the lab.
#
# A network knows no more than the mean picture for its first hundred steps or more, and only then begins to tell digits
# apart: the loss of its batches stays near 200 nats per picture and then falls. The progress bar does not show that
# plateau: it shows the mean of all steps of the epoch so far, and the first of them were costly. Divided by 64, since
# it shows sums over batches, it goes through 275, 235, 209 and 187 at the first four tenths of the epoch, and ends at
# 135. The second epoch ends at 91. That is a mean over the epoch, during which the network still improved; the figure
# that the experiment prints at the end, on test digits, is lower.
#
# ## Three tools of TensorFlow
#
# * **`tf.GradientTape`**, the *tape*, records what is computed inside its `with` block, and afterwards tells the
#   derivative of a result with respect to any variable that took part. It watches trainable variables by itself. What
#   happens before the block or after it is not on the tape.
# * **`tf.function`** turns a Python function into a graph. At its first call the Python code runs once, with symbols in
#   place of numbers: this is called *tracing*. Later calls run the recorded graph without Python, here about twice as
#   fast. Whatever is Python and not TensorFlow happens while tracing only: a `print` prints once, and a random number
#   of NumPy becomes a constant. Variables may be created at the first call only. So wrap the step of *one* model, and
#   wrap it once, not in every iteration.
# * **`tf.train.Checkpoint`** writes variables to files. It finds them by walking along attributes: from `model` to
#   `encoder`, to its layers, to their weights. A variable that no attribute leads to is not saved. When restoring it
#   matches by the same names. If nothing matches it says nothing, and neither does it if there is no file and it gets
#   `None` for its name. `tf.train.CheckpointManager` numbers the files in a folder, and removes old ones if you tell it
#   how many to keep.

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
#   gradients, and let the optimizer apply them. The method returns the loss of its own batch before the step, no mean
#   over earlier batches.
# * Layers such as dropout and batch normalization are told in the loss that they train, and nowhere else: what becomes
#   of a picture does not depend on the other pictures of its batch.
# * `fit` repeats the step, which you may compile with `tf.function`. It draws its batches from the dataset in order,
#   shows a progress bar and returns Keras' `History`, with the mean loss of each epoch under `"loss"`.
# * `create_checkpoint`, `save` and `restore` keep one checkpoint of the weights **and** of the optimizer in a folder.
#   An optimizer that forgets its **momentum**, its mean of earlier gradients, does not continue where it stopped.
#
# *Hint:* `tf.keras.callbacks.CallbackList` gives you Keras' progress bar and History for a loop of your own.


# %%
class Autoencoder(tf.keras.Model):
    """A convolutional autoencoder: picture (B, 28, 28, 1) -> encoding (B, encoding_size) -> picture.

    A class that overrides a hook inherits the training loop and the checkpoints.
    """

    def __init__(self, encoding_size: int = 10):
        super().__init__()
        self.encoding_size = encoding_size
        raise NotImplementedError("Your task: autoencoder, Autoencoder.__init__")

    def build_encoder(self) -> tf.keras.Model:
        """A network (B, 28, 28, 1) -> (B, encoding_size)."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.build_encoder")

    def build_decoder(self) -> tf.keras.Model:
        """A network (B, encoding_size) -> (B, 28, 28, 1) in [0, 1]."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.build_decoder")

    def create_checkpoint(self, path: str = "./model/checkpoint") -> None:
        """Keep checkpoints of the weights and the optimizer in the folder `path`, one at a time."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.create_checkpoint")

    def save(self) -> None:
        """Write a checkpoint; the one before is removed."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.save")

    def restore(self) -> None:
        """Read the checkpoint back. Raises FileNotFoundError if there is none in the folder."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.restore")

    def encode(self, inputs: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> (B, encoding_size)."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.encode")

    def decode(self, encodings: tf.Tensor) -> tf.Tensor:
        """(B, encoding_size) -> (B, 28, 28, 1) in [0, 1]."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.decode")

    def reconstruct(self, inputs: tf.Tensor) -> tf.Tensor:
        """(B, 28, 28, 1) -> (B, 28, 28, 1): encode, then decode."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.reconstruct")

    def batch_loss(self, inputs: tf.Tensor) -> tf.Tensor:
        """Binary cross-entropy in nats, summed over the pixels and pictures of (B, 28, 28, 1); a scalar."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.batch_loss")

    def fit_iteration(self, inputs: tf.Tensor) -> tf.Tensor:
        """One gradient step on one batch (B, 28, 28, 1). Returns the batch's loss before the step, a scalar."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.fit_iteration")

    def fit(self, dataset: tf.data.Dataset, epochs: int, steps_per_epoch: int) -> tf.keras.callbacks.History:
        """Train on batches drawn in order from `dataset`. Returns Keras' History with the mean "loss" of each epoch."""
        raise NotImplementedError("Your task: autoencoder, Autoencoder.fit")


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
# ## Experiment: where the codes lie
#
# Encode a thousand test digits and look at the cloud, coloured by digit. The labels were not used in training: that the
# digits gather in groups is the network's own discovery. Then walk along a straight line from the code of one digit to
# that of another, and decode what lies between. This is **interpolation**. (Some seconds.)

# %%
if __name__ == "__main__":
    import numpy as np

    from .plotting import show_codes

    labels = next(test_digits.map(lambda image, label: label).batch(1000).as_numpy_iterator())  # (1000,)
    codes = np.asarray(model.encode(held_out))  # (1000, 10)
    show_codes({"autoencoder, 10 numbers from the side": codes}, labels, "autoencoder-codes")
    walks = [np.linspace(codes[first], codes[last], 11) for first, last in ((0, 1), (2, 3), (4, 5))]  # (11, 10) each
    show_images(
        {f"walk {number}": model.decode(walk) for number, walk in enumerate(walks, start=1)}, "autoencoder-walks"
    )

# %% [markdown]
# ## Experiment: the first 500 steps
#
# Watch an untrained model learn: the same ten test digits, reconstructed after every tenth step. Grey at first, then
# the mean picture for all of them, then shapes. The curve shows the loss of every single batch, so here is the plateau
# that the progress bar hides. (Half a minute.)

# %%
if __name__ == "__main__":
    from .plotting import show_animation

    watched = Autoencoder(encoding_size=10)
    step = tf.function(watched.fit_iteration)
    frames, step_losses = [watched.reconstruct(held_out[:10])], []
    for number, batch in enumerate(training_batches(train_images, batch_size).take(500), start=1):
        step_losses.append(float(step(batch)) / batch_size)
        if number % 10 == 0:
            frames.append(watched.reconstruct(held_out[:10]))
    steps = range(1, len(step_losses) + 1)
    show_losses({"one batch": step_losses}, "autoencoder-500-steps", "nats per picture", steps=steps)
    show_animation(frames, "autoencoder-500-steps")

# %% [markdown]
# ## Try
#
# * **Codes of 2 numbers:** the loss is much higher, and digits that look alike become one. The codes are a plane
#   already: draw them as they are.
# * **Codes of 64 numbers:** the loss is lower and strokes are sharper. But nothing below 45.5 is possible.
# * **The mean over pixels in place of the sum:** the printed figure is 784 times smaller. The training is hardly
#   different, because Adam divides a gradient by its own size. In part 4 the same change ruins the model.
# * **The step outside the tape:** TensorFlow says that there are no gradients. Which line has to move?

# %% [markdown]
# **Question.** Which digits are reconstructed worst, and what do they have in common? Halfway between two codes, is the
# decoded picture a digit? What does the decoder paint for a code from a place where no digit lies?

# %% [markdown]
# ## Summary
#
# * Encoder and decoder are trained as one network, whose target is its own input.
# * The bottleneck is what makes it learn: ten numbers have to tell the decoder all that it cannot guess.
# * A loss means something beside others only: 543 for ½ everywhere, 206 for the mean picture, 45.5 for a perfect copy.
# * One step is: forward pass on the tape, gradients, optimizer.
#
# **Terms.** *Autoencoder*: a network that copies its input through a bottleneck. *Encoder, decoder*: picture to code,
# code to picture. *Encoding, code*: the numbers between them. *Latent space*: all codes. *Reconstruction*: the decoded
# code of a picture. *Cross-entropy*: the loss, a surprise in nats. *Target*: what a reconstruction is compared with.
# *Nat*: unit of information, 1 / ln 2 bits. *Tape*: records the forward pass for the gradients. *Tracing*: running
# Python once to make a graph of it. *Checkpoint*: variables in a file. *Interpolation*: walking between two codes.
#
# **Further reading.** Hinton and Salakhutdinov, *Reducing the Dimensionality of Data with Neural Networks*, Science
# 2006. Goodfellow, Bengio and Courville, *Deep Learning*, MIT Press 2016, chapter 14. TensorFlow's guides
# [Introduction to gradients and automatic differentiation](https://www.tensorflow.org/guide/autodiff),
# [Better performance with tf.function](https://www.tensorflow.org/guide/function) and
# [Training checkpoints](https://www.tensorflow.org/guide/checkpoint).
