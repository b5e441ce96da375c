"""Checks of the part `sparse`, on garments that no submission has seen."""

import numpy as np

from grader.autoencoders.measurements.training import cost_of_mean_image
from grader.core.expect import Evidence, rounded, that
from grader.core.thresholds import Threshold
from grader.course import check
from grader.protocol.frames import Want
from grader.stats.metrics import cross_entropy, mosaic

PART, TARGET, STEPS, ARGUMENTS = "sparse", 0.05, 240, {"encoding_size": 64, "weight": 5.0}
ACTIVITY = Threshold("mean activity", "at most", 0.2)
COST = Threshold("share of the mean garment's cost", "at most", 0.9)


def garments(random, count):
    """Unlike those of the text, these lie on their side, and their sleeves are narrow."""
    x, y = np.mgrid[-1:1:28j, -1:1:28j]
    grey, width, height, sleeve = random.uniform([0.4, 0.3, 0.6, 0], [1, 0.5, 0.9, 0.9], (count, 4)).T[..., None, None]
    body = (abs(x) < width) & (abs(y) < height) & ((abs(x) > 0.1) | (y < -0.5) | (sleeve > 0.3))
    return (grey * (body | ((abs(x) < sleeve) & (abs(y + 0.6) < 0.1))))[..., None].astype(np.float32)


def divergence(p, q):
    """Of coins, summed, in nats."""
    return float(np.sum(p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))))


@check(PART, points=3)
def penalty_is_the_divergence(subject):
    """The penalty is the divergence of the activities from the target, summed over the numbers of the code."""
    for high in (0.1, 0.9):
        codes = subject.random(f"codes {high}").uniform(0.01, high, (32, 64)).astype(np.float32)
        found = subject.call_function(PART, "sparsity_penalty", [codes], Want("float32", ()), target=TARGET)
        right, exchanged = divergence(TARGET, codes.mean(axis=0)), divergence(codes.mean(axis=0), TARGET)
        code = "penalty.exchanged" if abs(found - exchanged) < 1e-3 * exchanged else "penalty.unknown"
        told = "The penalty should be {right:.4g} and is {found:.4g}.", "Which of the two coins goes first?"
        that(abs(found - right) < 1e-3 * right, code, *told, right=right, found=float(found))
    return Evidence("the divergence", "the divergence")


@check(PART, points=3)
def loss_adds_the_penalty(subject):
    """The loss is the cross-entropy plus the weighted penalty, summed or averaged over the batch."""
    model, images = subject.create(PART, "SparseAutoencoder", **ARGUMENTS), garments(subject.random("loss"), 16)
    model.set_learning_rate(0.0)
    loss, nats = model.fit_iteration(images), cross_entropy(images, model.reconstruct(images)).mean()
    right = nats + ARGUMENTS["weight"] * divergence(TARGET, model.encode(images).mean(axis=0))
    found = min((loss, loss / len(images)), key=lambda each: abs(each - right))
    code = "loss.without_penalty" if abs(found - nats) < 0.01 * nats else "loss.unknown"
    told = "A picture should cost {right:.4g} nats and costs {found:.4g}.", "Every picture pays the weighted penalty."
    that(abs(found - right) < 0.01 * right, code, *told, right=float(right), found=found)
    return Evidence(rounded(right), rounded(found))


@check(PART, points=4, needs=[loss_adds_the_penalty], thresholds=[ACTIVITY, COST])
def training_makes_codes_sparse(subject):
    """Codes of unseen garments become sparse, and the garments can still be told apart."""
    model, random = subject.create(PART, "SparseAutoencoder", **ARGUMENTS), subject.random("training")
    model.set_learning_rate(3e-3)
    model.train(garments(random, 16 * STEPS).reshape(STEPS, 16, 28, 28, 1))
    images = garments(random, 64)
    found, activity = model.reconstruct(images), rounded(model.encode(images).mean())
    cost = rounded(cross_entropy(images, found).mean() / cost_of_mean_image(images))
    subject.picture(PART, "Unseen garments above, their reconstructions below", mosaic(images[:10], found[:10]))
    told = "After training, the mean activity is {activity}.", "Does the gradient of the penalty reach the encoder?"
    that(ACTIVITY.within(activity), "codes.not_sparse", *told, activity=activity)
    told = "Unseen garments cost {cost} of what their mean picture costs.", "Do reconstructions depend on the code?"
    that(COST.within(cost), "codes.empty", *told, cost=cost)
    return Evidence(f"at most {ACTIVITY.limit:g} and {COST.limit:g}", f"{activity} and {cost}")
