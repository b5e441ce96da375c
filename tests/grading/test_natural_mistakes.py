"""Mistakes that are close at hand: each is named by its code, and the next step fits it."""

import re

import pytest

from grader.core.outcomes import CheckResult, Outcome
from grader.render.terminal import ORIGINAL
from tests.submissions.natural import NaturalMistake, natural_mistakes, results_of

MISTAKES = natural_mistakes()
FOR_ITS_MAKERS = re.compile(r"inspect\._empty|/device:|\{\{|\[Op:|Call arguments received|in user code")


@pytest.fixture(scope="module")
def results() -> dict[str, CheckResult]:
    """One process makes all of them, as one kernel would."""
    return {mistake.name: result for mistake, result in zip(MISTAKES, results_of(MISTAKES), strict=True)}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_named_and_the_next_step_fits(mistake: NaturalMistake, results: dict[str, CheckResult]) -> None:
    """What is said is about this mistake, and the step is one that mends it without giving the solution."""
    found = results[mistake.name]
    assert found.outcome is Outcome.FAILED
    assert (found.code, found.message) == (mistake.code, found.message)
    assert mistake.says in found.message
    assert mistake.next in found.hint


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_nothing_is_said_that_only_tensorflow_can_read(
    mistake: NaturalMistake, results: dict[str, CheckResult]
) -> None:
    """No nodes, no devices, no arguments of layers; the original is kept, folded."""
    found = results[mistake.name]
    assert not FOR_ITS_MAKERS.search(found.message + found.hint)
    assert len(str(found.parameters.get("original", ""))) <= 4 * ORIGINAL
