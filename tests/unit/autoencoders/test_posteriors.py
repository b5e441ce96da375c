"""What is said about a posterior far from the prior: the pull of the KL divergence, fresh noise, the loss."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.measurements.posteriors import (
    BETA,
    FAR,
    FRESH_BETA,
    STAGE,
    FarModel,
    expect_fresh_losses,
    expect_informative,
    expect_pull,
    far_model,
    has_come_nearer,
    has_gone_away,
    near_situation,
    steps_after,
)
from grader.autoencoders.measurements.situations import REPEATS, expect_loss_in, situation_of
from grader.autoencoders.measurements.training import RATE
from grader.autoencoders.thresholds import STEPS_TO_PRIOR
from grader.core.expect import Evidence, Failed
from grader.core.thresholds import recording
from grader.stats.gaussians import KLEstimate

IMAGES, PIXELS = 8, 784


class Stand:
    """A stand-in for a model: grey images, a KL that grows with its weights, and a loss of one's choice."""

    encoding_size = 10

    def __init__(self, loss: Any, dropout: float = 0.0, loss_at_rest: bool = False):
        self.loss, self.dropout, self.rate = loss, dropout, 1e-3
        self.scale, self.contrast = 1.0, 1.0  # of the encoder's weights and of the decoder's
        self.loss_at_rest = loss_at_rest
        self.subject = SimpleNamespace(images=BlackImages())
        self.stages: list[tuple[Any, ...]] = []  # how it was trained: as what, on which shape, how many steps

    def divergence(self, training: bool = False) -> float:
        return 0.02 * self.scale**6 * (1 + self.dropout * training)

    def grey(self, training: bool = False) -> float:
        return 0.2 + self.dropout * training

    def reconstruct(self, images: np.ndarray, training: bool = False) -> np.ndarray:
        return np.full(images.shape, self.grey(training), np.float32)

    def scale_weights(self, factor: float, *, decoder: bool) -> None:
        assert isinstance(decoder, bool)
        if decoder:
            self.contrast *= factor
        else:
            self.scale *= factor

    def forget(self) -> None:
        """Its measurement is what is kept."""

    def note_phases(self, batch: np.ndarray) -> None:
        assert self.rate == 0
        self.noted = len(batch)

    def set_learning_rate(self, value: float) -> float:
        self.rate, before = value, self.rate
        return before

    def steps(self, batch: np.ndarray, count: int) -> np.ndarray:
        self.stages.append(("steps", batch.shape, count))
        training = not self.loss_at_rest
        nats = -PIXELS * np.log1p(-self.grey(training))  # of a black image, by the closed form
        return np.array([self.loss(len(batch) * nats, len(batch) * self.divergence(training), len(batch))] * count)

    def train(self, batches: np.ndarray) -> np.ndarray:
        self.stages.append(("train", batches.shape[1:], len(batches)))
        return np.ones(len(batches))


class BlackImages:
    """A stand-in for the images of a lab."""

    def training(self, start: int, stop: int) -> np.ndarray:
        return np.zeros((stop - start, 28, 28, 1), np.float32)


def divergence(model: Stand, images: np.ndarray, training: bool) -> KLEstimate:
    return KLEstimate(np.full(len(images), model.divergence(training and not model.loss_at_rest)), 0.0, 0.0)


def far(loss: Any, dropout: float = 0.0, loss_at_rest: bool = False) -> FarModel:
    return far_model(Stand(loss, dropout, loss_at_rest), divergence, times=4)


def expect_loss_of(found: FarModel) -> None:
    expect_loss_in([found.situation], 10)


def right(bce: float, kl: float, n: int) -> float:
    return bce + BETA * kl


def test_the_posterior_is_moved_just_far_enough_and_measured_at_rest() -> None:
    """Weights grow until the KL divergence is above the bar, and the learning rate is 0 then."""
    found = far(right)
    assert found.situation.terms.divergence.kl.mean() > FAR
    assert found.model.divergence() / 1.25**6 < FAR
    assert (found.model.rate, found.model.contrast, found.moved) == (0.0, 1.0, found.model.scale)
    assert found.situation.terms.cross_entropy == pytest.approx(-PIXELS * np.log(0.8), rel=1e-5)


