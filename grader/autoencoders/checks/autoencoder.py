"""Checks of the part `autoencoder`."""

from dataclasses import dataclass

import numpy as np

from ...core import expect
from ...core.expect import Evidence, rounded
from ...stats import cross_entropies, histories
from ...stats.metrics import cross_entropy
from ..measurements import checkpoints
from ..measurements.training import RATE, TRAINING, Trained, expect_good_reconstructions, good_cost, train_until
from ..registry import CHECKS
from ..subject import Model, Subject
from ..thresholds import LOSS_OFF, STEP_MISSED
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
            f"reconstruct(x) and decode(encode(x)) differ by up to {difference}.",
            "Nothing but the encoding may pass from the image to its reconstruction.",
            evidence,
        )
    return evidence


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
    model.set_learning_rate(0.01)
    answers = model.reconstruct(images)
    loss = model.fit_iteration(images)
    before, after = (float(cross_entropy(images, a).sum()) for a in (answers, model.reconstruct(images)))
    return Step(images, answers, loss, before, after)


@CHECKS.check(PART, points=3, needs=[reconstruct_is_decode_of_encode], thresholds=[LOSS_OFF])
def loss_is_cross_entropy(subject: Subject) -> Evidence:
    """The loss is the binary cross-entropy of the reconstruction, summed over pixels, before the step.

    A layer that acts otherwise while training, such as batch normalization, takes the right loss of a fresh model
    beyond the bar once in some 50 models. So TRIES models have to miss it, as a wrong formula always does.
    """
    for number in range(TRIES):
        step = _step(subject, fresh(subject) if number else shapes.of_size(subject, PART, CLASS, 10), number)
        task = _unit_of(step)
        if task is not None:
            break
    evidence = Evidence(f"{rounded(step.before)} nats, or their mean an image", f"{rounded(step.loss)}")
    if task is None:
        raise expect.Failed(_loss_message(step), _SUMS, evidence)
    if abs(step.loss / task / step.after - 1) < 0.02 < abs(step.loss / task / step.before - 1):
        raise expect.Failed(
            "The loss is that of the batch after the step.", "Return the loss that was computed before.", evidence
        )
    return evidence


_SUMS = "Sum over the pixels of each image; sum or average over the images."


def _unit_of(step: Step) -> float | None:
    """1 for a sum over the batch, 1 / B for a mean an image, None where neither is near; bits are off by 0.44."""
    off = {task: abs(step.loss / (step.before * task) - 1) for task in (1.0, 1.0 / len(step.images))}
    task = min(off, key=lambda known: off[known])
    return task if LOSS_OFF.within(off[task]) else None


def _loss_message(step: Step) -> str:
    message = "The loss is not the cross-entropy between the images and their reconstructions, summed over pixels."
    return f"{message} {cross_entropies.story_of(step.loss, step.images, step.answers)}".strip()


