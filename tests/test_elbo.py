"""Which weighing of the two terms a loss has: right ones pass, with sampling noise too, and wrong ones are named."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from grader.elbo import DRAWS, BatchLoss, Terms, batch_loss, expect_negative_elbo, terms_of
from grader.expect import Failed
from grader.gaussians import KLEstimate

SIZE, BETA = 10, 20.0
BATCHES = (8, 32)
BCE, KL, SQUARES = 480.0, 4.6, 130.0  # of a model far from the prior, of an image

Loss = Callable[[float, float, float, int], float]  # cross-entropy and KL summed over the batch, beta, batch -> loss

WRONG: dict[str, list[Loss]] = {
    "the KL divergence is missing": [lambda bce, kl, beta, n: bce, lambda bce, kl, beta, n: bce / n],
    "the KL divergence is averaged over the batch, and": [lambda bce, kl, beta, n: bce + beta * kl / n],
    "the cross-entropy is averaged over the batch, and": [lambda bce, kl, beta, n: bce / n + beta * kl],
    "the KL divergence is counted twice": [
        lambda bce, kl, beta, n: bce + beta * (kl + kl), lambda bce, kl, beta, n: (bce + 2 * beta * kl) / n,
    ],
    "averaged over the batch and counted twice": [lambda bce, kl, beta, n: bce + 2 * beta * kl / n],
    "the KL divergence is halved": [lambda bce, kl, beta, n: bce + beta * kl / 2],
    "the KL divergence has the wrong sign": [lambda bce, kl, beta, n: bce - beta * kl],
    "the KL divergence is averaged over the dimensions": [
        lambda bce, kl, beta, n: bce + beta * kl / SIZE, lambda bce, kl, beta, n: (bce + beta * kl / SIZE) / n,
    ],
    "averaged over batch and dimensions": [lambda bce, kl, beta, n: bce + beta * kl / SIZE / n],
    "beta is ignored": [lambda bce, kl, beta, n: bce + kl, lambda bce, kl, beta, n: (bce + kl) / n],
    "beta is applied twice": [
        lambda bce, kl, beta, n: bce + beta * beta * kl, lambda bce, kl, beta, n: (bce + beta**2 * kl) / n,
    ],
    "divided by beta": [lambda bce, kl, beta, n: bce + kl / beta],
    "the cross-entropy is averaged over the pixels": [
        lambda bce, kl, beta, n: bce / 784 + beta * kl, lambda bce, kl, beta, n: (bce / 784 + beta * kl) / n,
    ],
    "averaged over pixels and batch": [lambda bce, kl, beta, n: bce / 784 / n + beta * kl],
    "the cross-entropy is missing": [lambda bce, kl, beta, n: beta * kl, lambda bce, kl, beta, n: beta * kl / n],
    "beta weighs the cross-entropy, not": [
        lambda bce, kl, beta, n: beta * bce + kl, lambda bce, kl, beta, n: (beta * bce + kl) / n,
    ],
    "beta weighs both terms": [
        lambda bce, kl, beta, n: beta * (bce + kl), lambda bce, kl, beta, n: beta * (bce + kl) / n,
    ],
    "the squared error stands": [
        lambda bce, kl, beta, n: n * SQUARES + beta * kl, lambda bce, kl, beta, n: SQUARES + beta * kl / n,
    ],
}  # fmt: skip

CASES = [(story, loss) for story, losses in WRONG.items() for loss in losses]


def seen(
    loss: Loss, n: int, bce: float = BCE, kl: float = KL, bce_error: float = 0.0, kl_error: float = 0.0
) -> BatchLoss:
    """A batch of n whose loss has drawn `bce` and `kl` an image where the grader's own terms are BCE and KL."""
    value = loss(n * bce, n * kl, BETA, n)
    return BatchLoss(BETA, n, value, n * BCE, n * bce_error, n * SQUARES, n * KL, n * kl_error)


def losses_of(loss: Loss) -> list[BatchLoss]:
    return [seen(loss, n) for n in BATCHES]


@pytest.mark.parametrize(("story", "loss"), CASES, ids=[f"{n}: {story}" for n, (story, _) in enumerate(CASES)])
def test_each_wrong_weighing_is_named(story: str, loss: Loss) -> None:
    """The message holds the one sentence that says what is wrong, and the evidence the losses of both betas."""
    with pytest.raises(Failed) as caught:
        expect_negative_elbo(losses_of(loss), SIZE)
    assert story in caught.value.message
    assert caught.value.evidence is not None
    assert len(caught.value.evidence.measured) == len(BATCHES)


def summed(bce: float, kl: float, beta: float, n: int) -> float:
    return bce + beta * kl


def averaged(bce: float, kl: float, beta: float, n: int) -> float:
    return (bce + beta * kl) / n


