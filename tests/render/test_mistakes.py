"""The most common mistakes of a class: what is taken for the same one, and how it is told."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import strategies

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.expect import Failed
from grader.core.outcomes import Outcome, Report
from grader.render.mistakes import NAMED, SHOWN, common_mistakes, in_common, shape_of
from grader.render.pages import class_page
from grader.subject.properties import for_all
from grader.subject.subject import Subject

from . import samples
from .test_pages import Page

IN_ANOTHER_PART = 5  # the place of a check


def failing(name: str, message: str, check: int = 0) -> Report:
    """A submission that fails one check with a message."""
    whole = samples.solved(name)
    failed = replace(whole.checks[check], outcome=Outcome.FAILED, score=0.0, message=message, hint="Look again.")
    return replace(whole, checks=(*whole.checks[:check], failed, *whole.checks[check + 1 :]))


def test_numbers_do_not_tell_mistakes_apart() -> None:
    """Counts, decimals, exponents and numbered names; a number that is part of a word stays."""
    assert shape_of("After 125 steps images cost 201.3 nats") == shape_of("After 50 steps images cost 1,200 nats")
    assert shape_of("1.5e-07 and -3") == shape_of("2 and -30.5")
    assert shape_of("conv2d_7/kernel stays") == shape_of("conv2d_12/kernel stays")
    assert shape_of("It is float64, not float32.") == "It is float64, not float32."


def test_an_ellipsis_in_a_message_is_no_number() -> None:
    """A submission that says what the page puts for a number does not get into another one's mistake."""
    reports = [failing("a", "… of 14 rest"), failing("b", "3 of 14 rest"), failing("c", "\0 of 14 rest")]
    assert [mistake.count for mistake in common_mistakes(reports)] == [1, 1, 1]


def test_the_most_common_mistake_is_first_and_names_who_made_it() -> None:
    """One part and one message a mistake; the same words in another part are another mistake."""
    reports = [failing(f"s{number}", f"{number} of 14 variables rest") for number in range(3)]
    reports += [failing("t", "another message"), failing("u", "4 of 14 variables rest", check=IN_ANOTHER_PART)]
    first, *others = common_mistakes(reports)
    assert (first.count, first.submissions) == (3, ("s0", "s1", "s2"))
    assert first.message == "… of 14 variables rest"
    assert first.hint == "Look again."
    assert sorted(mistake.count for mistake in others) == [1, 1]


def test_one_cause_in_several_checks_of_a_part_is_one_mistake() -> None:
    """Its checks are listed in the order of the lab, and who failed several of them is counted once."""
    both = failing("s0", "The decoder is missing.")
    both = replace(
        both, checks=(both.checks[0], failing("s0", "The decoder is missing.", 1).checks[1], *both.checks[2:])
    )
    (mistake,) = common_mistakes([failing("t", "The decoder is missing.", 1), both])
    assert mistake.checks == (both.checks[0].id, both.checks[1].id)
    assert (mistake.count, mistake.submissions) == (2, ("t", "s0"))
    words = " ".join(Page(class_page(ASSIGNMENT, [both])).words.split())
    assert f"{mistake.checks[0]}, {mistake.checks[1]} · s0" in words


def test_the_case_that_one_check_found_does_not_tell_mistakes_apart() -> None:
    """Of two checks that meet the same crash, the one that tries many sizes adds where it met it."""
    crash = "Your code raised NameError: no such name."

    def one_size(encoding_size: int) -> None:
        raise Failed(crash)

    with pytest.raises(Failed, match="smallest case") as found:
        for_all(cast("Lab", SimpleNamespace(seed=1)), one_size, encoding_size=strategies.integers(1, 40))
    (mistake,) = common_mistakes([failing("a", found.value.message), failing("b", crash, 1)])
    assert (mistake.message, mistake.count) == (crash, 2)


def test_a_number_that_all_have_is_shown() -> None:
    """Only what differs is left out; a single message is shown as it is."""
    assert in_common(["3 of 14 rest: conv2d_8", "5 of 14 rest: conv2d_9"]) == "… of 14 rest: conv2d_…"
    assert in_common(["6 of 14 rest"]) == "6 of 14 rest"
    assert in_common(["no number", "no number"]) == "no number"


def test_only_failures_are_mistakes() -> None:
    """What is still to do, was skipped or could not be measured is none."""
    assert common_mistakes([samples.untouched(), samples.grader_fault(), samples.solved(), samples.unreadable()]) == []


def test_the_page_is_bounded() -> None:
    """Some mistakes, some names each, and how many more there are."""
    reports = [failing(f"s{n:02d}-{m:02d}", "word " * m, check=m) for m in range(1, 20) for n in range(NAMED + 3)]
    assert len(common_mistakes(reports)) == SHOWN
    words = " ".join(Page(class_page(ASSIGNMENT, reports)).words.split())
    assert "and 3 more" in words