@dataclass(frozen=True)
class FirstSteps:
    """A model after a few steps at its own rate, as written; its variables and answers before and after them.

    answers: the encodings of some images, and the images painted from some encodings.
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
    expect.that(before, "The model has no trainable variables.", "Assign the networks to attributes of the model.")
    moved = [_moved(old, new) for old, new in zip(*run.answers, strict=True)]
    resting = [name for name, values in before.items() if not _moved(values, after.get(name))]
    expect.that(
        not resting,
        f"{len(resting)} of {len(before)} variables stay as they are: {', '.join(resting[:4])}. "
        f"{_WHAT_RESTS.get((moved[0], moved[1]), '')}".strip(),
        "The forward pass has to run inside the tape, in TensorFlow, and every gradient has to be applied.",
        "all variables move",
        f"{len(resting)} rest",
    )
    expect.that(
        all(moved),
        f"After three steps the answers are what they were. {_WHAT_RESTS.get((moved[0], moved[1]), '')}",
        "Are its variables among those that the optimizer gets?",
    )
    return Evidence("all variables move", f"{len(before)} of {len(before)} move")


_WHAT_RESTS = {  # by whether the encoder's and the decoder's answers change
    (False, True): "The encoder is not trained.",
    (True, False): "The decoder is not trained.",
    (False, False): "There is no gradient, or no step is taken.",
}


def _moved(before: np.ndarray, after: np.ndarray | None) -> bool:
    """Whether finite numbers changed; NaN is not a change."""
    return (
        after is not None and after.shape == before.shape and bool(np.isfinite(after).all() and np.any(after != before))
    )


@CHECKS.check(PART, points=3, needs=[encoding_has_requested_size, decoding_is_an_image], thresholds=TRAINING)
def loss_decreases(subject: Subject) -> Evidence:
    """Training lowers the cross-entropy of images the model has never seen."""
    run = subject.once(trained)
    bar = max(CLEAR_DECREASE * run.before, good_cost(subject))  # a good start is no fault
    evidence = Evidence(f"below {rounded(bar)} nats an image", f"{rounded(run.before)} → {rounded(run.after)}")
    if not run.after < bar:
        raise expect.Failed(
            f"After {run.steps} steps unseen images cost {run.after:.0f} nats each; they started at {run.before:.0f}. "
            f"{run.story}".strip(),
            "Check that the gradients of the loss reach the weights, and that the step goes downhill.",
            evidence,
        )
    return evidence


@CHECKS.check(PART, points=3, needs=[loss_decreases], thresholds=TRAINING, trained=trained)
def reconstructs_unseen_images(subject: Subject) -> Evidence:
    """Reconstructions of unseen images are clearly better than the mean image."""
    return expect_good_reconstructions(subject, PART, subject.once(trained))


@CHECKS.check(PART, points=2, needs=[loss_decreases], thresholds=TRAINING)
def fit_runs_requested_steps(subject: Subject) -> Evidence:
    """`fit` draws the batches of every epoch in order and records their mean loss."""
    model = subject.once(trained).model
    epochs, steps = 3, 4
    batches = _ever_fainter_batches(subject, epochs * steps, epochs * steps + 1)
    losses = _losses_at_rest(model, batches[: epochs * steps])
    recorded, each = model.fit(batches, epochs, steps), losses.reshape(epochs, steps)
    evidence = Evidence([f"{e.min():.5g} to {e.max():.5g}" for e in each], [rounded(r) for r in recorded])
    within = histories.is_within(recorded, each)
    if not within.all():
        every = np.concatenate([losses, model.train(batches[epochs * steps :])])
        raise expect.Failed(
            f"The recorded loss of epoch {int(np.argmin(within)) + 1} is none that its {steps} batches have. "
            f"{histories.story_of(recorded, every, steps)}".strip(),
            "Each epoch goes on with the next batches of the same iterator and records the mean of its losses.",
            evidence,
        )
    _expect_fit_trains(subject, model)
    return evidence


def _losses_at_rest(model: Model, batches: np.ndarray) -> np.ndarray:
    """The loss of each batch, for weights that a learning rate of 0 keeps as they are; momentum carries on for a while.

    After 5 times 12 steps a momentum of 0.9 has less than 1 % of its force left.
    """
    model.set_learning_rate(0.0)
    for _ in range(5):
        before = model.trainable_variables()
        losses = model.train(batches)
        rate, after = model.set_learning_rate(0.0), model.trainable_variables()
        expect.that(
            rate == 0,
            "The learning rate was set to 0, and after some steps it is another: the optimizer is made anew.",
            "Make the optimizer once, in the constructor, and use it in every step.",
            0.0,
            rounded(rate),
        )
        if not any(_moved(values, after.get(name)) for name, values in before.items()):
            break
    return losses


def _ever_fainter_batches(subject: Subject, used: int, more: int) -> np.ndarray:
    """Batches whose losses fall from one to the next, so that they can be told apart: the ink grows ever fainter.

    Those that nobody should get to have full ink, and so a loss that no late epoch has.
    """
    strength = np.concatenate([np.linspace(1, 0.08, used), np.ones(more)]).astype(np.float32)
    same = subject.images.batches(900, 1, SMALL_BATCH)
    return np.asarray(np.repeat(same, used + more, axis=0) * strength.reshape(-1, 1, 1, 1, 1), np.float32)


def _expect_fit_trains(subject: Subject, model: Model) -> None:
    model.set_learning_rate(RATE)
    before = model.trainable_variables()
    model.fit(subject.images.batches(950, 8, SMALL_BATCH), 1, 2)
    after = model.trainable_variables()
    moved = any(_moved(values, after.get(name)) for name, values in before.items())
    expect.that(moved, "`fit` leaves the weights as they are.", "Let `fit` take a training step on each batch.")


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
    checkpoints.expect_same_state(
        subject, first, saved, "The restored model gives other reconstructions than the saved one."
    )
    checkpoints.expect_same_step(subject, first, saved, next_step, _FORGETFUL)
    _expect_one_checkpoint(first)
    newcomer = fresh(subject)
    newcomer.create_checkpoint("first")
    newcomer.restore()
    checkpoints.expect_same_state(
        subject, newcomer, saved, "A new model does not restore what another one saved in the folder."
    )
    checkpoints.expect_same_step(subject, newcomer, saved, next_step, f"In a new model: {_FORGETFUL}")
    kept = "same outputs, same next step, one checkpoint kept"
    return Evidence(kept, kept)


_FORGETFUL = "The weights came back, but the next step is another one: the optimizer's state is not restored."


def _expect_one_checkpoint(model: Model) -> None:
    kept = model.checkpoint_count("first")
    expect.that(
        kept == 1,
        f"After two saves the folder that was asked for holds {kept} checkpoints.",
        "A CheckpointManager in that folder can keep just one.",
        1,
        kept,
    )
