"""How a check says no: what raises, what it carries, and that NaN is never right."""

import numpy as np
import pytest

from grader.core import expect
from grader.core.expect import Diverged, Evidence, Failed, SubmissionDied


@pytest.mark.parametrize("kind", [Failed, Diverged, SubmissionDied])
@pytest.mark.parametrize("code", ["", "size", "Size.wrong", "size.", ".wrong", "size..wrong", "size wrong.x", "size.3"])
def test_a_code_is_a_dotted_lower_case_name(kind: type, code: str) -> None:
    """Anything else is a bug of ours, found as soon as the failure is raised."""
    with pytest.raises(ValueError, match="no code of a failure"):
        kind(code, "message")
    assert kind("size_of.one.axis", "message").code == "size_of.one.axis"


@pytest.mark.parametrize("kind", [Failed, Diverged, SubmissionDied])
def test_a_message_is_its_template_with_the_parameters(kind: type) -> None:
    """Numbers are formatted in the template, and the parameters are kept as plain values."""
    failed = kind("loss.wrong", "After {steps} steps {loss:.2f} nats. {more}", steps=np.int64(3), loss=1 / 3, more="")
    assert (str(failed), failed.message) == ("After 3 steps 0.33 nats.",) * 2
    assert failed.template == "After {steps} steps {loss:.2f} nats. {more}"
    assert failed.parameters == {"steps": 3, "loss": 1 / 3, "more": ""}
    assert type(failed.parameters["steps"]) is int


@pytest.mark.parametrize("text", ["{", "}{", "{other}", "{0}", "{text.__class__}", "{{}}", "%s"])
def test_braces_in_a_parameter_are_braces(text: str) -> None:
    """Text of a submission is never read as a template, however often a failure is made anew."""
    failed = Failed("raised.somewhere", "It said: {text}", text=text)
    assert failed.message == f"It said: {text}"
    again = failed.adding("So said {who}.", who=text).adding("Twice.")
    assert again.message == f"It said: {text}. So said {text}. Twice."


def test_a_sentence_that_is_added_is_no_part_of_the_template() -> None:
    """Code, hint, evidence and credit stay; the parameters of the sentence are kept, too."""
    failed = Failed("size.wrong", "Size {size} is wrong.", "Look.", Evidence(1, 2), 0.5, size=17)
    more = failed.adding("Seen in {case}.", case="a")
    assert (more.code, more.template, more.hint, more.evidence, more.credit) == (
        "size.wrong", "Size {size} is wrong.", "Look.", Evidence(1, 2), 0.5,
    )  # fmt: skip
    assert (str(more), more.parameters) == ("Size 17 is wrong. Seen in a.", {"size": 17, "case": "a"})


def test_a_parameter_that_is_missing_is_an_error_of_ours() -> None:
    """It is no failure of a submission."""
    with pytest.raises(KeyError):
        Failed("size.wrong", "Size {size} is wrong.")


def test_that_raises_only_where_the_condition_does_not_hold() -> None:
    """A NumPy truth is a truth."""
    expect.that(np.bool_(True), "size.wrong", "message")
    with pytest.raises(Failed, match="message"):
        expect.that(np.bool_(False), "size.wrong", "message")


@pytest.mark.parametrize(
    ("sides", "evidence"),
    [({}, None), ({"expected": 0}, Evidence(0, None)), ({"measured": 3}, Evidence(None, 3)),
     ({"expected": 1, "measured": 2}, Evidence(1, 2))],
)  # fmt: skip
def test_that_carries_the_sides_it_was_given(sides: dict, evidence: Evidence | None) -> None:
    """One side alone is evidence, too; without any there is none, and nothing is earned."""
    with pytest.raises(Failed) as caught:
        expect.that(False, "size.wrong", "message", "next step", **sides)
    failed = caught.value
    assert (failed.code, failed.parameters) == ("size.wrong", {})
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
    assert caught.value.code == "numbers.not_finite"


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
    assert caught.value.code == "training.diverged"


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
    assert failed.code == "process.wrong_answer"
    assert failed.message == "The submission's process answered with a table."
    assert failed.hint == "Leave the grader's own objects alone."
