"""Checks of the part `classifier`."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...core import expect
from ...core.expect import Evidence, Failed, rounded
from ...protocol.frames import Want
from ...stats.causes import Diagnosis
from ...subject.properties import for_all
from ..measurements.training import known_before
from ..registry import CHECKS
from ..subject import Model, Subject
from ..thresholds import ACCURACY, FINE_TUNING_STEPS, KEPT_WEIGHTS

PART, CLASS = "classifier", "StackedAutoencoderClassifier"
ACCURACY_BAR = ACCURACY.limit  # .78; 200 steps at batch 32 give .85 to .92; one batch for ever .6
KNOWS_NOTHING = 0.5  # a random network is right in 2 to 30 % of cases
BATCH, HELD_OUT = 32, 500
STAGE = 100  # steps; a slow solution gets several
NARROW = 16  # units; a narrower relu layer may be dead from the start, through no fault of the student
STAGE_STEPS, MARGIN = 20, 12  # of pretraining; batches that may be prefetched past the end of a stage


@dataclass(frozen=True)
class Fitted:
    """A model after fine-tuning on labels, and the classes (HELD_OUT,) it gives to held-out images before and after."""

    model: Model
    before: np.ndarray
    classes: np.ndarray
    steps: int


def fitted(subject: Subject) -> Fitted:
    """The one fine-tuned model of this part."""
    model = subject.create(PART, CLASS)
    _expect_untrained(float((_classes(subject, model) == _right_classes(subject, np.arange(10))).mean()))
    return _fit(subject, model, np.arange(10))


def _fit(subject: Subject, model: Model, label_of: np.ndarray) -> Fitted:
    """Fine-tune, digit d being labelled label_of[d], until held-out images are classified well.

    Every stage has the same batches, so that whoever uses one of them for ever never sees another.
    """
    right, before = _right_classes(subject, label_of), _classes(subject, model)
    images = subject.images.batches(0, STAGE, BATCH)
    labels = label_of[subject.images.training_labels(0, STAGE * BATCH)].reshape(STAGE, BATCH)
    steps = 0
    while steps < FINE_TUNING_STEPS.limit:
        model.fit_labels(images, labels, 1, STAGE)
        steps, classes = steps + STAGE, _classes(subject, model)
        if (classes == right).mean() > ACCURACY_BAR:
            FINE_TUNING_STEPS.record(steps)
            break
    return Fitted(model, before, classes, steps)


def _right_classes(subject: Subject, label_of: np.ndarray) -> np.ndarray:
    return np.asarray(label_of[subject.images.held_out_labels(HELD_OUT)])


def _classes(subject: Subject, model: Model) -> np.ndarray:
    return model.call("classify", [subject.images.held_out(HELD_OUT)], Want("int64", (HELD_OUT,)))[0]


def _expect_untrained(accuracy: float) -> None:
    if accuracy > KNOWS_NOTHING:
        evidence = Evidence(f"below {KNOWS_NOTHING:.0%}", f"{accuracy:.1%}")
        raise known_before("A fresh model", f"classifies {accuracy:.0%} of", evidence)


@CHECKS.check(PART, points=2)
def probabilities_are_a_distribution(subject: Subject) -> Evidence:
    """Probabilities of the requested classes are positive and add up to 1; the class is the most probable one."""
    cases: list[str] = []

    def claim(layer_sizes: list[int], n_classes: int) -> None:
        model = subject.create(PART, CLASS, layer_sizes=layer_sizes, n_classes=n_classes)
        images = subject.images.held_out(7)
        codes = model.call("encode", [images], Want("float32", (7, layer_sizes[-1])))[0]
        probabilities = model.call("predict_probabilities", [images], Want("float32", (7, n_classes)))[0]
        classes = model.call("classify", [images], Want("int64", (7,)))[0]
        _expect_distribution(probabilities, classes)
        telling = min(layer_sizes) < NARROW or bool(np.any(codes != codes[0]))
        message = "All images have the same encoding."
        expect.that(telling, "encoding.same_for_all_images", message, "Does the encoding see the image?")
        model.forget()
        cases.append(f"{layer_sizes} → {n_classes}")

    sizes, classes = st.lists(st.integers(1, 40), min_size=1, max_size=3), st.integers(2, 12)
    first = ({"layer_sizes": [256, 64], "n_classes": 10}, {"layer_sizes": [40, 30, 20], "n_classes": 3})
    for_all(subject, claim, first, examples=3, layer_sizes=sizes, n_classes=classes)
    return Evidence("positive, adding up to 1", f"so for layers → classes {'; '.join(cases[:5])}")


def _expect_distribution(probabilities: np.ndarray, classes: np.ndarray) -> None:
    sums = probabilities.sum(axis=1)
    low = float(probabilities.min())
    expect.that(
        low >= 0 and expect.close(sums, np.ones(len(sums)), 1e-4),
        "probabilities.no_distribution",
        "Probabilities should be positive and add up to 1, but the smallest is {low:.3g} and a sum is {sum:.3g}.",
        "Which activation makes a distribution of any numbers?",
        1.0,
        [rounded(s) for s in sums[:3]],
        low=low,
        sum=sums[0],
    )
    shift = (classes - probabilities.argmax(axis=1)) % probabilities.shape[1]
    expect.that(
        not shift.any(),
        "classes.not_the_most_probable",
        "classify does not give the most probable class of each image. {shifted}",
        "Along which axis is the largest probability searched?",
        [int(c) for c in probabilities.argmax(axis=1)],
        [int(c) for c in classes],
        shifted=f"All are shifted by {shift[0]}: the first class is 0." if shift.min() == shift.max() else "",
    )


@CHECKS.check(PART, points=3, thresholds=[KEPT_WEIGHTS])
def pretraining_trains_layer_by_layer(subject: Subject) -> Evidence:
    """Each layer is pretrained in its own stage while the layers below are frozen.

    The right half of the images is blank until after the first stage. A weight that only ever saw blank pixels has a
    gradient of exactly 0, so in a right solution the first layer's weights there never move.
    """
    model = subject.create(PART, CLASS, layer_sizes=[48, 20], n_classes=10)
    model.call(
        "predict_probabilities", [subject.images.held_out(2)], Want("float32", (2, 10))
    )  # builds what is built late
    before = [_kernel(model, shape) for shape in ((784, 48), (48, 20))]
    drawn = model.pretrain(_half_blank_batches(subject), 2, STAGE_STEPS // 2)
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
    _expect_drawn(drawn)
    _expect_kept(subject, model)
    return evidence


FIRST_FROZEN = Diagnosis("pretraining.first_layer_frozen", "The first layer does not move in its own stage.")
SECOND_FROZEN = Diagnosis("pretraining.second_layer_frozen", "The second layer is not pretrained.")
FIRST_MOVES = Diagnosis(
    "pretraining.first_layer_not_frozen", "The first layer moves while the second one is pretrained."
)


def _expect_drawn(count: int) -> None:
    """Prefetching draws more batches than are used, but nothing trains on batches that were never drawn."""
    expect.that(
        count >= 2 * STAGE_STEPS,
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
        subject.seed_submission("pretraining twice")
        model = subject.create(PART, CLASS, layer_sizes=[48, 20], n_classes=10)
        model.call("predict_probabilities", [subject.images.held_out(2)], Want("float32", (2, 10)))
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


@CHECKS.check(PART, points=5, needs=[probabilities_are_a_distribution], thresholds=[ACCURACY, FINE_TUNING_STEPS])
def beats_the_accuracy_bar(subject: Subject) -> Evidence:
    """After fine-tuning, most digits the model has never seen are classified correctly."""
    return _expect_accuracy(subject, subject.once(fitted), np.arange(10))


@CHECKS.check(PART, points=2, needs=[beats_the_accuracy_bar], thresholds=[ACCURACY, FINE_TUNING_STEPS])
def learns_the_labels_it_is_given(subject: Subject) -> Evidence:
    """The classifier learns whatever labels it is given, not what it expects of a digit.

    The model goes on with other labels: each digit gets that of another one, so what it has learned is all wrong.
    """
    secret = subject.random("secret labels").permutation(10)
    label_of = np.empty(10, np.int64)
    label_of[secret] = np.roll(secret, 1)  # one cycle through all digits
    return _expect_accuracy(subject, _fit(subject, subject.once(fitted).model, label_of), label_of)


def _expect_accuracy(subject: Subject, run: Fitted, label_of: np.ndarray) -> Evidence:
    right = _right_classes(subject, label_of)
    accuracy = float((run.classes == right).mean())
    evidence = Evidence(f"above {ACCURACY_BAR:.0%}", f"{accuracy:.1%} of {HELD_OUT} unseen digits")
    if not ACCURACY.within(accuracy):
        diagnosis = _diagnosis_of(subject, run, label_of)
        raise Failed(
            diagnosis.code,
            "Only {accuracy:.1%} of unseen digits are classified correctly after {steps} steps. {diagnosis}",
            "Does fit use every batch once, with its labels?",
            evidence,
            accuracy=accuracy,
            steps=run.steps,
            diagnosis=diagnosis.sentence,
        )
    return evidence


def _diagnosis_of(subject: Subject, run: Fitted, label_of: np.ndarray) -> Diagnosis:
    right = _right_classes(subject, label_of)
    accuracy = float((run.classes == right).mean())
    shifted = max(float(((run.classes + shift) % 10 == right).mean()) for shift in range(1, 10))
    first_batch = run.model.call("classify", [subject.images.training(0, BATCH)], Want("int64", (BATCH,)))[0]
    known = first_batch == label_of[subject.images.training_labels(0, BATCH)]
    fits = {
        "fine_tuning.nothing_moves": np.array_equal(run.classes, run.before),
        "fine_tuning.shifted_labels": shifted > ACCURACY_BAR,
        "fine_tuning.one_batch": accuracy > 0.3 and np.mean(known) > 0.95,
        "fine_tuning.one_class": np.ptp(run.classes) == 0,
        "fine_tuning.chance": accuracy < 0.3,
    }
    code = next((code for code, fitting in fits.items() if fitting), "fine_tuning.unknown")
    return Diagnosis(code, FINE_TUNING.get(code, ""))


FINE_TUNING = {
    "fine_tuning.nothing_moves": "Training has not changed a single answer.",
    "fine_tuning.shifted_labels": "Shifted by a constant they would be right.",
    "fine_tuning.one_batch": "The model knows the first batch by heart: is it one batch for ever?",
    "fine_tuning.one_class": "All digits get the same class: does training go downhill, and by the labels?",
    "fine_tuning.chance": "That is no better than chance: are the images trained with their own labels?",
}