def test_a_fresh_model_is_measured_where_it_is() -> None:
    """Its weights are those it was made with, and its beta is large."""
    model = Stand(right)
    found = near_situation(model, divergence, times=4)
    assert (model.scale, model.rate, model.noted) == (1.0, 0.0, IMAGES)
    assert found.beta == FRESH_BETA > 10 * BETA


def test_losses_at_rest_are_those_of_a_small_and_of_a_large_batch() -> None:
    """8 images, and each of them 4 times."""
    found = far(right)
    assert (len(found.images), found.situation.small.shape, found.situation.large.shape) == (8, (REPEATS,), (2,))
    assert found.model.stages == [("steps", (8, 28, 28, 1), REPEATS), ("steps", (32, 28, 28, 1), 2)]


def test_the_right_loss_passes_as_sum_and_as_mean() -> None:
    """Both reductions are right."""
    expect_loss_of(far(right))
    expect_loss_of(far(lambda bce, kl, n: right(bce, kl, n) / n))


def test_a_wrong_loss_is_named() -> None:
    """What is missing at rest is missing in training."""
    with pytest.raises(Failed, match="The KL divergence is missing"):
        expect_loss_of(far(lambda bce, kl, n: bce))


def test_a_loss_is_judged_with_layers_as_they_act_in_it() -> None:
    """Where dropout raises both terms of the loss, and where the loss is computed without it."""
    expect_loss_of(far(right, dropout=0.2))
    with pytest.raises(Failed, match="The KL divergence is missing"):
        expect_loss_of(far(lambda bce, kl, n: bce, dropout=0.2))


def test_a_mistake_of_kl_divergence_is_carried_forward() -> None:
    """A loss with three quarters of the KL is right where the submission's own divergence is that, nowhere else."""
    found = far(lambda bce, kl, n: right(bce, 0.75 * kl, n))
    wrong = [replace(loss, kl=0.75 * loss.kl) for loss in found.situation.losses()]
    evidence = expect_loss_in([found.situation], 10, lambda: wrong)
    assert evidence.measured == "right but for your kl_divergence"
    for own in ([], found.situation.losses()):
        with pytest.raises(Failed):
            expect_loss_in([found.situation], 10, lambda own=own: own)


def noisy(scatter: float, seed: int) -> Any:
    random = np.random.default_rng(seed)
    return lambda bce, kl, n: right(bce, kl, n) + scatter * random.normal()


class Scattering(Stand):
    """Each step draws its loss anew."""

    def steps(self, batch: np.ndarray, count: int) -> np.ndarray:
        return np.concatenate([super(Scattering, self).steps(batch, 1) for _ in range(count)])


def scattering(loss: Any, single: float) -> Any:
    model = Scattering(loss)
    images = model.subject.images.training(0, IMAGES)
    kl = KLEstimate(np.full(IMAGES, model.divergence()), 0.0, single)
    return situation_of(model, images, BETA, kl, times=4)


def test_a_loss_may_scatter_as_an_estimate_of_the_kl_does() -> None:
    """A deviation of 2 nats in each image, weighed with beta 20, in 30 models; 60 nats too many show all the same."""
    single, scatter = 2.0, BETA * 2.0 * np.sqrt(8)
    for seed in range(30):
        expect_loss_in([scattering(noisy(scatter, seed), single)], 10)
    drawn = noisy(scatter, 0)
    wrong = scattering(lambda bce, kl, n: drawn(bce, 60 * n + kl, n), single)
    with pytest.raises(Failed):
        expect_loss_in([wrong], 10)


def test_a_loss_that_scatters_more_is_repeated_and_fails() -> None:
    """Noise of 5,000 nats leaves no mean of 64 losses sure, where nothing is drawn."""
    situation = scattering(noisy(5000.0, 1), 0.0)
    assert len(situation.small) == 64
    with pytest.raises(Failed) as failed:
        expect_loss_in([situation], 10)
    assert failed.value.code in ("elbo.noise", "elbo.unknown")


