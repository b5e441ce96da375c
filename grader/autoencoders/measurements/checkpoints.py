"""Does a restored model go on where the saved one was? Its reconstructions, and those after one more step."""

import numpy as np

from ...core import expect
from ...core.expect import Evidence, rounded
from ...stats.causes import Diagnosis
from ..subject import Model, Subject
from ..thresholds import STEP_MISSED

BATCH_SIZE = 8
SAME = 2e-4  # of a pixel: reconstructions of equal weights differ by rounding alone
OTHER_WEIGHTS = Diagnosis(
    "checkpoint.weights_not_restored", "The restored model gives other reconstructions than the saved one."
)
OTHER_STEP = Diagnosis(
    "checkpoint.optimizer_not_restored",
    "The weights came back, but the next step is another one: the optimizer's state is not restored.",
)
OTHER_WEIGHTS_IN_A_NEW_MODEL = Diagnosis(
    "checkpoint.not_restored_in_a_new_model", "A new model does not restore what another one saved in the folder."
)
OTHER_STEP_IN_A_NEW_MODEL = Diagnosis(
    "checkpoint.optimizer_not_restored_in_a_new_model", f"In a new model: {OTHER_STEP.sentence}"
)
HINT = "Save the weights and the optimizer in one tf.train.Checkpoint."


def take_steps(subject: Subject, model: Model, start: int, stop: int) -> None:
    """Steps as the submission wrote them, on the batches from number `start` to `stop`."""
    for batch in subject.images.batches(start, stop - start, BATCH_SIZE):
        model.fit_iteration(batch)


def take_opposite_steps(subject: Subject, model: Model, start: int, stop: int) -> None:
    """Steps on negatives: an optimizer that remembers them takes another next step than one that does not."""
    for batch in subject.images.batches(start, stop - start, BATCH_SIZE):
        model.fit_iteration(1 - batch)


def state_of(subject: Subject, model: Model) -> np.ndarray:
    """Reconstructions (8, 28, 28, 1) of images the model has never seen."""
    return model.reconstruct(subject.images.held_out(8))


def after_one_more_step(subject: Subject, model: Model) -> np.ndarray:
    """Reconstructions after a step on a batch that is always the same, with global generators that are, too."""
    subject.seed_submission("one more step")
    take_steps(subject, model, 4, 5)
    return state_of(subject, model)


def expect_same_state(subject: Subject, model: Model, wanted: np.ndarray, cause: Diagnosis) -> None:
    """Raise Failed for `cause` unless the model reconstructs as the saved one did."""
    found = state_of(subject, model)
    if not expect.close(found, wanted, SAME):
        evidence = Evidence(
            "the same reconstructions", f"largest difference {rounded(np.abs(found - wanted).max(), 2)}"
        )
        raise expect.Failed(cause.code, cause.sentence, HINT, evidence)


def expect_same_step(subject: Subject, model: Model, saved: np.ndarray, wanted: np.ndarray, cause: Diagnosis) -> None:
    """Raise Failed for `cause` unless the next step leads from `saved` to `wanted`, as the saved model's did.

    It may miss by a part of its length, since some of Keras' optimizers keep a counter that no checkpoint holds. Where
    training is random, as with dropout, it may miss by twice as much as two steps of the restored model differ.
    """
    found = after_one_more_step(subject, model)
    missed, length = _distance(found, wanted), _distance(wanted, saved)
    if STEP_MISSED.within(missed / max(length, 1e-9)):
        return
    model.restore()
    usual = _distance(after_one_more_step(subject, model), found)
    if not (_is_random(subject, model) and missed <= 2 * usual):
        evidence = Evidence("the same step", f"one that misses it by {missed / max(length, 1e-9):.0%} of its length")
        raise expect.Failed(cause.code, cause.sentence, HINT, evidence, 0.5)


def expect_one(model: Model, folder: str) -> None:
    """The folder that was asked for holds one checkpoint after two saves."""
    kept = model.checkpoint_count(folder)
    expect.that(
        kept == 1,
        "checkpoint.several_kept" if kept > 1 else "checkpoint.other_folder",
        "After two saves the folder that was asked for holds {kept} checkpoints.",
        "A CheckpointManager in that folder can keep just one.",
        1,
        kept,
        kept=kept,
    )


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    """The root mean square of the differences."""
    return float(np.sqrt(np.mean((one - other) ** 2)))


def _is_random(subject: Subject, model: Model) -> bool:
    """Whether a batch has two losses for the same weights."""
    model.set_learning_rate(0.0)
    batch = subject.images.training(0, BATCH_SIZE)
    return model.fit_iteration(batch) != model.fit_iteration(batch)
