"""Checks of the part `autoencoder`."""

from dataclasses import dataclass

import numpy as np

from ...core import expect
from ...core.expect import Evidence, rounded
from ...core.text import listed
from ...stats import cross_entropies, histories
from ...stats.causes import Diagnosis
from ...stats.diagnosis import DECODER_FROZEN, ENCODER_FROZEN, NOTHING_MOVES
from ...stats.metrics import cross_entropy
from ..measurements import checkpoints
from ..measurements.alone import expect_answers_alone
from ..measurements.fitting import expect_fit_trains
from ..measurements.plain_loss import (
    NO_CROSS_ENTROPY,
    SUMS,
    expect_cross_entropy_of,
    expect_no_penalty,
    in_either_unit,
)
from ..measurements.situations import grey_and_inked
from ..measurements.training import TRAINING, Trained, expect_good_reconstructions, good_cost, train_until
from ..measurements.weights import is_moved, losses_of_frozen_weights
from ..registry import CHECKS
from ..subject import Model, Subject
from ..thresholds import LOSS_OFF, STANDARD_ERRORS, STEP_MISSED
from . import shapes

PART, CLASS = "autoencoder", "Autoencoder"
TRIES = 3  # models that a loss is compared in before it is called wrong
SMALL_BATCH = 8  # half the cost of 16, and nearly as much learned in a step
FAINT = np.float32(0.1)  # of the ink: where a fresh model says 1/2, losses of logits stand out on images that are dark
CLEAR_DECREASE = 0.6  # of the held-out cross-entropy before training


def fresh(subject: Subject) -> Model:
    """A model of the lab's usual size."""
    return subject.create(PART, CLASS, encoding_size=10)


def trained(subject: Subject) -> Trained:
    """The one trained model of this part."""
    return train_until(subject, fresh(subject), at_least=125, stage=25, batch_size=SMALL_BATCH)


@CHECKS.check(PART, points=3)
def encoding_has_requested_size(subject: Subject) -> Evidence:
    """An encoding has as many numbers as were asked for, for any batch."""
    return shapes.encoding_has_requested_size(subject, PART, CLASS)


@CHECKS.check(PART, points=3)
def decoding_is_an_image(subject: Subject) -> Evidence:
    """Any encoding is decoded into a 28 × 28 image with values in [0, 1]."""
    return shapes.decoding_is_an_image(subject, PART, CLASS)


@CHECKS.check(PART, points=2, needs=[encoding_has_requested_size, decoding_is_an_image])
def reconstruct_is_decode_of_encode(subject: Subject) -> Evidence:
    """A reconstruction is what the decoder makes of the encoder's output."""
    model, images = shapes.of_size(subject, PART, CLASS, 10), subject.images.held_out(6)
    whole, in_steps = model.reconstruct(images), model.decode(model.encode(images))
    difference = rounded(np.abs(whole - in_steps).max())
    evidence = Evidence("no difference", f"largest difference {difference}")
    if not expect.close(whole, in_steps, 1e-4):
        raise expect.Failed(
            "reconstruction.not_decode_of_encode",
            "reconstruct(x) and decode(encode(x)) differ by up to {difference}.",
            "Nothing but the encoding may pass from the image to its reconstruction.",
            evidence,
            difference=difference,
        )
    return evidence


@dataclass(frozen=True)
class FirstSteps:
    """A model after a few steps at its own rate, as written; its variables and answers before and after them.

    answers: the encodings of some images, and the images decoded from some encodings.
    """

    model: Model
    variables: tuple[dict[str, np.ndarray], dict[str, np.ndarray]]
    answers: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def first_steps(subject: Subject) -> FirstSteps:
    """The one model of this part that takes its first steps as written."""
    model = fresh(subject)
    probe, codes = subject.images.held_out(4), subject.random("codes").normal(size=(4, 10)).astype(np.float32)
    answers, variables = (model.encode(probe), model.decode(codes)), model.trainable_variables()
    checkpoints.take_steps(subject, model, 0, 3)
    later = (model.encode(probe), model.decode(codes))
    return FirstSteps(model, (variables, model.trainable_variables()), (answers, later))


