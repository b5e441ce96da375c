"""Which weighing of the two terms a loss has: right ones pass, with sampling noise too, and wrong ones are named."""

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from grader.autoencoders.measurements.elbo import _nearest, expect_negative_elbo, is_explained
from grader.autoencoders.measurements.losses import DRAWS, ROOM, BatchLoss, Terms, batch_loss, terms_of
from grader.core.expect import Evidence, Failed
from grader.stats.formulas import WRONG_WEIGHINGS, Weights, weighings
from grader.stats.gaussians import KLEstimate

SIZE, BETA = 10, 20.0
BATCHES = (8, 32)
BCE, KL, SQUARES = 480.0, 4.6, 130.0  # of a model far from the prior, of an image

Loss = Callable[[float, float, float, int], float]  # cross-entropy and KL summed over the batch, beta, batch -> loss

WRONG: dict[str, list[Loss]] = {
    "elbo.kl_missing": [lambda bce, kl, beta, n: bce, lambda bce, kl, beta, n: bce / n],
    "elbo.kl_mean_over_batch": [lambda bce, kl, beta, n: bce + beta * kl / n],
    "elbo.cross_entropy_mean_over_batch": [lambda bce, kl, beta, n: bce / n + beta * kl],
    "elbo.kl_twice": [
        lambda bce, kl, beta, n: bce + beta * (kl + kl), lambda bce, kl, beta, n: (bce + 2 * beta * kl) / n,
    ],
    "elbo.kl_mean_over_batch_twice": [lambda bce, kl, beta, n: bce + 2 * beta * kl / n],
    "elbo.kl_halved": [lambda bce, kl, beta, n: bce + beta * kl / 2],
    "elbo.kl_wrong_sign": [lambda bce, kl, beta, n: bce - beta * kl],
    "elbo.kl_mean_over_dimensions": [
        lambda bce, kl, beta, n: bce + beta * kl / SIZE, lambda bce, kl, beta, n: (bce + beta * kl / SIZE) / n,
    ],
    "elbo.kl_mean_over_batch_and_dimensions": [lambda bce, kl, beta, n: bce + beta * kl / SIZE / n],
    "elbo.beta_ignored": [lambda bce, kl, beta, n: bce + kl, lambda bce, kl, beta, n: (bce + kl) / n],
    "elbo.beta_twice": [
        lambda bce, kl, beta, n: bce + beta * beta * kl, lambda bce, kl, beta, n: (bce + beta**2 * kl) / n,
    ],
    "elbo.kl_divided_by_beta": [lambda bce, kl, beta, n: bce + kl / beta],
    "elbo.cross_entropy_mean_over_pixels": [
        lambda bce, kl, beta, n: bce / 784 + beta * kl, lambda bce, kl, beta, n: (bce / 784 + beta * kl) / n,
    ],
    "elbo.cross_entropy_mean_over_pixels_and_batch": [lambda bce, kl, beta, n: bce / 784 / n + beta * kl],
    "elbo.cross_entropy_missing": [lambda bce, kl, beta, n: beta * kl, lambda bce, kl, beta, n: beta * kl / n],
    "elbo.beta_on_cross_entropy": [
        lambda bce, kl, beta, n: beta * bce + kl, lambda bce, kl, beta, n: (beta * bce + kl) / n,
    ],
    "elbo.beta_on_both_terms": [
        lambda bce, kl, beta, n: beta * (bce + kl), lambda bce, kl, beta, n: beta * (bce + kl) / n,
    ],
    "elbo.beta_normalized": [
        lambda bce, kl, beta, n: bce + beta * kl * SIZE / 784,
        lambda bce, kl, beta, n: (bce + beta * kl * SIZE / 784) / n,
    ],
    "elbo.squared_error": [
        lambda bce, kl, beta, n: n * SQUARES + beta * kl, lambda bce, kl, beta, n: SQUARES + beta * kl / n,
    ],
}  # fmt: skip

CASES = [(code, loss) for code, losses in WRONG.items() for loss in losses]


