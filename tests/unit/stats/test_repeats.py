"""How often a submission misses, against SciPy's tests of proportions, and what follows."""

import pytest
from scipy import stats

from grader.stats.repeats import Repeats, Verdict


@pytest.mark.parametrize(("missed", "count"), [(0, 1), (0, 20), (1, 20), (7, 20), (20, 20), (500, 1000)])
def test_the_interval_is_clopper_and_pearsons(missed: int, count: int) -> None:
    """As SciPy has it for the same numbers."""
    expected = stats.binomtest(missed, count).proportion_ci(0.95, "exact")
    assert Repeats(missed, count, 1e-4).interval == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(("missed", "count", "rate"), [(1, 20, 1e-4), (2, 20, 1e-4), (20, 20, 1e-6), (3, 10, 0.2)])
def test_the_probability_is_the_binomial_tail(missed: int, count: int, rate: float) -> None:
    """As SciPy has it, also where it is tiny."""
    expected = stats.binom(count, rate).sf(missed - 1)
    assert Repeats(missed, count, rate).probability == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("missed", "rate", "verdict"),
    [
        (0, 1e-4, Verdict.PASSES),
        (1, 1e-4, Verdict.CHANCE),  # once in 500 appeals
        (1, 1e-6, Verdict.NEAR),
        (2, 1e-4, Verdict.NEAR),
        (19, 1e-4, Verdict.NEAR),
        (20, 1e-4, Verdict.MISSES),
        (20, 1.0, Verdict.CHANCE),
    ],
)
def test_the_verdict_follows_from_what_a_right_solution_would_do(missed: int, rate: float, verdict: Verdict) -> None:
    """Of 20 measurements; a single one tells as much as it can."""
    assert Repeats(missed, 20, rate).verdict is verdict
    assert Repeats(0, 1, rate).verdict is Verdict.PASSES