def test_a_weight_that_grows_is_named() -> None:
    """A weight of the KL divergence that starts at 0 and grows by 1/100 at each step."""
    steps = iter(range(1000))
    with pytest.raises(Failed) as failed:
        expect_loss_in([scattering(lambda bce, kl, n: right(bce, next(steps) / 100 * (60 + kl), n), 0.0)], 10)
    assert failed.value.code == "elbo.weight_changes"


NEARER = {
    "half of both, late enough": ([(4.0, 2.0), (3.0, 1.5), (2.5, 1.5), (2.4, 1.2), (1.9, 0.9)], True),
    "half of both, too early": ([(4.0, 2.0), (1.0, 0.9)], False),
    "half of one alone": ([(4.0, 2.0), (3.0, 2.0), (2.5, 2.0), (2.0, 2.0), (1.9, 1.9)], False),
    "quiet twice": ([(4.0, 2.0), (0.2, 0.1), (0.1, 0.2)], True),
    "quiet once": ([(4.0, 2.0), (1.2, 1.1), (0.1, 0.2)], False),
    "half of a peak": ([(4.0, 2.0), (9.0, 8.0), (6.0, 6.0), (5.0, 5.0), (4.0, 3.0)], False),
    "quiet twice counting the start": ([(0.1, 0.2), (0.1, 0.1)], False),
    "exactly half": ([(4.0, 2.0)] * 4 + [(2.0, 1.0)], False),
    "near from the start": ([(0.1, 0.1), (0.1, 0.1), (0.1, 0.2)], True),
    "no number": ([(4.0, 2.0)] + 4 * [(0.1, float("nan"))], False),
}


@pytest.mark.parametrize("case", NEARER)
def test_a_pull_is_seen_when_it_is_certain(case: str) -> None:
    """After four stages half of every distance is enough, before that only next to nothing, two stages in a row."""
    stages, expected = NEARER[case]
    seen = [{"mean": mean, "variance": variance} for mean, variance in stages]
    assert has_come_nearer(seen, certain=4 * STAGE) is expected


@pytest.mark.parametrize(
    ("nats", "away"),
    [
        ((4, 5, 6, 7, 9), True),
        ((4, 5, 6, 7, 8), False),
        ((4, 9, 9, 9), False),
        ((4, 50, 40, 30, 20), False),
        ((0.1, 1, 2, 3, 3.9), False),
    ],
)
def test_what_has_doubled_late_has_gone_away(nats: tuple[float, ...], away: bool) -> None:
    """A rise counts after a quarter of the steps, and only above what is next to nothing."""
    seen = [{"mean": 0.0, "variance": value} for value in nats]
    late = next(stages for stages in range(100) if steps_after(stages) > STEPS_TO_PRIOR.limit / 4)
    assert has_gone_away([seen[0]] * (late - 4) + seen) is away


def test_steps_are_those_of_all_stages() -> None:
    """The first six stages have 4 steps, the others 16."""
    lengths = [4] * 6 + [16] * 10
    assert [steps_after(stages) for stages in range(17)] == [sum(lengths[:stages]) for stages in range(17)]


def test_no_pull_says_at_what() -> None:
    """After 42 stages of 600 steps, what has moved least as a share of where it was is named with its distances."""
    found, stages = far(right), iter(range(100))

    def distances() -> dict[str, float]:
        stage = next(stages)
        return {"mean": 2.0 + 0.011 * stage, "variance": 100.0 - 1.132 * stage}

    found.model.stages.clear()
    with pytest.raises(Failed, match=r"600 steps should .* distance of its mean went from 2 to 2\.46 nats") as failed:
        expect_pull(found, distances, certain=32)
    told = "the mean went from 2.0 to 2.46 nats, and the variance went from 100.0 to 52.5 nats"
    assert failed.value.evidence == Evidence("less than half the distance", told)
    assert failed.value.code == "posterior.not_pulled"
    assert failed.value.hint
    batch = (16, 28, 28, 1)
    assert found.model.stages == [("steps", batch, 4)] * 6 + [("train", batch, 16)] * 36
    assert found.model.rate == RATE