def seen(
    loss: Loss, n: int, bce: float = BCE, kl: float = KL, bce_error: float = 0.0, kl_error: float = 0.0
) -> BatchLoss:
    """A batch of n whose loss has drawn `bce` and `kl` an image where the grader's own terms are BCE and KL."""
    return beside(loss, BETA, n, bce, kl, (BCE, bce_error), (KL, kl_error))


def beside(
    loss: Loss, beta: float, n: int, bce: float, kl: float, bce_told: tuple[float, float], kl_told: tuple[float, float]
) -> BatchLoss:
    """A loss of a batch of n beside what is told of its terms, each an estimate for an image and its error."""
    (nats, error), (divergence, kl_error) = bce_told, kl_told
    value = loss(n * bce, n * kl, beta, n)
    return BatchLoss(
        beta, n, value, n * nats, n * error, n * SQUARES, n * divergence, n * kl_error, binarized=n * 350.0
    )


def losses_of(loss: Loss) -> list[BatchLoss]:
    return [seen(loss, n) for n in BATCHES] + [fresh(loss, n) for n in BATCHES]


def fresh(loss: Loss, n: int) -> BatchLoss:
    """A batch whose little KL is weighed with a large beta."""
    return beside(loss, 2000.0, n, 543.0, 0.03, (543.0, 0.0), (0.03, 0.0))


def resting(loss: Loss, n: int = 16) -> BatchLoss:
    """A batch of a trained model, whose much KL is weighed with a small beta."""
    return beside(loss, 0.1, n, 180.0, 15.0, (180.0, 0.0), (15.0, 0.0))


@pytest.mark.parametrize(("code", "loss"), CASES, ids=[f"{n}: {code}" for n, (code, _) in enumerate(CASES)])
def test_each_wrong_weighing_is_named(code: str, loss: Loss) -> None:
    """The code is that of what is wrong, the message holds its sentence, and the evidence the losses of both betas."""
    with pytest.raises(Failed) as caught:
        expect_negative_elbo(losses_of(loss), SIZE)
    assert caught.value.code == code
    assert WRONG_WEIGHINGS[code] in caught.value.message
    assert caught.value.evidence is not None
    assert len(caught.value.evidence.measured) == 2 * len(BATCHES)


def test_the_table_of_weighings_is_that_of_the_wrong_losses() -> None:
    """Each weighs exactly as its loss does, which is linear in both terms, and the right two are sum and mean."""
    for n, beta in ((8, 20.0), (32, 3.0)):
        right: list[tuple[str, Loss]] = [("", summed), ("", averaged)]
        wanted = [
            (code, loss(1, 0, beta, n) - (rest := loss(0, 0, beta, n)), (loss(0, 1, beta, n) - rest) / beta, rest)
            for code, loss in right + CASES
        ]
        table = weighings(n, SIZE, beta)
        assert len(table) == len(wanted)
        for code, *weights in wanted:
            rows = [(w.cross_entropy, w.divergence, w.squared_error * n * SQUARES) for w in table if code == w.code]
            assert any(row == pytest.approx(weights, rel=1e-9, abs=1e-12) for row in rows), code


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
    """Losses that are off by one part in 100,000, as sums of many numbers are, have the cause of exact ones."""
    losses = [replace(found, loss=found.loss * (1 + 1e-5)) for found in losses_of(loss)]
    if loss is summed:
        expect_negative_elbo(losses, SIZE)
    else:
        with pytest.raises(Failed, match=r"batch\. The cross-entropy is missing\."):
            expect_negative_elbo(losses, SIZE)


def test_mistakes_that_cannot_be_told_apart_are_all_told() -> None:
    """Where the KL divergence is uncertain by more than the cross-entropy is worth, the nearest one comes first."""
    losses = [seen(lambda bce, kl, beta, n: beta * kl, n, kl_error=0.3) for n in BATCHES]
    with pytest.raises(Failed) as caught:
        expect_negative_elbo(losses, SIZE)
    assert caught.value.code == "elbo.cross_entropy_missing"
    assert "elbo.cross_entropy_mean_over_pixels" in caught.value.parameters["also"]
    assert "batch. The cross-entropy is missing. Or: " in caught.value.message
    assert " Or: The cross-entropy is averaged over the pixels." in caught.value.message


