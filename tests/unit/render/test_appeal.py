"""An appeal: what is counted, what the verdict says, and what the page shows."""

from dataclasses import replace

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome
from grader.engine.appeal import appealed, is_random
from grader.engine.odds import with_odds
from grader.render.appeal import Appeal, appeal_json, appeal_page, nothing_random, rows_of, verdict_text
from grader.render.pages import student_page
from grader.render.terminal import plain_text
from grader.render.wording import missed_texts, odds_text

from . import samples

(CHECK,) = ASSIGNMENT.select(["gaussian_vae.samples_match_parameters"])
QUANTITY = "standard errors"


def result(value: float | None, outcome: Outcome | None = None, message: str = "") -> CheckResult:
    """What was measured under one seed; passed if it is within the limit."""
    decided = outcome or (Outcome.PASSED if value is not None and value <= 5.5 else Outcome.FAILED)
    recorded = {} if value is None else {QUANTITY: value}
    made = CheckResult(CHECK.id, CHECK.part, CHECK.points, 0.0, decided, message, recorded=recorded)
    return with_odds(ASSIGNMENT, made)


def appeal_of(*results: CheckResult) -> Appeal:
    reports = [samples.of_checks("ada", (each,)) for each in results]
    found = tuple(appealed(ASSIGNMENT, [CHECK], reports))
    return Appeal("ada", "gaussian_vae", 99, len(reports), "2027-01-01T12:00:00Z", "none", found, ())


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([2.0] * 20, "It passes under each of 20 seeds."),
        ([9.0] * 20, "under 20 of 20 seeds (83 to 100 % with 95 % confidence). A right solution does that less than "
                     "once in 1,000,000 appeals. Chance is no explanation: the grade stands."),
        ([2.0] * 13 + [9.0] * 7, "under 7 of 20 seeds (15 to 59 % with 95 % confidence)."),
    ],
)  # fmt: skip
def test_the_verdict_says_how_often_and_what_follows(values: list[float], words: str) -> None:
    """With an interval, and with the odds of a right solution."""
    (each,) = appeal_of(*map(result, values)).checks
    assert words in verdict_text(each)
    assert each.passed == sum(value < 5 for value in values)
    assert each.quantities[0].values == tuple(values)


def test_nbgraders_feedback_has_the_odds_of_the_page() -> None:
    """The comment on a part says them in the same words, of a failed threshold alone."""
    failed, passed = replace(result(9.0), message="Too far off."), result(2.0)
    (told,) = missed_texts(failed)
    assert told.startswith("Standard errors: 9, where at most 5.5 passes. A right solution measures this or worse ")
    assert told in " ".join(plain_text(ASSIGNMENT, [failed]).split())
    assert "A right solution" not in plain_text(ASSIGNMENT, [passed])
    page = student_page(ASSIGNMENT, samples.of_checks("ada", (failed,)))
    assert told in page


def test_what_is_no_matter_of_chance_is_said() -> None:
    """A check that was not measured, or failed for another reason; and a fault of ours counts for nothing."""
    skipped = result(None, Outcome.SKIPPED, "Not measured, because gaussian_vae.parameters_have_requested_size failed.")
    broken = result(None, Outcome.ERROR)
    (each,) = appeal_of(skipped, skipped, broken).checks
    assert (each.repeats, each.passed, each.unmeasured) == (None, 0, 1)
    assert verdict_text(each) == (
        "Under 2 seeds it did not come to the measurement, which is no matter of chance: Not measured, because "
        "gaussian_vae.parameters_have_requested_size failed. Under one seed the grader failed, and that counts for "
        "nothing."
    )


def test_the_drawing_has_everybody_on_one_scale() -> None:
    """The limit at one place, right values left of it and wrong ones right, far ones at the edge and counted."""
    ((each,),) = [appeal_of(*map(result, [2.0, 4.0, 100.0])).checks]
    strip = rows_of(each.quantities[0])
    assert [row.label for row in strip.rows] == [
        "this submission", "the reference", "right variants", "nearest known mistake (truncated_noise)",
    ]  # fmt: skip
    own, reference, variants, mistake = strip.rows
    assert (own.beyond, own.median, own.worst) == (1, 4.0, 100.0)
    assert len(reference.dots) == 100
    place = float(strip.place)
    assert all(float(dot) < place for dot in (*own.dots[:2], *reference.dots, *variants.dots))
    assert all(float(dot) > place for dot in (own.dots[2], *mistake.dots))
    assert "this submission: median 4, worst 100." in strip.in_words


def test_the_page_holds_no_seed_and_nothing_of_a_submission_gets_in() -> None:
    """Neither the seeds' origin nor the text of a hostile message."""
    hostile = result(None, Outcome.FAILED, "<script>alert(1)</script>")
    told = replace(appeal_of(result(2.0), hostile), submission="<b>ada</b>", seed=987654321)
    page = appeal_page(ASSIGNMENT, told)
    assert "987654321" not in page
    assert "<script>" not in page
    assert "<b>ada" not in page
    assert appeal_json(told)["seed"] == 987654321


def test_what_no_seed_changes_is_named() -> None:
    """A check without a threshold compares with right answers."""
    fixed = [check for check in ASSIGNMENT.select(["pictures"]) if not is_random(check)]
    assert len(fixed) == 2
    assert nothing_random(fixed).startswith("There is nothing random to appeal in pictures.strip_pairs_original")
    assert is_random(CHECK)


@pytest.mark.parametrize(
    ("odds", "words"),
    [
        (1e-6, "less than once in 1,000,000"),
        (2.5e-5, "once in 40,000"),
        (1 / 123456, "once in 120,000"),
        (0.25, "in 25 % of gradings"),
    ],
)
def test_odds_in_words(odds: float, words: str) -> None:
    """Two digits are as many as they have, and a bound where nothing smaller can be known."""
    assert odds_text(odds) == words
