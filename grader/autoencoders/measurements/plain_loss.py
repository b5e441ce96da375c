"""A loss that is the cross-entropy alone: of a trained model, for images whose targets tell, and without a penalty."""

import numpy as np

from ...core import expect
from ...core.expect import Evidence, rounded
from ...stats import cross_entropies
from ...stats.causes import Diagnosis
from ...stats.formulas import Weights
from ...stats.gaussians import KLEstimate
from ...stats.metrics import cross_entropy
from ..subject import Model
from ..thresholds import STANDARD_ERRORS
from .losses import BatchLoss
from .situations import at_rest

STRONG = 10.0  # times the weights of a fresh encoder: a penalty on their squares is 100 times what it was
SILENT = 1e-3  # pixels that differ by less are one grey
PENALTY = 1e-3  # of the cross-entropy
NO_CROSS_ENTROPY = (
    "The loss is not the cross-entropy between the images and their reconstructions, summed over pixels. {diagnosis}"
)
SUMS = "Sum over the pixels of each image; sum or average over the images."


def expect_no_penalty(model: Model, image: np.ndarray) -> None:
    """For a fresh model and one image, (1, 28, 28, 1), as the cross-entropy of a batch would hide a penalty.

    Without a decoder every pixel is 1/2, whatever the encoder does; what else is in a loss grows with its weights.
    """
    model.set_learning_rate(0.0)
    model.scale_weights(0.0, decoder=True)
    wanted = model.fit_iteration(image)
    model.scale_weights(STRONG, decoder=False)
    try:
        answers, loss = model.reconstruct(image), model.fit_iteration(image)
    except expect.Diverged:  # numbers of half precision end before the weights do
        return
    if np.ptp(answers) < SILENT and not abs(loss / wanted - 1) <= PENALTY:
        raise expect.Failed(
            "loss.penalty_added",
            "With larger weights of the encoder and the same reconstructions, the loss is another: a penalty is added.",
            "The loss is the cross-entropy alone. What keeps weights small belongs to the optimizer: weight decay.",
            Evidence(rounded(wanted), rounded(loss)),
        )


def expect_cross_entropy_of(model: Model, images: np.ndarray) -> None:
    """The losses of a trained model are the cross-entropy, for a batch as large as those it was trained on.

    A model that does not come to rest has a check of its own.
    """
    try:
        (seen,) = at_rest(model, images, 0.0, _no_divergence).losses()
    except expect.Failed:
        return
    units = (1.0, 1.0 / seen.batch)
    if not STANDARD_ERRORS.within(min(seen.deviation(Weights(unit, unit)) for unit in units)):
        diagnosis = _diagnosis_of_trained(model, images, seen)
        evidence = Evidence(in_either_unit(seen.cross_entropy, seen.batch), f"{rounded(seen.loss)}")
        raise expect.Failed(diagnosis.code, NO_CROSS_ENTROPY, SUMS, evidence, diagnosis=diagnosis.sentence)


def in_either_unit(nats: float, images: int) -> str:
    """A right loss of a batch, as a sum and as a mean."""
    return f"{rounded(nats)} nats for the batch, or {rounded(nats / images)} per image"


def _no_divergence(_model: Model, images: np.ndarray, _training: bool) -> KLEstimate:
    return KLEstimate(np.zeros(len(images)), 0.0, 0.0)


def _diagnosis_of_trained(model: Model, images: np.ndarray, seen: BatchLoss) -> Diagnosis:
    """What explains the losses of very different batches."""
    batches = {"grey": images, "negative": 1 - images, "faint": images / 4}
    answers = {name: model.reconstruct(batch, training=True) for name, batch in batches.items()}
    nats = {name: float(cross_entropy(batch, answers[name]).sum()) for name, batch in batches.items()}
    found = {name: float(model.train(batch[None])[0]) for name, batch in batches.items() if name != "grey"}
    found = {"grey": seen.loss, **found}
    if abs(found["negative"] / found["grey"] - 1) < abs(nats["negative"] / nats["grey"] - 1) / 4:
        return Diagnosis("loss.mean_of_all_so_far", "It hardly changes from a batch to a very different one.")
    factors = [found[name] / nats[name] for name in batches]
    known = {cross_entropies.diagnosis_of(found[name], batches[name], answers[name]) for name in batches}
    if len(known) == 1 and (cause := known.pop()).sentence:
        return cause
    factor = min(factors[0], factors[0] * seen.batch, key=lambda f: abs(np.log(max(f, 1e-9))))
    if max(abs(other / factors[0] - 1) for other in factors) < 0.03:
        return Diagnosis("loss.other_factor", f"It is {rounded(factor, 3)} times the cross-entropy.")
    return cross_entropies.diagnosis_of(seen.loss, images, answers["grey"])