def test_a_loss_that_no_weighing_explains_has_an_unknown_cause() -> None:
    """Nothing is claimed that was not measured."""
    with pytest.raises(Failed) as caught:
        expect_negative_elbo(losses_of(lambda bce, kl, beta, n: 17 * bce + n * beta), SIZE)
    assert caught.value.message.endswith("each summed over the batch.")
    assert (caught.value.code, caught.value.parameters["also"]) == ("elbo.unknown", [])


def test_one_right_loss_does_not_make_up_for_a_wrong_one() -> None:
    """A weighing has to explain the losses of both batches."""
    with pytest.raises(Failed):
        expect_negative_elbo([seen(summed, 8), seen(averaged, 32)], SIZE)


@pytest.mark.parametrize("broken", [0, 1])
def test_a_loss_that_is_no_number_fails(broken: int) -> None:
    """NaN is near no weighing, whichever of the losses it is."""
    losses = losses_of(summed)
    losses[broken] = replace(losses[broken], loss=float("nan"))
    with warnings.catch_warnings(action="error"), pytest.raises(Failed):  # NumPy warns of a minimum of NaN alone
        expect_negative_elbo(losses, SIZE)


def test_the_evidence_holds_the_losses_beside_the_right_ones() -> None:
    """8 images at 480 nats, and beta 20 times 4.6 nats, are 4576; with a tenth of beta they are 3914."""
    evidence = expect_negative_elbo([seen(averaged, 8), seen(averaged, 32)], SIZE)
    wanted = ["batch of 8: 4576.0, or 572.0 per image", "batch of 32: 18300.0, or 572.0 per image"]
    assert evidence == Evidence(wanted, ["batch of 8: 572.0", "batch of 32: 572.0"])
    with pytest.raises(Failed) as caught:
        expect_negative_elbo([seen(lambda bce, kl, beta, n: bce + beta * kl / 10, n) for n in BATCHES], SIZE)
    assert caught.value.evidence == Evidence(wanted, ["batch of 8: 3914.0", "batch of 32: 15650.0"])
    assert caught.value.hint


@pytest.mark.parametrize("weights", [Weights(1, 1), Weights(0, 1, squared_error=1), Weights(0.5, -0.5)])
def test_deviations_are_counted_in_the_errors_of_both_terms(weights: Weights) -> None:
    """An error of 3 nats and ROOM of 100 nats, weighed, and beta 2 times 0.5 nats: five times their sum are 5."""
    seen = BatchLoss(2.0, 4, 0.0, 100.0, 3.0, 40.0, 5.0, 0.5)
    predicted = {1: 110.0, 0: 50.0, 0.5: 45.0}[weights.cross_entropy]
    error = {1: 4.0, 0: 4.0, 0.5: 2.0}[weights.cross_entropy] + max(weights.cross_entropy, weights.squared_error) * (
        100 * ROOM
    )
    assert replace(seen, own_error=0.0).error(weights) == seen.error(weights)
    allowed = {1: 30.0, 0: 30.0, 0.5: 15.0}[weights.cross_entropy]  # of 10 nats of one term and twice 10 of the other
    scattered = replace(seen, drawn_cross_entropy=10.0, drawn_kl=10.0)
    assert scattered.error(weights) == pytest.approx(error + allowed)
    assert replace(scattered, own_error=7.0).error(weights) == pytest.approx(error + 7)
    for sign in (1, -1):
        assert replace(seen, loss=predicted + sign * 5 * error).deviation(weights) == pytest.approx(5)


@pytest.mark.parametrize("number", ["loss", "kl", "cross_entropy"])
def test_numbers_without_end_fail_and_break_nothing(number: str) -> None:
    """Where a wrong loss has driven a model so far that there is nothing to compare."""
    losses = [*losses_of(lambda bce, kl, beta, n: bce - beta * kl), resting(summed)]
    losses[-1] = replace(losses[-1], **{number: np.inf})
    with pytest.raises(Failed) as caught:
        expect_negative_elbo(losses, SIZE)
    assert caught.value.code.startswith("elbo.")


