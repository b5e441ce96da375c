"""Which attempt counts, held against the rules said once more."""

from hypothesis import given
from hypothesis import strategies as st

from grader.core.attempts import Attempt, Counts, counting

ATTEMPTS = st.lists(
    st.builds(Attempt, st.booleans(), st.none() | st.integers(-1, 4).map(float)), min_size=1, max_size=6
)


@given(ATTEMPTS)
def test_the_last_one_counts(attempts: list[Attempt]) -> None:
    """Or the last that is not late, or else the first."""
    assert counting(attempts, Counts.LAST) == len(attempts) - 1
    in_time = [place for place, each in enumerate(attempts) if not each.is_late]
    assert counting(attempts, Counts.LAST_IN_TIME) == (in_time[-1] if in_time else 0)


@given(ATTEMPTS)
def test_the_best_one_counts(attempts: list[Attempt]) -> None:
    """None is better, and none after it as good; one without a final score goes before all that have one."""
    place = counting(attempts, Counts.BEST)
    best = attempts[place].score
    scores = [each.score for each in attempts]
    if None in scores:
        assert best is None
    else:
        assert best == max(scores)  # type: ignore[type-var]
    assert best not in scores[place + 1 :]
