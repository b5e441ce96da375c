"""What a failed check missed, and how often a right solution would."""

import math
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome
from grader.engine.odds import with_odds

CHECK = "gaussian_vae.samples_match_parameters"


def result(outcome: Outcome = Outcome.FAILED, **recorded: float) -> CheckResult:
    values = {name.replace("_", " "): value for name, value in recorded.items()}
    return CheckResult(CHECK, "gaussian_vae", 3, 0.0, outcome, "", recorded=values)


def test_a_missed_threshold_has_the_odds_of_the_calibration() -> None:
    """A mistake is far beyond what right solutions measure; just beyond the limit they are still once in 100,000s."""
    (far,) = with_odds(ASSIGNMENT, result(standard_errors=23.7)).missed
    assert (far.quantity, far.side, far.limit, far.measured, far.odds) == (
        "standard errors",
        "at most",
        5.5,
        23.7,
        1e-6,
    )
    (near,) = with_odds(ASSIGNMENT, result(standard_errors=5.51)).missed
    assert near.odds is not None
    assert 1e-6 < near.odds < 1e-5


@pytest.mark.parametrize(
    "told",
    [
        {"outcome": Outcome.PASSED, "standard_errors": 9.0},
        {"standard_errors": 5.0},
        {"standard_errors": math.nan},
        {"standard_errors": math.inf},
        {"accuracy": 0.1},
        {},
    ],
)
def test_nothing_else_is_a_missed_threshold(told: dict[str, Any]) -> None:
    """Neither what passed, nor what holds, nor what is no number, nor a quantity that the check is not held to."""
    assert with_odds(ASSIGNMENT, result(**told)).missed == ()
