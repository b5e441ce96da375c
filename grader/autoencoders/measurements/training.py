"""Watched training: held-out images before and after, in stages that stop when the verdict is clear.

What is judged has to come from the training that is watched: a fresh model must know nothing, a few steps must not
teach it everything, and nothing but the weights may be needed to decode an encoding.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...core.expect import Diverged, Evidence, Failed, rounded
from ...core.thresholds import Threshold
from ...stats.causes import Diagnosis
from ...stats.diagnosis import ENCODER_FROZEN, TrainingCurve, diagnosis_of, encoder_is_frozen
from ...stats.metrics import cross_entropy, mosaic
from ..subject import Model, Subject
from ..thresholds import ENCODING_ALONE, SHARE_OF_MEAN_IMAGE, TRAINING_STEPS, UNTRAINED_COST

TRAINING = (TRAINING_STEPS, SHARE_OF_MEAN_IMAGE, UNTRAINED_COST, ENCODING_ALONE)  # what `train_until` is held to
BATCH_SIZE = 16
RATE = 3e-3
HELD_OUT = 64
PROBES = 8  # images whose encodings are kept from before the training
FIRST_STEPS = 5  # right solutions need about 40 to get from noise to the mean image
SAME_COST = 2.0  # nats per image, beside 5 standard errors: 16-bit encodings change the cost by .0002
STILL_LEARNING = 0.99  # stages that leave less than this share of the cost are worth going on after
STAGES_BACK = 4  # a single one may bring nothing by chance
OWN_RATE = 2  # times as many steps for a model at a rate of its own

NO_FRESH_NOISE = Diagnosis(
    "noise.not_fresh_in_training", "Training sees no fresh noise: the same batch has exactly the same loss again."
)


@dataclass(frozen=True)
class TrainingBudget:
    """How long a model is trained: at least and at most so many steps, looked at after every stage of some.

    One that still gets better at the end gets as many steps again.
    threshold: how many steps there are at most; those that were needed are recorded.
    """

    at_least: int = 150
    stage: int = 50
    batch_size: int = BATCH_SIZE
    threshold: Threshold = TRAINING_STEPS

    @property
    def at_most(self) -> int:
        """Steps until a model has to be still learning."""
        return int(self.threshold.limit) // 2


@dataclass(frozen=True)
class Trained:
    """A model that was trained with `fit_iteration`, and what its held-out images cost in nats per image."""

    model: Model
    curve: TrainingCurve
    images: np.ndarray
    reconstructions: np.ndarray

    @property
    def before(self) -> float:
        """Nats per image before the first step."""
        return self.curve.costs[0]

    @property
    def after(self) -> float:
        """Nats per image after the last step."""
        return self.curve.costs[-1]

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return self.curve.steps

    @property
    def mean_image(self) -> float:
        """What the held-out images cost when the answer is always their own mean image, in nats per image."""
        return cost_of_mean_image(self.images)

    @property
    def diagnosis(self) -> Diagnosis:
        """What kind of trouble the training is in."""
        return diagnosis_of(self.curve, self.images, self.reconstructions, self.mean_image)


def cost_of_mean_image(images: np.ndarray) -> float:
    """What `images` cost when the answer is always their own mean image, in nats per image."""
    return float(cross_entropy(images, np.broadcast_to(images.mean(axis=0), images.shape)).mean())


def good_cost(subject: Subject) -> float:
    """The share of what the mean image of the held-out images costs that good reconstructions cost, in nats per image.

    It differs from seed to seed. No answer that is the same for all images costs less than their mean image.
    """
    return SHARE_OF_MEAN_IMAGE.limit * cost_of_mean_image(subject.images.held_out(HELD_OUT))


def train_until(
    subject: Subject, model: Model, at_least: int = 150, stage: int = 50, batch_size: int = BATCH_SIZE
) -> Trained:  # fmt: skip
    """Train for `at_least` steps, and on while held-out images still cost more than `good_cost`."""
    images, limit = subject.images.held_out(HELD_OUT), good_cost(subject)

    def cost(model: Model) -> float:
        return float(cross_entropy(images, model.reconstruct(images)).mean())

    model, curve = train_in_stages(
        subject, model, cost, limit, TrainingBudget(at_least, stage=stage, batch_size=batch_size)
    )
    for whose, paid in zip(("A fresh model", f"After {FIRST_STEPS} steps a model"), curve.costs, strict=False):
        _expect_untrained(paid, images, whose)
    if curve.costs[-1] < limit:
        _expect_code_is_all(subject, model)
    return Trained(model, curve, images, model.reconstruct(images))


def train_in_stages(
    subject: Subject, model: Model, cost: Callable[[Model], float], limit: float, budget: TrainingBudget
) -> tuple[Model, TrainingCurve]:
    """Train until the cost is below `limit`, at rate 3e-3; where that does not do, and the model's own rate is a
    very different one, afresh at its own, for up to OWN_RATE times as many steps: plain gradient descent needs them.

    Raises Diverged where no try comes to an end.
    """
    own_rate = model.set_learning_rate(RATE)
    try:
        curve = _curve(subject, model, cost, limit, budget)
    except Diverged:
        if _is_alike(own_rate):
            raise
    else:
        if curve.costs[-1] < limit or _is_alike(own_rate):
            return model, curve
    model = subject.create(model.origin.part, model.origin.name, **model.origin.arguments)
    return model, _curve(subject, model, cost, limit, budget, OWN_RATE)


def _is_alike(rate: float) -> bool:
    """Whether a rate is near enough to 3e-3 for another try with it to be in vain, as Adam's usual 1e-3 is."""
    return RATE / 4 < rate < 4 * RATE


