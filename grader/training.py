"""Training under examination: held-out images before and after, in stages that stop when the verdict is clear.

What is judged has to come from the training that is watched: a fresh model must know nothing, a few steps must not
teach it everything, and nothing but the weights may be needed to decode an encoding.
"""

from dataclasses import dataclass

import numpy as np

from .expect import Evidence, Failed, rounded
from .lab import Lab, Model
from .measures import cross_entropy, mosaic

BATCH_SIZE = 16
RATE = 3e-3
HELD_OUT = 64
FIRST_STEPS = 5  # right solutions need about 40 to get from noise to the mean image
SAME_COST = 2.0  # nats an image, beside 5 standard errors: 16-bit encodings change the cost by .0002


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
        return cost_of_mean_image(self.images)


def cost_of_mean_image(images: np.ndarray) -> float:
    """What `images` cost when the answer is always their own mean image, in nats per image."""
    return float(cross_entropy(images, np.broadcast_to(images.mean(axis=0), images.shape)).mean())


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
    _expect_untrained(before, images, "A fresh model")
    model.set_learning_rate(RATE)
    losses = [model.train(lab.images.batches(0, FIRST_STEPS, BATCH_SIZE))]
    _expect_untrained(held_out_cross_entropy(model, images)[0], images, f"After {FIRST_STEPS} steps a model")
    losses.append(model.train(lab.images.batches(FIRST_STEPS, at_least - FIRST_STEPS, BATCH_SIZE)))
    steps = at_least
    after, reconstructions = held_out_cross_entropy(model, images)
    while not after < bar and steps < at_most:
        losses.append(model.train(lab.images.batches(steps, stage, BATCH_SIZE)))
        steps += stage
        after, reconstructions = held_out_cross_entropy(model, images)
    if after < bar:
        _expect_code_is_all(lab, model)
    return Trained(model, before, after, steps, np.concatenate(losses), images, reconstructions)


def _expect_untrained(cost: float, images: np.ndarray, whose: str) -> None:
    """Whoever has not been trained cannot be better than the mean image."""
    mean_image = cost_of_mean_image(images)
    if not cost > mean_image:
        raise Failed(
            f"{whose} already reconstructs digits that it has never seen.",
            "A model starts from random weights, and what it knows comes from the images it is trained on.",
            Evidence(f"above {rounded(mean_image)} nats an image", rounded(cost)),
        )


def _expect_code_is_all(lab: Lab, model: Model) -> None:
    """Encodings in 16-bit numbers, decoded in a process that has nothing but the weights, cost the same.

    The weights are taken before the first of these images is sent, so there is no way past the encoding.
    """
    twin = model.twin(lab.random("nothing in particular").random((2, 28, 28, 1), np.float32))
    try:
        images = lab.images.held_out(HELD_OUT, HELD_OUT)
        encodings = model.encode(images).astype(np.float16).astype(np.float32)
        here = cross_entropy(images, model.reconstruct(images))
        there = cross_entropy(images, twin.decode(encodings))
    finally:
        twin.lab.close()
    allowed = SAME_COST + 5 * float((there - here).std()) / np.sqrt(len(images))
    if not abs(float((there - here).mean())) <= allowed:
        raise Failed(
            "A second model with the same weights decodes the same encodings into other images.",
            "Nothing but the encoding may pass from the encoder to the decoder, and all that was learned has to be "
            "in variables of the model.",
            Evidence(f"{rounded(float(here.mean()))} nats an image", rounded(float(there.mean()))),
        )


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
        mosaic(*(lab.images.look.upright(x[:10]) for x in (run.images, run.reconstructions))),
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