def test_terms_that_cancel_leave_their_rounding() -> None:
    """A KL divergence of nothing is a billionth of a nat in one sum and a millionth in another."""
    seen = BatchLoss(1.0, 64, 3e-6, 13000.0, 0.0, 0.0, 1e-9)
    assert seen.deviation(Weights(0, 1)) < 1
    assert seen.deviation(Weights(1, 1)) > 100


def test_small_losses_have_small_errors() -> None:
    """The least error is one of arithmetic, 1 part in 10,000 of the loss, and no number of nats."""
    seen = BatchLoss(1.0, 1, 0.02, 0.0, 0.0, 0.0, 0.01)
    assert seen.deviation(Weights(1, 1)) == pytest.approx(0.01 / (1e-4 * 0.02))


def test_causes_that_explain_nearly_as_well_are_told_too() -> None:
    """Those within 1 standard error of the best, the best first, each once and at most four; none beyond the bar."""
    assert _nearest(["far", "near", "best", "next"], np.array([1.75, 1.0, 0.5, 1.5])) == ["best", "near", "next"]
    assert _nearest([*"abcdef"], np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])) == [*"abcd"]
    assert _nearest(["same", "other", "same"], np.array([0.5, 0.75, 1.0])) == ["same", "other"]
    assert _nearest(["", "a"], np.array([0.5, 0.75])) == ["a"]
    assert _nearest(["a", "b"], np.array([5.6, 5.7])) == []


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


@pytest.mark.parametrize("estimated", [False, True], ids=["exact KL", "KL of one sample"])
def test_the_errors_of_a_batch_cover_what_is_drawn(estimated: bool) -> None:
    """2,000 losses that draw both terms anew lie around the prediction, within less than the error that is stated."""
    random, times, images = np.random.default_rng(4), 4, 8
    spread, single, kl_error = 12.0, 2.0, 0.3
    deviations = []
    for _ in range(2000):
        own = BCE + spread * random.normal(size=(DRAWS, images)).mean(axis=0)
        estimate = KLEstimate(KL + kl_error * random.normal(size=images), kl_error, single)
        terms = Terms(own, np.full(images, spread), np.zeros(images), np.zeros(images), estimate)
        drawn = (BCE + spread * random.normal(size=(times, images))).sum()
        drawn += BETA * (KL + estimated * single * random.normal(size=(times, images))).sum()
        deviations.append(batch_loss(terms, BETA, times, np.array([drawn])).deviation(Weights(1, 1)))
    assert np.sqrt(np.mean(np.square(deviations))) < 1
    assert np.max(deviations) < 5.5


def test_squared_errors_are_those_of_grey_images_too() -> None:
    """Images of 0.25 that come back as 0.3 or 0.7 have errors of 0.05 and 0.45 a pixel."""
    images = np.full((5, 28, 28, 1), 0.25, np.float32)
    found = terms_of(Blurring(np.random.default_rng(6)), images, KLEstimate(np.ones(5), 0, 0), training=False)
    draws = (found.squared_error / 784 - 0.45**2) / (0.05**2 - 0.45**2) * DRAWS  # how many were 0.3
    np.testing.assert_allclose(draws, np.round(draws), atol=1e-6)
    assert 0 < draws.mean() < DRAWS


@pytest.mark.parametrize(("times", "count"), [(1, 3), (4, 1), (3, 5)])
def test_terms_and_errors_of_a_batch_are_those_of_independent_draws(times: int, count: int) -> None:
    """The grader's errors are those of `times` times its estimates, for the cross-entropy a mean of DRAWS; those of the
    loss are of a mean of `count` losses, each a sum over `times` draws of an image.
    """
    random = np.random.default_rng(7)
    spread, nats, squares, kl, binarized = random.uniform(1, 5, size=(5, 6))
    terms = Terms(nats, spread, squares, binarized, KLEstimate(kl, error=0.3, single=2.0))
    losses = random.normal(1000, 10, size=count)
    found = batch_loss(terms, BETA, times, losses, spread=0.1)
    assert found.cross_entropy_error == pytest.approx(np.sqrt((times**2 * spread**2 / DRAWS).sum()))
    assert found.kl_error == pytest.approx(np.sqrt(6 * times**2 * 0.3**2))
    assert found.drawn_cross_entropy == pytest.approx(np.sqrt((times / count * spread**2).sum()))
    assert found.drawn_kl == pytest.approx(np.sqrt(times / count * 6 * 2.0**2))
    assert found.own_error == pytest.approx(0.1 * losses.mean() / np.sqrt(6 * times * count))
    sums = np.tile([nats, squares, kl, binarized], times).sum(axis=1)
    told = (found.cross_entropy, found.squared_error, found.kl, found.binarized)
    assert told == pytest.approx(tuple(sums))
    assert (found.beta, found.batch, found.loss) == (BETA, times * 6, pytest.approx(losses.sum() / count))


