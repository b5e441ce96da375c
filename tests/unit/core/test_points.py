"""Points as people write them."""

from hypothesis import given
from hypothesis import strategies as st

from grader.core.points import plain, total


@given(st.lists(st.integers(0, 10_000), max_size=60))
def test_a_sum_shows_no_error_of_rounding(cents: list[int]) -> None:
    """Hundredths add up as whole numbers do, in any order; a whole sum is a whole number."""
    found = total(each / 100 for each in cents)
    assert found == total(each / 100 for each in reversed(cents))
    assert str(found) == str(sum(cents) / 100).removesuffix(".0")


def test_numbers_are_written_as_people_do() -> None:
    """12 and 1.5, never 12.0."""
    assert [str(plain(value)) for value in (12.0, 1.5, 0, 0.1 + 0.2)] == ["12", "1.5", "0", "0.3"]