@CHECKS.check(PART, points=3)
def every_variable_learns(subject: Subject) -> Evidence:
    """A few steps move every trainable variable, in the encoder and in the decoder."""
    run = subject.once(first_steps)
    before, after = run.variables
    message = "The model has no trainable variables."
    expect.that(before, "training.no_variables", message, "Assign the networks to attributes of the model.")
    moved = [is_moved(old, new) for old, new in zip(*run.answers, strict=True)]
    cause = _WHAT_IS_FROZEN.get((moved[0], moved[1]), Diagnosis("training.variables_frozen"))
    frozen = [name for name, values in before.items() if not is_moved(values, after.get(name))]
    expect.that(
        not frozen,
        cause.code,
        "{frozen} of {total} variables are frozen: {names}. {diagnosis}",
        "The forward pass has to run inside the tape, in TensorFlow, and every gradient has to be applied.",
        "all variables move",
        f"{len(frozen)} are frozen",
        frozen=len(frozen),
        total=len(before),
        names=listed(frozen, 4),
        diagnosis=cause.sentence,
    )
    expect.that(
        all(moved),
        cause.code,
        "After three steps the answers are what they were. {diagnosis}",
        "Are its variables among those that the optimizer gets?",
        diagnosis=cause.sentence,
    )
    return Evidence("all variables move", f"{len(before)} of {len(before)} move")


_WHAT_IS_FROZEN = {  # by whether the encoder's and the decoder's answers change
    (False, True): ENCODER_FROZEN,
    (True, False): DECODER_FROZEN,
    (False, False): NOTHING_MOVES,
}


@CHECKS.check(PART, points=3, needs=[encoding_has_requested_size, decoding_is_an_image], thresholds=TRAINING)
def loss_decreases(subject: Subject) -> Evidence:
    """Training lowers the cross-entropy of images the model has never seen."""
    run = subject.once(trained)
    limit = max(CLEAR_DECREASE * run.before, good_cost(subject))  # a good start is no fault
    evidence = Evidence(f"below {rounded(limit)} nats per image", f"{rounded(run.before)} → {rounded(run.after)}")
    if not run.after < limit:
        trouble = run.diagnosis
        raise expect.Failed(
            trouble.code,
            "After {steps} steps unseen images cost {after:.0f} nats each; they started at {before:.0f}. {diagnosis}",
            "Check that the gradients of the loss reach the weights, and that the step goes downhill.",
            evidence,
            steps=run.steps,
            after=run.after,
            before=run.before,
            diagnosis=trouble.sentence,
        )
    return evidence


@CHECKS.check(PART, points=3, needs=[loss_decreases], thresholds=TRAINING, trained=trained)
def reconstructs_unseen_images(subject: Subject) -> Evidence:
    """Reconstructions of unseen images are clearly better than the mean image."""
    run = subject.once(trained)
    expect_answers_alone(run.model, run.images[:8])
    return expect_good_reconstructions(subject, PART, run)


@dataclass(frozen=True)
class Step:
    """One training step: its images and their reconstructions before it, the loss it returned, and costs in nats."""

    images: np.ndarray
    answers: np.ndarray
    loss: float
    before: float
    after: float


def _step(subject: Subject, model: Model, batch: int) -> Step:
    """A step that shows, to tell before from after."""
    images = FAINT * subject.images.training(batch, 16)
    model.note_phases(images)
    model.set_learning_rate(0.01)
    answers = model.reconstruct(images, training=True)
    loss = model.fit_iteration(images)
    later = model.reconstruct(images, training=True)
    before, after = (float(cross_entropy(images, a).sum()) for a in (answers, later))
    return Step(images, answers, loss, before, after)


@CHECKS.check(
    PART, points=3, needs=[reconstruct_is_decode_of_encode], thresholds=[LOSS_OFF, STANDARD_ERRORS, *TRAINING]
)
def loss_is_cross_entropy(subject: Subject) -> Evidence:
    """The loss is the binary cross-entropy of the reconstruction, summed over pixels, before the step, and no more.

    Layers act as they do in the loss. One that draws something takes the right loss of a fresh model far off now and
    then. So TRIES models have to miss it, as a wrong formula always does. A trained model has to be near, for images
    whose targets tell.
    """
    for number in range(TRIES):
        step = _step(subject, fresh(subject) if number else shapes.of_size(subject, PART, CLASS, 10), number)
        unit = _unit_of(step)
        if unit is not None:
            break
    evidence = Evidence(in_either_unit(step.before, len(step.images)), f"{rounded(step.loss)}")
    if unit is None:
        diagnosis = cross_entropies.diagnosis_of(step.loss, step.images, step.answers)
        raise expect.Failed(diagnosis.code, NO_CROSS_ENTROPY, SUMS, evidence, diagnosis=diagnosis.sentence)
    if abs(step.loss / unit / step.after - 1) < 0.02 < abs(step.loss / unit / step.before - 1):
        message = "The loss is that of the batch after the step."
        raise expect.Failed("loss.after_the_step", message, "Return the loss that was computed before.", evidence)
    expect_no_penalty(fresh(subject), subject.images.training(0, 1))
    try:
        model = subject.once(trained).model
    except expect.Failed:  # which has its own check
        return evidence
    expect_cross_entropy_of(model, grey_and_inked(subject.images.training(0, SMALL_BATCH)))
    return evidence


