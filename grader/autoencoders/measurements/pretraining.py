"""Greedy pretraining of a stack of two layers: which layer moves when, on what, for how many batches.

The right half of the images is blank until after the first stage, and the first layer's weights there start at 0. A
weight that only ever saw blank pixels has a gradient of exactly 0, so in a right solution they never move, and the
codes of the second stage are the same with and without ink there.
"""

import numpy as np

from ...core import expect
from ...core.expect import Evidence, Failed, rounded
from ...protocol.frames import Want
from ...stats.causes import Diagnosis
from ..subject import Model, Pretrained, Subject
from ..thresholds import KEPT_WEIGHTS

PART, CLASS = "classifier", "StackedAutoencoderClassifier"
BATCH = 32
RIGHT_HALF = [row for row in range(784) if row % 28 >= 14]  # rows of the first kernel
SAME_LAYER = 1e-5  # of a weight: the same sums in another order
STAGE_STEPS, MARGIN = 20, 12  # of pretraining; batches that may be prefetched past the end of a stage


def expect_layer_by_layer(subject: Subject) -> Evidence:
    """Each layer moves in its own stage alone, on the codes of the layers below, and is kept for the fine-tuning."""
    model = _stack(subject)
    model.clear_rows((784, 48), RIGHT_HALF)
    before = [_kernel(model, shape) for shape in ((784, 48), (48, 20))]
    pretrained = model.pretrain(_half_blank_batches(subject), 2, STAGE_STEPS // 2)
    first, second = (_kernel(model, s) - b for s, b in zip(((784, 48), (48, 20)), before, strict=True))
    by_pixel = np.abs(first).max(axis=1).reshape(28, 28)
    left, right = float(by_pixel[:, :14].max()), float(by_pixel[:, 14:].max())
    evidence = Evidence(
        "layer 1 moves in stage 1 and is frozen in stage 2; layer 2 moves",
        f"layer 1 moves by {rounded(left, 2)}, then {rounded(right, 2)}; layer 2 by {rounded(np.abs(second).max(), 2)}",
    )
    _expect(left > 1e-4, FIRST_FROZEN, evidence)
    _expect(float(np.abs(second).max()) > 1e-4, SECOND_FROZEN, evidence)
    _expect(right <= 1e-7 or _is_frozen_later(subject), FIRST_MOVES, evidence)
    _expect_drawn(pretrained)
    if right <= 1e-7:
        _expect(_rebuilds_codes(subject, model), REBUILDS_PIXELS, evidence)
    _expect_kept(subject, model)
    return evidence


FIRST_FROZEN = Diagnosis("pretraining.first_layer_frozen", "The first layer does not move in its own stage.")
SECOND_FROZEN = Diagnosis("pretraining.second_layer_frozen", "The second layer is not pretrained.")
FIRST_MOVES = Diagnosis(
    "pretraining.first_layer_not_frozen", "The first layer moves while the second one is pretrained."
)


REBUILDS_PIXELS = Diagnosis(
    "pretraining.rebuilds_pixels",
    "The second layer is trained on something else than the codes of the first one: with the same codes and other "
    "pixels it ends otherwise.",
)


def _stack(subject: Subject) -> Model:
    """A stack of two layers, always from the same seed, with all that is built late."""
    subject.load(PART)  # which seeds as well, the first time
    subject.seed_submission("pretraining twice")
    model = subject.create(PART, CLASS, layer_sizes=[48, 20], n_classes=10)
    model.call("predict_probabilities", [subject.images.held_out(2)], Want("float32", (2, 10)))
    return model


def _rebuilds_codes(subject: Subject, model: Model) -> bool:
    """Whether the second layer ends the same where the right half, which no weight of the first one sees, stays blank.

    Where the first layer does not end the same, training is random beyond its seeds, and nothing can be told.
    """
    other = _stack(subject)
    other.clear_rows((784, 48), RIGHT_HALF)
    batches = _half_blank_batches(subject)
    batches[:, :, :, 14:] = 0
    other.pretrain(batches, 2, STAGE_STEPS // 2)
    first, second = ([_kernel(m, shape) for m in (model, other)] for shape in ((784, 48), (48, 20)))
    other.forget()
    return not expect.close(first[0], first[1], 1e-6) or expect.close(second[0], second[1], SAME_LAYER)


def _expect_drawn(pretrained: Pretrained) -> None:
    """Prefetching draws more batches than are used, but nothing trains on batches that were never drawn.

    Whoever keeps the codes of the batches of the first stage draws no others, and takes as many steps with each layer.
    """
    count = pretrained.drawn
    expect.that(
        count >= 2 * STAGE_STEPS or (count >= STAGE_STEPS and pretrained.stages_of(STAGE_STEPS) >= 2),
        "pretraining.too_few_batches",
        "For two layers, 2 epochs and {steps} steps per epoch pretrain draws only {count} batches.",
        "Each layer gets its own epochs × steps_per_epoch batches.",
        f"at least {2 * STAGE_STEPS}",
        count,
        steps=STAGE_STEPS // 2,
        count=count,
    )


def _is_frozen_later(subject: Subject) -> bool:
    """Whether the first layer ends the same whatever the later batches are.

    Tied weights and noisy inputs move weights of blank pixels too, so for them this decides.
    """
    ends = []
    for strength in (0.0, 1.0):
        model = _stack(subject)
        batches = _half_blank_batches(subject)
        batches[STAGE_STEPS + MARGIN :] *= np.float32(strength)
        model.pretrain(batches, 2, STAGE_STEPS // 2)
        ends.append(_kernel(model, (784, 48)))
    return expect.close(ends[0], ends[1], 1e-6)


def _expect_kept(subject: Subject, model: Model) -> None:
    """Fine-tuning starts from the pretrained weights: one step leaves them nearly as they are."""
    before = _kernel(model, (784, 48))
    images = subject.images.batches(0, 1, BATCH)
    model.fit_labels(images, subject.images.training_labels(0, BATCH).reshape(1, BATCH), 1, 1)
    after = _kernel(model, (784, 48))
    kept = float(np.corrcoef(before.ravel(), after.ravel())[0, 1])
    expect.that(
        not np.array_equal(before, after),
        "fine_tuning.layers_frozen",
        "The layers are frozen in fit: fine-tuning trains only what comes after them.",
        "fit trains all layers. Can each of them still be trained after pretrain?",
    )
    expect.that(
        KEPT_WEIGHTS.within(kept),
        "fine_tuning.weights_thrown_away",
        "fit does not start from the pretrained weights: they are thrown away.",
        "Let fit go on with the layers that pretrain has trained.",
        "weights that one step has hardly changed",
        f"a correlation of {rounded(kept, 2)} with them",
    )


def _expect(condition: bool, cause: Diagnosis, evidence: Evidence) -> None:
    if not condition:
        raise Failed(
            cause.code,
            cause.sentence,
            "Train layer k to rebuild the codes of the layers below, which do not move, and keep its weights.",
            evidence,
        )


def _half_blank_batches(subject: Subject) -> np.ndarray:
    """Batches for both stages; the right half lights up well after the first one."""
    batches = subject.images.batches(0, 2 * STAGE_STEPS + 2 * MARGIN, BATCH).copy()
    batches[: STAGE_STEPS + MARGIN, :, :, 14:] = 0
    return batches


def _kernel(model: Model, shape: tuple[int, int]) -> np.ndarray:
    """The weights of the one layer of this shape."""
    found = model.variables_of_shape(shape)
    if len(found) != 1:
        raise Failed(
            "layers.several_of_one_shape" if found else "layers.not_tracked",
            "The model tracks {count} Dense layers with weights of shape {shape}; it should be one.",
            "Layer k is a Dense layer of layer_sizes[k] units, kept in an attribute of the model, on flattened pixels.",
            Evidence(1, len(found)),
            count=len(found),
            shape=str(shape),
        )
    return found[0]
