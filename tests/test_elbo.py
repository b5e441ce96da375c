"""Which weighing of the two terms a loss has: right ones pass, with sampling noise too, and wrong ones are named."""

from collections.abc import Callable

import numpy as np
import pytest

from grader.elbo import FirstLoss, expect_negative_elbo
from grader.expect import Failed

BATCH, SIZE = 32, 10
BCE, KL = 543.0 * BATCH, 0.02 * BATCH  # of fresh models, summed over the batch, in nats
BETAS = (1e3, 1e5)

Loss = Callable[[float, float, float], float]  # cross-entropy and KL summed over the batch, beta -> loss

WRONG: dict[str, list[Loss]] = {
    "the KL divergence is missing": [lambda bce, kl, beta: bce, lambda bce, kl, beta: bce / BATCH],
    "the KL divergence is averaged over the batch, and": [lambda bce, kl, beta: bce + beta * kl / BATCH],
    "the cross-entropy is averaged over the batch, and": [lambda bce, kl, beta: bce / BATCH + beta * kl],
    "the KL divergence is counted twice": [
        lambda bce, kl, beta: bce + beta * (kl + kl), lambda bce, kl, beta: (bce + 2 * beta * kl) / BATCH,
    ],
    "averaged over the batch and counted twice": [lambda bce, kl, beta: bce + 2 * beta * kl / BATCH],
    "the KL divergence is halved": [lambda bce, kl, beta: bce + beta * kl / 2],
    "the KL divergence has the wrong sign": [lambda bce, kl, beta: bce - beta * kl],
    "the KL divergence is averaged over the dimensions": [
        lambda bce, kl, beta: bce + beta * kl / SIZE, lambda bce, kl, beta: (bce + beta * kl / SIZE) / BATCH,
    ],
    "averaged over batch and dimensions": [lambda bce, kl, beta: bce + beta * kl / SIZE / BATCH],
    "beta is ignored": [lambda bce, kl, beta: bce + kl, lambda bce, kl, beta: (bce + kl) / BATCH],
    "beta is applied twice": [
        lambda bce, kl, beta: bce + beta * beta * kl, lambda bce, kl, beta: (bce + beta**2 * kl) / BATCH,
    ],
    "divided by beta": [lambda bce, kl, beta: bce + kl / beta],
    "the cross-entropy is averaged over the pixels": [
        lambda bce, kl, beta: bce / 784 + beta * kl, lambda bce, kl, beta: (bce / 784 + beta * kl) / BATCH,
    ],
    "averaged over pixels and batch": [lambda bce, kl, beta: bce / 784 / BATCH + beta * kl],
    "the cross-entropy is missing": [lambda bce, kl, beta: beta * kl],
}  # fmt: skip

CASES = [(story, loss) for story, losses in WRONG.items() for loss in losses]


def first_losses(loss: Loss, scales: tuple[float, float] = (1.0, 1.0)) -> list[FirstLoss]:
    return [
        FirstLoss(beta, scale * loss(BCE, KL, beta), BCE, 0.0, KL) for beta, scale in zip(BETAS, scales, strict=True)
    ]


@pytest.mark.parametrize(("story", "loss"), CASES, ids=[f"{n}: {story}" for n, (story, _) in enumerate(CASES)])
def test_each_wrong_weighing_is_named(story: str, loss: Loss) -> None:
    """The message holds the one sentence that says what is wrong, and the evidence the losses of both betas."""
    with pytest.raises(Failed) as caught:
        expect_negative_elbo(first_losses(loss), BATCH, SIZE)
    assert story in caught.value.message
    assert caught.value.evidence is not None
    assert len(caught.value.evidence.measured) == len(BETAS)


def summed(bce: float, kl: float, beta: float) -> float:
    return bce + beta * kl


def averaged(bce: float, kl: float, beta: float) -> float:
    return (bce + beta * kl) / BATCH


@pytest.mark.parametrize("right", [summed, averaged])
def test_right_weighings_pass_with_sampling_noise(right: Loss) -> None:
    """Sum and mean over the batch are both right, also when the cross-entropy has other samples: 300 draws."""
    random, error = np.random.default_rng(1), 0.04 * BCE
    for _ in range(300):
        seen = BCE + error * random.normal(size=2)
        losses = [FirstLoss(b, right(s, KL, b), BCE, error, KL) for b, s in zip(BETAS, seen, strict=True)]
        evidence = expect_negative_elbo(losses, BATCH, SIZE)
    assert len(evidence.expected) == 2


@pytest.mark.parametrize("right", [summed, averaged])
def test_an_estimated_kl_is_given_its_own_room(right: Loss) -> None:
    """Where the grader knows the KL from samples alone, its standard error is allowed for."""
    random, error = np.random.default_rng(2), 0.05 * KL
    for _ in range(300):
        estimate = KL + error * random.normal()
        losses = [FirstLoss(b, right(BCE, KL, b), BCE, 0.0, estimate, error) for b in BETAS]
        expect_negative_elbo(losses, BATCH, SIZE)


def test_a_loss_that_no_weighing_explains_is_failed_without_a_story() -> None:
    """Nothing is claimed that was not measured."""
    with pytest.raises(Failed) as caught:
        expect_negative_elbo(first_losses(lambda bce, kl, beta: 17 * bce), BATCH, SIZE)
    assert caught.value.message.endswith("each summed over the batch.")


def test_one_right_loss_does_not_make_up_for_a_wrong_one() -> None:
    """A weighing has to explain the losses of both betas."""
    losses = [
        FirstLoss(BETAS[0], summed(BCE, KL, BETAS[0]), BCE, 0.0, KL),
        FirstLoss(BETAS[1], averaged(BCE, KL, BETAS[1]), BCE, 0.0, KL),
    ]
    with pytest.raises(Failed):
        expect_negative_elbo(losses, BATCH, SIZE)


def test_a_loss_that_is_no_number_fails() -> None:
    """NaN is near no weighing, whichever of the losses it is."""
    for scales in ((float("nan"), 1.0), (1.0, float("nan"))):
        with pytest.raises(Failed):
            expect_negative_elbo(first_losses(summed, scales), BATCH, SIZE)
