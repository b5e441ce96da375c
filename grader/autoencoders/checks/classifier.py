"""Checks of the part `classifier`."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...core import expect
from ...core.expect import Evidence, Failed, rounded
from ...protocol.frames import Want
from ...stats.causes import Diagnosis
from ...subject.properties import for_all
from ..measurements import pretraining
from ..measurements.alone import expect_same
from ..measurements.pretraining import BATCH, expect_layer_by_layer
from ..measurements.training import known_before
from ..measurements.weights import is_moved
from ..registry import CHECKS
from ..subject import Model, Subject
from ..thresholds import ACCURACY, FINE_TUNING_STEPS, KEPT_WEIGHTS

KNOWS_NOTHING = 0.5  # a random network is right in 2 to 30 % of cases
PART, CLASS = pretraining.PART, pretraining.CLASS
HELD_OUT = 500
STAGE = 100  # steps; a slow solution gets several
NARROW = 16  # units; a narrower relu layer may be dead from the start, through no fault of the student


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
        if (classes == right).mean() > ACCURACY.limit:
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
    """Each layer is pretrained in its own stage, on the codes of the layers below, which are frozen."""
    return expect_layer_by_layer(subject)


@CHECKS.check(PART, points=5, needs=[probabilities_are_a_distribution], thresholds=[ACCURACY, FINE_TUNING_STEPS])
def beats_the_accuracy_bar(subject: Subject) -> Evidence:
    """After fine-tuning, most digits the model has never seen are classified correctly."""
    run = subject.once(fitted)
    evidence = _expect_accuracy(subject, run, np.arange(10))
    eight, one = (
        run.model.call("predict_probabilities", [subject.images.held_out(n)], Want("float32", (n, 10)))[0]
        for n in (8, 1)
    )
    expect_same(one, eight[:1])
    return evidence


@CHECKS.check(PART, points=2, needs=[beats_the_accuracy_bar], thresholds=[ACCURACY, FINE_TUNING_STEPS])
def learns_the_labels_it_is_given(subject: Subject) -> Evidence:
    """The classifier learns whatever labels it is given, not what it expects of a digit.

    The model goes on with other labels: each digit gets that of another one, so what it has learned is all wrong.
    """
    secret = subject.random("secret labels").permutation(10)
    label_of = np.empty(10, np.int64)
    label_of[secret] = np.roll(secret, 1)  # one cycle through all digits
    evidence = _expect_accuracy(subject, _fit(subject, subject.once(fitted).model, label_of), label_of)
    _expect_other_classes(subject)
    return evidence


def _expect_other_classes(subject: Subject) -> None:
    """A step of a small model on labels of four classes moves its weights."""
    model = subject.create(PART, CLASS, layer_sizes=[24], n_classes=4)
    images, labels = (
        subject.images.batches(0, 1, BATCH),
        subject.images.training_labels(0, BATCH).reshape(1, BATCH) // 3,
    )
    model.fit_labels(images, labels, 1, 1)  # also builds what is built late
    before = model.trainable_variables()
    model.fit_labels(images, labels, 1, 1)
    after = model.trainable_variables()
    expect.that(
        all(is_moved(values, after.get(name)) for name, values in before.items() if values.ndim > 1),
        "fine_tuning.other_classes",
        "With n_classes=4 and labels from 0 to 3, fit does not train the weights.",
        "Where does fit use a number of classes of its own?",
    )


def _expect_accuracy(subject: Subject, run: Fitted, label_of: np.ndarray) -> Evidence:
    right = _right_classes(subject, label_of)
    accuracy = float((run.classes == right).mean())
    evidence = Evidence(f"above {ACCURACY.limit:.0%}", f"{accuracy:.1%} of {HELD_OUT} unseen digits")
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
        "fine_tuning.shifted_labels": shifted > ACCURACY.limit,
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
