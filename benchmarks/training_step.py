"""The reference's own training loop against Keras and an eager loop: `python -m benchmarks.training_step [ROUNDS]`.

The same network, optimizer and batches of 64 digits: `Autoencoder.fit`, Keras' own compile and fit, and the training
step called eagerly, as the lab's text had it. In turns, after a round that traces; prints ratios with their spread.
"""

import os
import statistics
import sys
import tempfile
import time
from contextlib import redirect_stdout
from io import StringIO

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from rich.console import Console

import mnist_subset
from reference.autoencoder import Autoencoder

BATCH, STEPS, EAGER_STEPS = 64, 60, 20


def batches() -> tf.data.Dataset:
    """Batches of training digits, for ever."""
    digits = mnist_subset.load()["train_images"].astype(np.float32) / np.float32(255)
    return (
        tf.data.Dataset.from_tensor_slices(digits)
        .shuffle(10_000)
        .repeat()
        .batch(BATCH, drop_remainder=True)
        .prefetch(2)
    )


def keras_model() -> tf.keras.Model:
    """The same network for Keras' own loop."""
    twin = Autoencoder()
    model = tf.keras.Sequential([twin.encoder, twin.decoder])
    model.compile(
        optimizer=tf.keras.optimizers.Adam(),
        loss=lambda x, y: tf.reduce_sum(tf.keras.losses.binary_crossentropy(x, y), axis=(1, 2)),
    )
    return model


def main() -> None:
    """Milliseconds a step of each, and the ratios of the rounds."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    data = batches()
    pairs = data.map(lambda x: (x, x))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # the reference keeps its checkpoints in the working folder
        ours, theirs, eager = Autoencoder(), keras_model(), Autoencoder()
        stream = iter(data)

        def eagerly() -> None:
            for _ in range(EAGER_STEPS):
                eager.fit_iteration(next(stream))

        ways = {
            "reference": (lambda: ours.fit(data, 1, STEPS), STEPS),
            "keras": (lambda: theirs.fit(pairs, epochs=1, steps_per_epoch=STEPS), STEPS),
            "eager": (eagerly, EAGER_STEPS),
        }
        took: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name, (run, steps) in ways.items():
                started = time.perf_counter()
                with redirect_stdout(StringIO()):
                    run()
                if number:  # the first round traces
                    took[name].append(1000 * (time.perf_counter() - started) / steps)
    console = Console(width=200)
    for name, values in took.items():
        console.print(f"{name}: {statistics.median(values):.1f} ms a step ({min(values):.1f} to {max(values):.1f})")
    for words, above, below in (("of Keras' fit", "reference", "keras"), ("faster than eager", "eager", "reference")):
        ratios = [a / b for a, b in zip(took[above], took[below], strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        console.print(f"(j) the reference: {statistics.median(ratios):.2f} times {words} ({spread})")


if __name__ == "__main__":
    main()
