"""Training under examination: held-out images before and after, in stages that stop when the verdict is clear."""

from dataclasses import dataclass

import numpy as np

from .expect import Evidence, Failed, rounded
from .lab import Lab, Model
from .measures import cross_entropy, mosaic

BATCH_SIZE = 16
RATE = 3e-3
HELD_OUT = 64


@dataclass(frozen=True)
class Trained:
    """A model that was trained with `fit_iteration`, and what its held-out images cost in nats per image."""

    model: Model
    before: float
    after: float
    steps: int
    losses: np.ndarray
    images: np.ndarray
    reconstructions: np.ndarray

    @property
    def mean_image(self) -> float:
        """What the held-out images cost when the answer is always their own mean image, in nats per image."""
        return float(cross_entropy(self.images, np.broadcast_to(self.images.mean(axis=0), self.images.shape)).mean())


def held_out_cross_entropy(model: Model, images: np.ndarray) -> tuple[float, np.ndarray]:
    """Nats per image of the model's reconstructions, and the reconstructions."""
    reconstructions = model.reconstruct(images)
    return float(cross_entropy(images, reconstructions).mean()), reconstructions


def train_until(
    lab: Lab, model: Model, bar: float, at_least: int = 150, at_most: int = 400, stage: int = 50
) -> Trained:
    """Train at batch 16 and rate 3e-3 for `at_least` steps, and on while held-out images still cost more than `bar`."""
    images = lab.images.held_out(HELD_OUT)
    before, _ = held_out_cross_entropy(model, images)
    model.set_learning_rate(RATE)
    losses = [model.train(lab.images.batches(0, at_least, BATCH_SIZE))]
    steps = at_least
    after, reconstructions = held_out_cross_entropy(model, images)
    while not after < bar and steps < at_most:
        losses.append(model.train(lab.images.batches(steps, stage, BATCH_SIZE)))
        steps += stage
        after, reconstructions = held_out_cross_entropy(model, images)
    return Trained(model, before, after, steps, np.concatenate(losses), images, reconstructions)


def expect_fresh_noise(lab: Lab, model: Model) -> None:
    """At learning rate 0 the same batch has two different losses, if training samples."""
    before = model.set_learning_rate(0.0)
    first, second = model.train(np.repeat(lab.images.batches(0, 1, BATCH_SIZE), 2, axis=0))
    model.set_learning_rate(before)
    if first == second:
        raise Failed(
            "The same batch has exactly the same loss twice: training sees no fresh noise.",
            "What does the network get while it is trained, and how often is its noise drawn?",
        )


def expect_good_reconstructions(lab: Lab, part: str, run: Trained, bar: float) -> Evidence:
    """Held-out cross-entropy below `bar`, with a picture of originals and reconstructions."""
    lab.picture(
        f"{part}-reconstructions",
        f"Unseen digits above, their reconstructions after {run.steps} steps below",
        mosaic(run.images[:10], run.reconstructions[:10]),
    )
    evidence = Evidence(f"below {bar:g} nats an image", rounded(run.after))
    if not run.after < bar:
        raise Failed(
            f"After {run.steps} steps unseen images cost {run.after:.0f} nats each; "
            f"answering with the mean image costs {run.mean_image:.0f}.",
            "Does the reconstruction depend on the encoding? Look at the picture of some reconstructions.",
            evidence,
        )
    return evidence