def test_the_least_distances_do_not_count_as_shares() -> None:
    """From next to nothing to twice that is less of a mistake than from 2 nats to 2 nats."""
    found, stages = far(right), iter(range(100))
    with pytest.raises(Failed, match="distance of its mean went from 2 to 2 nats"):
        expect_pull(found, lambda: {"mean": 2.0, "variance": 0.05 + 0.004 * next(stages)}, certain=32)


@pytest.mark.parametrize(
    ("nats", "code"),
    [((4.0, 8.1), "posterior.variance_not_pulled"), ((8.1, 4.0), "posterior.mean_not_pulled"),
     ((8.1, 8.1), "posterior.not_pulled")],
)  # fmt: skip
def test_what_alone_is_not_pulled_has_a_code_of_its_own(nats: tuple[float, float], code: str) -> None:
    """The other one has come down to less than half of its 8.1 nats."""
    found, seen = far(right), iter([(8.1, 8.1)])

    def distances() -> dict[str, float]:
        return dict(zip(("mean", "variance"), next(seen, nats), strict=True))

    with pytest.raises(Failed) as failed:
        expect_pull(found, distances, certain=32)
    assert failed.value.code == code


def test_a_pull_is_told_and_recorded_with_its_steps() -> None:
    """What is below half after three stages has needed 12 steps; the distances are those of beginning and end."""
    found, stages = far(right), iter(range(100))
    with recording([STEPS_TO_PRIOR]) as recorded:
        evidence = expect_pull(found, lambda: {"mean": 4.321 * 0.75 ** next(stages)}, certain=8)
    assert evidence == Evidence("nearer to the prior with beta 20", "the mean went from 4.32 to 1.82 nats")
    assert recorded == {"steps to half the distance": 12}
    assert expect_pull(found, lambda: {"mean": 4.0 * 0.5 ** next(stages)}, certain=8).measured


def test_against_the_pull_the_decoder_is_as_strong_as_the_encoder() -> None:
    """Its weights are enlarged before the first step, by the factor of the encoder's."""
    found, contrasts = far(right), []

    def distances() -> dict[str, float]:
        contrasts.append(found.model.contrast)
        return {"mean": 0.0}

    expect_pull(found, distances, certain=8)
    assert set(contrasts) == {found.moved} != {1.0}


def test_encodings_have_to_be_informative_with_means_of_both_signs() -> None:
    """Few nats, and means that are never negative, are two mistakes with two messages."""
    means = np.random.default_rng(1).normal(size=(8, 10))
    expect_informative(0.1, 20.0, means)
    expect_informative(0.1, 20.0, means.clip(-0.25))
    with pytest.raises(Failed, match=r"With beta 0\.1 .* stay informative, but its KL is 0\.0123 nats") as failed:
        expect_informative(0.1, 0.0123456, means)
    assert failed.value.evidence == Evidence("above 2 nats with beta 0.1", 0.01235)
    assert failed.value.code == "posterior.not_informative"
    assert failed.value.hint
    with pytest.raises(Failed, match="never negative"):
        expect_informative(0.1, 20.0, means.clip(0))
    with pytest.raises(Failed, match="never negative") as failed:
        expect_informative(0.1, 20.0, 0.1234 + np.abs(means - means[0, 0]))
    assert failed.value.evidence == Evidence("means of both signs", "from 0.12 on")
    assert failed.value.code == "posterior.mean_never_negative"
    assert failed.value.hint


def test_equal_losses_show_that_nothing_is_sampled() -> None:
    """Three losses of one batch that are all the same say so; one that differs is fresh noise."""
    found = far(right)
    with pytest.raises(Failed) as failed:
        expect_fresh_losses(found)
    assert failed.value.code == "noise.not_fresh_in_training"
    assert failed.value.hint
    expect_fresh_losses(replace(found, situation=replace(found.situation, small=np.array([2.0, 2.0, 1.0]))))