OTHER: dict[str, list[Loss]] = {
    "elbo.cross_entropy_factor": [
        lambda bce, kl, beta, n: 1.28 * bce + beta * kl, lambda bce, kl, beta, n: (1000 / 784 * bce + beta * kl) / n,
    ],
    "elbo.kl_factor": [
        lambda bce, kl, beta, n: bce + 0.7 * beta * kl, lambda bce, kl, beta, n: (bce + 3 * beta * kl) / n,
    ],
    "elbo.common_factor": [lambda bce, kl, beta, n: (bce + beta * kl) / 784],
    "elbo.kl_floor": [
        lambda bce, kl, beta, n: bce + beta * max(kl, 2.0 * n), lambda bce, kl, beta, n: (bce + beta * max(kl, n)) / n,
    ],
    "elbo.kl_ceiling": [lambda bce, kl, beta, n: bce + beta * min(kl, 3.0 * n)],
    "elbo.binarized_targets": [
        lambda bce, kl, beta, n: 350.0 * n + beta * kl, lambda bce, kl, beta, n: 350.0 + beta * kl / n,
    ],
}  # fmt: skip


@pytest.mark.parametrize("code", OTHER)
def test_what_no_weighing_explains_has_a_cause_of_its_own(code: str) -> None:
    """Factors, a KL divergence that is held up or down, and other targets: each is told, with what was counted."""
    for loss in OTHER[code]:
        with pytest.raises(Failed) as caught:
            expect_negative_elbo([*losses_of(loss), resting(loss)], SIZE)
        assert (caught.value.code, caught.value.parameters["also"]) == (code, [])
        assert caught.value.parameters["diagnosis"]


def test_what_the_losses_do_not_tell_apart_is_told_as_both() -> None:
    """A mean over seven dimensions and a factor of 0.15; a factor and a ceiling that only one KL divergence reaches."""
    alike: dict[str, tuple[list[BatchLoss], int, list[str]]] = {
        "elbo.kl_mean_over_dimensions": (
            [beside(seventh, BETA, n, BCE, 8.0, (BCE, 0.0), (8.0, 0.4)) for n in BATCHES] + [resting(seventh)],
            7, ["elbo.kl_factor"],
        ),
        "elbo.kl_factor": (
            [beside(cut, BETA, n, BCE, 13.0, (BCE, 0.0), (13.0, 0.0)) for n in BATCHES]
            + [beside(cut, 0.1, 16, 180.0, 18.0, (180.0, 0.0), (18.0, 0.0))],
            SIZE, ["elbo.kl_ceiling"],
        ),
    }  # fmt: skip
    for code, (losses, size, also) in alike.items():
        with pytest.raises(Failed) as caught:
            expect_negative_elbo(losses, size)
        assert (caught.value.code, caught.value.parameters["also"]) == (code, also)


def seventh(bce: float, kl: float, beta: float, n: int) -> float:
    return bce + 0.15 * beta * kl


def cut(bce: float, kl: float, beta: float, n: int) -> float:
    return bce + beta * min(kl, 3.0 * n)


@pytest.mark.parametrize("right", [summed, averaged])
def test_right_losses_are_explained_and_wrong_ones_are_not(right: Loss) -> None:
    """As sums and as means, all in the same way."""
    assert is_explained([*losses_of(right), resting(right)])
    assert not is_explained([seen(summed, 8), seen(averaged, 32)])
    assert not is_explained(losses_of(lambda bce, kl, beta, n: bce))
