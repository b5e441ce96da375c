"""The KL divergence against numerical integration, and each known wrong formula against code that makes the mistake."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from grader.stats.formulas import WRONG_KL, WRONG_WEIGHINGS, kl_divergence, weighings


def integrated(mean: float, log_variance: float) -> float:
    """KL of N(mean, exp(log_variance)) from N(0, 1) in nats, by numerical integration."""
    posterior = norm(mean, math.exp(log_variance / 2))

    def integrand(z: float) -> float:
        return posterior.pdf(z) * (posterior.logpdf(z) - norm.logpdf(z))

    reach = 12 * posterior.std()
    return quad(integrand, mean - reach, mean + reach, epsabs=1e-10, limit=200)[0]


@pytest.mark.parametrize(("mean", "log_variance"), [(0.0, 0.0), (0.7, 1.3), (-1.2, -1.3), (2.5, 0.4), (0.0, -3.0)])
def test_kl_is_the_integral(mean: float, log_variance: float) -> None:
    """The closed form of one component is the integral that defines the divergence."""
    found = kl_divergence(np.array([[mean]]), np.array([[log_variance]]))
    np.testing.assert_allclose(found, [integrated(mean, log_variance)], rtol=1e-6, atol=1e-9)


def test_kl_adds_up_over_components_only() -> None:
    """(B, d) -> (B,): rows stay apart, components are summed."""
    mean, log_variance = np.random.default_rng(1).normal(size=(2, 3, 4))
    rows = [[integrated(m, v) for m, v in zip(*row, strict=True)] for row in zip(mean, log_variance, strict=True)]
    np.testing.assert_allclose(kl_divergence(mean, log_variance), np.sum(rows, axis=1), rtol=1e-6)


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_kl_is_zero_only_at_the_prior(mean: float, log_variance: float) -> None:
    """Never negative, and 0 where mean and log-variance are."""
    (found,) = kl_divergence(np.array([[mean]]), np.array([[log_variance]]))
    assert found >= -1e-12
    if abs(mean) > 1e-3 or abs(log_variance) > 1e-3:
        assert found > 0


def loop(mean: np.ndarray, second: np.ndarray, term: object) -> np.ndarray:
    """A sum over components as a beginner writes it."""
    return np.array([sum(term(m, v) for m, v in zip(*row, strict=True)) for row in zip(mean, second, strict=True)])


def right(m: float, v: float) -> float:
    return -0.5 * (1 + v - m * m - math.exp(v))


STUDENTS = {
    "kl.mean_over_dimensions": lambda m, v: loop(m, v, right) / m.shape[1],
    "kl.without_one_half": lambda m, v: loop(m, v, lambda m, v: m * m + math.exp(v) - v - 1),
    "kl.opposite_sign": lambda m, v: loop(m, v, lambda m, v: 0.5 * (1 + v - m * m - math.exp(v))),
    "kl.of_log_deviation": lambda m, v: loop(
        m,
        v,
        lambda m, s: -s + (math.exp(s) ** 2 + m * m) / 2 - 0.5,  # the formula with sigma = exp(s)
    ),
    "kl.of_variance": lambda m, v: loop(
        m,
        v,
        lambda m, s: 0.5 * (abs(s) + m * m - 1 - math.log(abs(s))),  # abs, or its logarithm is no number
    ),
    "kl.without_constant": lambda m, v: loop(m, v, lambda m, v: 0.5 * (m * m + math.exp(v) - v)),
    "kl.without_log_variance": lambda m, v: loop(m, v, lambda m, v: 0.5 * (m * m + math.exp(v) - 1)),
    "kl.without_variance": lambda m, v: loop(m, v, lambda m, v: 0.5 * (m * m - v - 1)),
    "kl.absolute_mean": lambda m, v: loop(m, v, lambda m, v: 0.5 * (abs(m) + math.exp(v) - v - 1)),
    "kl.first_component_alone": lambda m, v: np.array([right(a[0], b[0]) for a, b in zip(m, v, strict=True)]),
    "kl.without_mean": lambda m, v: loop(m, v, lambda m, v: 0.5 * (math.exp(v) - v - 1)),
    "kl.mean_not_squared": lambda m, v: loop(m, v, lambda m, v: 0.5 * (m + math.exp(v) - v - 1)),
    "kl.reversed": lambda m, v: loop(
        m, v, lambda m, v: math.log(math.exp(v / 2)) + (1 + m * m) / (2 * math.exp(v)) - 0.5
    ),
    "kl.mean_over_batch": lambda m, v: np.array([sum(loop(m, v, right)) / len(m)] * len(m)),
    "kl.sum_over_batch": lambda m, v: np.array([sum(loop(m, v, right))] * len(m)),
    "kl.in_bits": lambda m, v: loop(m, v, lambda m, v: right(m, v) / math.log(2)),
}


@pytest.mark.parametrize("code", STUDENTS)
def test_each_wrong_formula_is_told_from_all_others(code: str) -> None:
    """At a telling case a mistake agrees with the formula that names it, and with no other one."""
    mean, log_variance = np.random.default_rng(7).normal(size=(2, 5, 3))
    wrong = STUDENTS[code](mean, log_variance)
    known = {known: formula(mean, log_variance) for known, (_, formula) in WRONG_KL.items()}
    assert [known for known, found in known.items() if np.allclose(found, wrong, atol=1e-3)] == [code]
    assert not np.allclose(kl_divergence(mean, log_variance), wrong, atol=1e-3)


def test_every_known_wrong_formula_has_its_student() -> None:
    """The table above leaves none out."""
    assert STUDENTS.keys() == WRONG_KL.keys()


def test_the_right_weighings_come_first_and_have_no_code() -> None:
    """Sum or mean of both terms, in the same ratio; every other weighing says what is wrong with it."""
    found = weighings(batch=32, size=10, beta=3.0)
    assert [(w.cross_entropy, w.divergence) for w in found[:2]] == [(1, 1), (1 / 32, 1 / 32)]
    assert [w.code == "" for w in found] == [True, True] + [False] * (len(found) - 2)
    assert {w.code for w in found[2:]} == WRONG_WEIGHINGS.keys()
