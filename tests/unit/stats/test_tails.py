"""The model of tails that the thresholds are derived from, against SciPy's distributions."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from grader.core.thresholds import Threshold
from grader.stats.tails import Tail, badness, tail_of, tails_of, value_of

LOW, HIGH = Threshold("accuracy", "at most", 3.0), Threshold("accuracy", "at least", 3.0)
SQUARED = Threshold("standard errors", "at most", 3.0)


def test_a_tail_of_exponential_numbers_is_found_again() -> None:
    """20,000 of them: probabilities far out agree with SciPy's survival function within a tenth."""
    values = stats.expon(loc=2, scale=0.5).rvs(20_000, random_state=1)
    tail = tail_of(list(values))
    for far in (3.0, 4.0, 5.0):
        assert tail.probability_above(far) == pytest.approx(stats.expon(loc=2, scale=0.5).sf(far), rel=0.3)
    assert tail.quantile_above(1e-3) == pytest.approx(stats.expon(loc=2, scale=0.5).isf(1e-3), rel=0.05)


def test_normal_numbers_miss_less_often_than_is_said() -> None:
    """Of 200 samples of a hundred normal numbers nine in ten give a higher probability at 4 deviations than is true."""
    samples = np.random.default_rng(0).normal(size=(200, 100))
    said = [tail_of(list(values)).probability_above(4.0) for values in samples]
    assert np.quantile(said, 0.1) > stats.norm.sf(4.0)


def test_squared_standard_errors_have_the_tail_that_the_model_says() -> None:
    """The largest of 30 standard errors, 2,000 times: at 5 of them the model is right within a factor of 4."""
    values = np.abs(np.random.default_rng(0).normal(size=(2000, 30))).max(axis=1)
    tail = tail_of([badness(SQUARED, v) for v in values])
    right = 30 * 2 * stats.norm.sf(5.0)
    assert right / 4 < tail.probability_above(25.0) < 4 * right


def test_equal_values_never_reach_another_one() -> None:
    """All runs took the same steps: no excess, so no probability, and below them nothing is said."""
    tail = tail_of([150.0] * 10)
    assert (tail.probability_above(151), tail.probability_above(149), tail.quantile_above(1e-4)) == (0.0, 1.0, 150.0)


def test_few_values_share_the_mean_excess_of_all() -> None:
    """Ten equal values of one solution, two that vary, and one that varies a little more: one excess for all."""
    varied = list(np.linspace(0, 1, 10))
    values = {"still": [0.5] * 10, "one": varied, "other": varied, "more": [1.5 * v for v in varied]}
    tails = tails_of(LOW, values)
    mean = (2 * np.mean(np.array(varied[5:]) - 0.5) + 1.5 * np.mean(np.array(varied[5:]) - 0.5)) / 3
    assert [tail.excess for tail in tails.values()] == pytest.approx([mean] * 4)
    assert tails["more"].start == 0.75


def test_an_excess_that_is_no_chance_stays_its_own() -> None:
    """Ten values that spread five times as far as those of twenty others; and many values speak for themselves."""
    random = np.random.default_rng(3)
    values = {f"usual {n}": list(random.exponential(size=10)) for n in range(20)}
    tails = tails_of(LOW, values | {"wide": list(5 * random.exponential(size=10)), "many": [0.1, 0.2] * 50})
    shared = tails["usual 0"].excess
    assert all(tails[name].excess == shared for name in values)
    assert tails["wide"].excess > 2 * shared
    assert tails["many"].excess < 0.1 * shared


def test_by_chance_hardly_any_solution_is_taken_for_a_wide_one() -> None:
    """Of 4,000 solutions with ten exponential values each, about one in a thousand."""
    random = np.random.default_rng(0)
    values = {str(n): list(row) for n, row in enumerate(random.exponential(size=(4000, 10)))}
    excesses = [tail.excess for tail in tails_of(LOW, values).values()]
    assert 1 <= len(set(excesses)) - 1 <= 20


@pytest.mark.parametrize("threshold", [LOW, HIGH, SQUARED, replace(SQUARED, side="at least")])
def test_badness_grows_towards_the_wrong_side_and_back(threshold: Threshold) -> None:
    """The wrong value is the worse one, and the way back gives the value."""
    right, wrong = (2.0, 4.0) if threshold.side == "at most" else (4.0, 2.0)
    assert badness(threshold, right) < badness(threshold, threshold.limit) < badness(threshold, wrong)
    assert value_of(threshold, badness(threshold, right)) == pytest.approx(right)


def test_the_tail_starts_where_a_fifth_of_many_values_lies_above() -> None:
    """Of a hundred values the twenty largest, of ten the five."""
    assert tail_of(list(range(100))) == Tail(pytest.approx(79.2), 0.2, pytest.approx(10.3), 99.0, 20)
    assert tail_of(list(range(10))) == Tail(4.5, 0.5, 2.5, 9.0, 5)