@pytest.mark.parametrize("right", [summed, averaged])
def test_right_weighings_pass_with_sampling_noise(right: Loss) -> None:
    """Sum and mean over the batch are both right, also when the loss has drawn other samples: 300 draws."""
    random = np.random.default_rng(1)
    for _ in range(300):
        noise = random.normal(size=(2, 2)) * [[0.04 * BCE], [0.1 * KL]]
        losses = [
            seen(right, n, BCE + bce, KL + kl, 0.04 * BCE, 0.1 * KL) for n, bce, kl in zip(BATCHES, *noise, strict=True)
        ]
        evidence = expect_negative_elbo(losses, SIZE)
    assert len(evidence.expected) == 2


@pytest.mark.parametrize("loss", [summed, lambda bce, kl, beta, n: beta * kl], ids=["right", "without cross-entropy"])
def test_rounding_of_single_precision_changes_no_verdict(loss: Loss) -> None:
    """Losses that are off by one part in 100,000, as sums of many numbers are, have the story of exact ones."""
    losses = [replace(found, loss=found.loss * (1 + 1e-5)) for found in losses_of(loss)]
    if loss is summed:
        expect_negative_elbo(losses, SIZE)
    else:
        with pytest.raises(Failed, match="batch: the cross-entropy is missing"):
            expect_negative_elbo(losses, SIZE)


def test_mistakes_that_cannot_be_told_apart_are_all_told() -> None:
    """Where the KL divergence is uncertain by more than the cross-entropy is worth, both stories are in the message."""
    losses = [seen(lambda bce, kl, beta, n: beta * kl, n, kl_error=0.3) for n in BATCHES]
    with pytest.raises(Failed) as caught:
        expect_negative_elbo(losses, SIZE)
    assert "the cross-entropy is missing" in caught.value.message
    assert ", or the cross-entropy is averaged over the pixels" in caught.value.message


def test_a_loss_that_no_weighing_explains_is_failed_without_a_story() -> None:
    """Nothing is claimed that was not measured."""
    with pytest.raises(Failed) as caught:
        expect_negative_elbo(losses_of(lambda bce, kl, beta, n: 17 * bce), SIZE)
    assert caught.value.message.endswith("each summed over the batch.")


def test_one_right_loss_does_not_make_up_for_a_wrong_one() -> None:
    """A weighing has to explain the losses of both batches."""
    with pytest.raises(Failed):
        expect_negative_elbo([seen(summed, 8), seen(averaged, 32)], SIZE)


@pytest.mark.parametrize("broken", [0, 1])
def test_a_loss_that_is_no_number_fails(broken: int) -> None:
    """NaN is near no weighing, whichever of the losses it is."""
    losses = losses_of(summed)
    losses[broken] = replace(losses[broken], loss=float("nan"))
    with pytest.raises(Failed):
        expect_negative_elbo(losses, SIZE)


class Blurring:
    """A stand-in for a model whose reconstructions of an image scatter: grey values of known cross-entropy."""

    def __init__(self, random: np.random.Generator):
        self.random = random

    def reconstruct(self, images: np.ndarray, training: bool) -> np.ndarray:
        return np.full(images.shape, 0.5) + self.random.choice([-0.2, 0.2], size=(len(images), 1, 1, 1))


def test_terms_are_those_of_each_image() -> None:
    """On black images a grey value g costs -784 ln(1 - g) nats and 784 g² of squared error, by the closed forms."""
    images = np.zeros((6, 28, 28, 1))
    found = terms_of(Blurring(np.random.default_rng(3)), images, KLEstimate(np.ones(6), 0, 0), training=False)
    nats = -784 * np.log1p(-np.array([0.3, 0.7]))
    dark = (found.cross_entropy - nats[1]) / (nats[0] - nats[1])  # the share of draws with the darker grey
    np.testing.assert_allclose(found.squared_error, 784 * (0.09 * dark + 0.49 * (1 - dark)), rtol=1e-6)
    bernoulli = np.sqrt(dark * (1 - dark) * DRAWS / (DRAWS - 1))
    np.testing.assert_allclose(found.spread, np.abs(nats[1] - nats[0]) * bernoulli, rtol=1e-6)


def test_the_errors_of_a_batch_cover_what_is_drawn() -> None:
    """2,000 losses that draw both terms anew lie around the prediction with the deviation that is stated."""
    random, times, images = np.random.default_rng(4), 4, 8
    spread, single, kl_error = 12.0, 2.0, 0.3
    deviations = []
    for _ in range(2000):
        own = BCE + spread * random.normal(size=(DRAWS, images)).mean(axis=0)
        estimate = KLEstimate(KL + kl_error * random.normal(size=images), kl_error, single)
        terms = Terms(own, np.full(images, spread), np.zeros(images), estimate)
        drawn = (BCE + spread * random.normal(size=(times, images))).sum()
        drawn += BETA * (KL + single * random.normal(size=(times, images))).sum()
        found = batch_loss(terms, BETA, times, np.array([drawn]))
        error = np.hypot(found.cross_entropy_error, BETA * found.kl_error)
        deviations.append((found.loss - found.cross_entropy - BETA * found.kl) / error)
    assert abs(np.mean(deviations)) < 4 / np.sqrt(2000)
    assert abs(np.std(deviations) - 1) < 4 / np.sqrt(4000)