def _curve(
    subject: Subject, model: Model, cost: Callable[[Model], float], limit: float, budget: TrainingBudget, times: int = 1
) -> TrainingCurve:  # fmt: skip
    """One training, looked at before, after the first few steps, and after each stage; `times` as long as planned."""
    probes = subject.images.held_out(PROBES)
    costs, codes = [cost(model)], model.encode(probes)
    decoded = model.decode(codes)
    steps, at_most = 0, times * budget.at_most
    for until in (FIRST_STEPS, budget.at_least, *range(budget.at_least + budget.stage, 2 * at_most + 1, budget.stage)):
        model.train(subject.images.batches(steps, until - steps, budget.batch_size))
        steps = until
        costs.append(cost(model))
        learning = costs[-1] < STILL_LEARNING * costs[max(-len(costs), -1 - STAGES_BACK)]
        if steps >= budget.at_least and (costs[-1] < limit or (steps >= at_most and not learning)):
            break
    if costs[-1] < limit:
        budget.threshold.record(steps / times)
    return TrainingCurve(tuple(costs), steps, (codes, model.encode(probes)), (decoded, model.decode(codes)))


def _expect_untrained(cost: float, images: np.ndarray, whose: str) -> None:
    """Whoever has not been trained cannot be better than the mean image."""
    mean_image = cost_of_mean_image(images)
    if not UNTRAINED_COST.within(cost / mean_image):
        raise known_before(
            whose, "reconstructs", Evidence(f"above {rounded(mean_image)} nats per image", rounded(cost))
        )


def known_before(whose: str, does: str, evidence: Evidence) -> Failed:
    """The failure of a model that does something well before it is trained, or is hardly trained."""
    return Failed(
        "training.known_before",
        "{whose} already {does} digits that it has never seen.",
        "A model starts from random weights, and what it knows comes from the images it is trained on.",
        evidence,
        whose=whose,
        does=does,
    )


def _expect_code_is_all(subject: Subject, model: Model) -> None:
    """Encodings in 16-bit numbers, decoded in a process that has nothing but the weights, cost the same.

    The weights are taken before the first of these images is sent, so there is no way past the encoding.
    """
    twin = model.twin(subject.random("nothing in particular").random((2, 28, 28, 1), np.float32))
    try:
        images = subject.images.held_out(HELD_OUT, HELD_OUT)
        encodings = model.encode(images).astype(np.float16).astype(np.float32)
        here = cross_entropy(images, model.reconstruct(images))
        there = cross_entropy(images, twin.decode(encodings))
    finally:
        twin.subject.close()
    allowed = SAME_COST + 5 * float((there - here).std()) / np.sqrt(len(images))
    if not ENCODING_ALONE.within(abs(float((there - here).mean())) / allowed):
        raise Failed(
            "encoding.not_alone",
            "A second model with the same weights decodes the same encodings into other images.",
            "Nothing but the encoding may pass from the encoder to the decoder, and all that was learned has to be "
            "in variables of the model.",
            Evidence(f"{rounded(float(here.mean()))} nats per image", rounded(float(there.mean()))),
        )


def expect_encoder_trained(curve: TrainingCurve) -> None:
    """Training changes what the encoder answers; also where a decoder alone does well on random features."""
    if encoder_is_frozen(curve):
        raise Failed(
            ENCODER_FROZEN.code,
            ENCODER_FROZEN.sentence,
            "The gradient has to pass through the encoding, and the optimizer needs the encoder's variables too.",
            Evidence("other encodings than before the training", "the same encodings"),
        )


def sees_fresh_noise(subject: Subject, model: Model, batch_size: int = BATCH_SIZE) -> bool:
    """Whether the same batch has two different losses at learning rate 0, as it has where training samples.

    With the batch size of its training a model need not be traced again.
    """
    before = model.set_learning_rate(0.0)
    first, second = model.train(np.repeat(subject.images.batches(0, 1, batch_size), 2, axis=0))
    model.set_learning_rate(before)
    return bool(first != second)


def expect_fresh_noise(subject: Subject, model: Model, batch_size: int = BATCH_SIZE) -> None:
    """Raise Failed unless training draws noise of its own at each step."""
    if not sees_fresh_noise(subject, model, batch_size):
        hint = "What does the network get while it is trained, and how often is its noise drawn?"
        raise Failed(NO_FRESH_NOISE.code, NO_FRESH_NOISE.sentence, hint)


def expect_good_reconstructions(subject: Subject, part: str, run: Trained) -> Evidence:
    """Held-out cross-entropy below `good_cost`, with a picture of originals and reconstructions."""
    subject.picture(
        f"{part}-reconstructions",
        f"Unseen digits above, their reconstructions after {run.steps} steps below. So few steps leave them blurred, "
        "also where all is right",
        mosaic(*(subject.images.look.upright(x[:10]) for x in (run.images, run.reconstructions))),
    )
    evidence = Evidence(
        f"below {rounded(SHARE_OF_MEAN_IMAGE.limit * run.mean_image)} nats per image", rounded(run.after)
    )
    if not SHARE_OF_MEAN_IMAGE.within(run.after / run.mean_image):
        trouble = run.diagnosis
        raise Failed(
            trouble.code,
            "After {steps} steps unseen images cost {after:.0f} nats each; answering with the mean image costs "
            "{mean_image:.0f}. {diagnosis}",
            "Does the reconstruction depend on the encoding? Look at the picture of some reconstructions.",
            evidence,
            steps=run.steps,
            after=run.after,
            mean_image=run.mean_image,
            diagnosis=trouble.sentence,
        )
    return evidence