def _unit_of(step: Step) -> float | None:
    """1 for a sum over the batch, 1 / B for a mean per image, None where neither is near; bits are off by 0.44."""
    off = {unit: abs(step.loss / (step.before * unit) - 1) for unit in (1.0, 1.0 / len(step.images))}
    unit = min(off, key=lambda known: off[known])
    return unit if LOSS_OFF.within(off[unit]) else None


@CHECKS.check(PART, points=2, needs=[loss_decreases], thresholds=TRAINING)
def fit_runs_requested_steps(subject: Subject) -> Evidence:
    """`fit` draws the batches of every epoch in order and records their mean loss."""
    model = subject.once(trained).model
    epochs, steps = 3, 4
    batches = _ever_fainter_batches(subject, epochs * steps, epochs * steps + 1)
    losses = losses_of_frozen_weights(model, batches[: epochs * steps])
    recorded, each = model.fit(batches, epochs, steps), losses.reshape(epochs, steps)
    if _is_cross_entropy(model, batches[: epochs * steps], recorded):
        each = np.repeat(recorded[:, None], steps, axis=1)  # whatever `fit_iteration` returns for these batches
    evidence = Evidence([f"{e.min():.5g} to {e.max():.5g}" for e in each], [rounded(r) for r in recorded])
    within = histories.is_within(recorded, each)
    if not within.all():
        every = np.concatenate([losses, model.train(batches[epochs * steps :])])
        diagnosis = histories.diagnosis_of(recorded, every, steps)
        raise expect.Failed(
            diagnosis.code,
            "The recorded loss of epoch {epoch} is none that its {steps} batches have. {diagnosis}",
            "Each epoch goes on with the next batches of the same iterator and records the mean of its losses.",
            evidence,
            epoch=int(np.argmin(within)) + 1,
            steps=steps,
            diagnosis=diagnosis.sentence,
        )
    expect_fit_trains(model, subject.images.batches(950, 8, SMALL_BATCH))
    return evidence


def _is_cross_entropy(model: Model, batches: np.ndarray, recorded: np.ndarray) -> bool:
    """Whether each epoch has recorded a cross-entropy of its batches, as a sum or as a mean per image."""
    model.note_phases(batches[0])
    answers = model.reconstruct(batches.reshape(-1, 28, 28, 1), training=True)
    nats = cross_entropy(batches.reshape(-1, 28, 28, 1), answers).reshape(len(recorded), -1, SMALL_BATCH)
    return any(histories.is_within(recorded, each).all() for each in (nats.sum(axis=2), nats.mean(axis=2)))


def _ever_fainter_batches(subject: Subject, used: int, more: int) -> np.ndarray:
    """Batches whose losses fall from one to the next, so that they can be told apart: the ink grows ever fainter.

    Those that nobody should get to have full ink, and so a loss that no late epoch has.
    """
    strength = np.concatenate([np.linspace(1, 0.08, used), np.ones(more)]).astype(np.float32)
    same = subject.images.batches(900, 1, SMALL_BATCH)
    return np.asarray(np.repeat(same, used + more, axis=0) * strength.reshape(-1, 1, 1, 1, 1), np.float32)


@CHECKS.check(PART, points=2, needs=[encoding_has_requested_size, decoding_is_an_image], thresholds=[STEP_MISSED])
def checkpoint_round_trip(subject: Subject) -> Evidence:
    """A restored model gives the same outputs and makes the same next step."""
    first, second = fresh(subject), subject.once(first_steps).model
    for model, folder in ((first, "first"), (second, "second")):  # two models, so that a shared folder shows
        model.create_checkpoint(folder)
        checkpoints.take_opposite_steps(subject, model, 0, 1)
        model.save()
    checkpoints.take_opposite_steps(subject, first, 1, 3)
    first.save()
    saved, next_step = checkpoints.state_of(subject, first), checkpoints.after_one_more_step(subject, first)
    checkpoints.take_steps(subject, first, 5, 6)
    first.restore()
    checkpoints.expect_same_state(subject, first, saved, checkpoints.OTHER_WEIGHTS)
    checkpoints.expect_same_step(subject, first, saved, next_step, checkpoints.OTHER_STEP)
    checkpoints.expect_one(first, "first")
    newcomer = fresh(subject)
    newcomer.create_checkpoint("first")
    newcomer.restore()
    checkpoints.expect_same_state(subject, newcomer, saved, checkpoints.OTHER_WEIGHTS_IN_A_NEW_MODEL)
    checkpoints.expect_same_step(subject, newcomer, saved, next_step, checkpoints.OTHER_STEP_IN_A_NEW_MODEL)
    kept = "same outputs, same next step, one checkpoint kept"
    return Evidence(kept, kept)
