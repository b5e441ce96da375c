"""How a check says no: what raises, what it carries, and that NaN is never right."""

import numpy as np
import pytest

from grader.core import expect
from grader.core.expect import Diverged, Evidence, Failed


def test_that_raises_only_where_the_condition_does_not_hold() -> None:
    """A NumPy truth is a truth."""
    expect.that(np.bool_(True), "message")
    with pytest.raises(Failed, match="message"):
        expect.that(np.bool_(False), "message")


@pytest.mark.parametrize(
    ("sides", "evidence"),
    [({}, None), ({"expected": 0}, Evidence(0, None)), ({"measured": 3}, Evidence(None, 3)),
     ({"expected": 1, "measured": 2}, Evidence(1, 2))],
)  # fmt: skip
def test_that_carries_the_sides_it_was_given(sides: dict, evidence: Evidence | None) -> None:
    """One side alone is evidence, too; without any there is none, and nothing is earned."""
    with pytest.raises(Failed) as caught:
        expect.that(False, "message", "next step", **sides)
    failed = caught.value
    assert (str(failed), failed.message, failed.hint, failed.credit) == ("message", "message", "next step", 0.0)
    assert failed.evidence == evidence


@pytest.mark.parametrize(("bad", "count"), [([np.nan], 1), ([np.inf, -np.inf], 2), ([np.nan, 1.0, np.inf], 2)])
def test_what_is_not_finite_is_counted(bad: list[float], count: int) -> None:
    """NaN and both infinities count; the message says of what, how many and of how many."""
    array = np.zeros((2, 5))
    expect.finite(array, "The output")
    array[1, : len(bad)] = bad
    with pytest.raises(Diverged, match=f"The output holds {count} of 10 values") as caught:
        expect.finite(array, "The output")
    assert caught.value.hint.startswith("Look for")
    assert caught.value.evidence == Evidence("finite numbers", f"{count} values are NaN or infinite")


@pytest.mark.parametrize(("broken", "first"), [([0], 1), ([2, 3], 3), ([4], 5)])
def test_the_first_loss_that_is_not_finite_is_named(broken: list[int], first: int) -> None:
    """Steps are counted from 1, and the evidence says how many losses are finite."""
    losses = np.linspace(9, 1, 5)
    expect.finite_losses(losses)
    losses[broken] = [np.nan, np.inf][: len(broken)]
    with pytest.raises(Diverged, match=f"the loss of step {first} of 5 is not finite") as caught:
        expect.finite_losses(losses)
    assert caught.value.hint.startswith("Look for")
    assert caught.value.evidence == Evidence("finite losses", f"{5 - len(broken)} of 5 are finite")


@pytest.mark.parametrize(
    ("measured", "close"),
    [([1.0, 2.5], True), ([1.0, 1.5], True), ([1.0, 2.75], False), ([0.25, 2.0], False), ([1.0, np.nan], False),
     ([[1.0, 2.0]], False), ([1.0], False)],
)  # fmt: skip
def test_close_means_at_most_the_tolerance_everywhere(measured: list, close: bool) -> None:
    """The tolerance itself is close, in both directions; another shape, one that would broadcast, and NaN are not."""
    assert expect.close(np.array(measured), np.array([1.0, 2.0]), 0.5) is close


@pytest.mark.parametrize(
    ("value", "digits", "rounded"), [(123456, 4, 123500), (-0.0123456, 2, -0.012), (2.6e-9, 1, 3e-9), (7, 4, 7)]
)
def test_rounded_keeps_significant_digits(value: float, digits: int, rounded: float) -> None:
    """Wherever the point is; without a number of digits there are 4."""
    assert expect.rounded(value, digits) == rounded
    assert expect.rounded(np.float32(1234.567)) == 1235


def test_a_process_that_answers_amiss_is_told_what_with_and_what_to_do() -> None:
    """The harness never answers so by itself: the submission has touched what is the grader's."""
    failed = expect.not_an_answer("a table")
    assert failed.message == "The submission's process answered with a table."
    assert failed.hint == "Leave the grader's own objects alone."
