"""Train the two models whose codes a figure shows, with codes of two numbers: `python -m benchmarks.figures.codes`.

Half a minute on one core: batches of 16 of the lab's 10,000 training digits, 1,250 steps at a learning rate of .003.
"""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf

from grader.autoencoders import mnist_subset
from reference.autoencoder import Autoencoder
from reference.gaussian_vae import GaussianVAE

CODES = Path(__file__).parent / "codes.json"
MODELS = {"autoencoder": Autoencoder, "gaussian_vae": GaussianVAE}
STEPS, BATCH, RATE, SHOWN = 1250, 16, 3e-3, 600


def codes_of(build: type[Autoencoder], train: np.ndarray, shown: np.ndarray) -> list[list[float]]:
    """The codes (n, 2) of the images `shown` after training; of a variational model the means of its posteriors."""
    tf.keras.utils.set_random_seed(0)
    model = build(encoding_size=2)
    model.optimizer.learning_rate = RATE
    step, draw = tf.function(model.fit_iteration), np.random.default_rng(0)
    for _ in range(STEPS):
        step(tf.constant(train[draw.choice(len(train), BATCH, replace=False)]))
    codes: list[list[float]] = np.round(np.asarray(model.encoder(shown), np.float64)[:, :2], 2).tolist()
    return codes


def main() -> None:
    """Write codes.json: the codes of the first test digits by model, and their labels."""
    digits = mnist_subset.load()
    train, test = (np.float32(digits[f"{split}_images"]).reshape(-1, 28, 28, 1) / 255 for split in ("train", "test"))
    measured = {name: codes_of(build, train, test[:SHOWN]) for name, build in MODELS.items()}
    CODES.write_text(json.dumps({"labels": digits["test_labels"][:SHOWN].tolist(), **measured}) + "\n")


if __name__ == "__main__":
    main()
