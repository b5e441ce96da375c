"""The most common mistakes of a class: what is taken for the same one, and how it is told."""

import json
from dataclasses import replace
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.expect import Failed, filled
from grader.core.outcomes import CheckResult, Outcome, Report
from grader.render.mistakes import NAMED, SHOWN, common_mistakes, in_common
from grader.render.pages import class_page

from . import samples
from .test_pages import Page

CHECKS = ASSIGNMENT.checks
IN_ANOTHER_PART = 5  # the place of a check
FROZEN = "{frozen} of {total} variables are frozen."


def result(code: str, template: str, check: int = 0, **parameters: Any) -> CheckResult:
    """A failure of the check at this place."""
    item = CHECKS[check]
    cause = {"code": code, "template": template, "parameters": parameters}
    message = filled(template, parameters)
    return CheckResult(item.id, item.part, item.points, 0.0, Outcome.FAILED, message, "Look again.", **cause)


def report(name: str, *failures: CheckResult) -> Report:
    """A submission whose other checks have passed."""
    failed = {failure.id: failure for failure in failures}
    return samples.report(name, lambda check: failed.get(check.id) or samples.result(check, Outcome.PASSED))


def words_of(reports: list[Report]) -> str:
    return " ".join(Page(class_page(ASSIGNMENT, reports)).words.split())


def test_the_most_common_mistake_is_first_and_names_who_made_it() -> None:
    """One part and one code a mistake; the same code in another part is another mistake."""
    reports = [report(f"s{n}", result("training.frozen", FROZEN, frozen=n, total=14)) for n in range(3)]
    reports.append(report("t", result("training.slow", "It is slow.")))
    reports.append(report("u", result("training.frozen", FROZEN, IN_ANOTHER_PART, frozen=4, total=14)))
    first, *others = common_mistakes(reports)
    assert (first.code, first.count, first.submissions) == ("training.frozen", 3, ("s0", "s1", "s2"))
    assert (first.message, first.hint) == ("… of 14 variables are frozen.", "Look again.")
    assert sorted((mistake.code, mistake.submissions) for mistake in others) == [
        ("training.frozen", ("u",)), ("training.slow", ("t",)),
    ]  # fmt: skip


def test_equal_messages_of_two_causes_are_two_mistakes() -> None:
    """What a message says decides nothing."""
    reports = [report("a", result("loss.one", "It is wrong.")), report("b", result("loss.other", "It is wrong."))]
    assert [mistake.count for mistake in common_mistakes(reports)] == [1, 1]


def test_one_cause_in_several_checks_of_a_part_is_one_mistake() -> None:
    """Its checks are listed in the order of the lab, and who failed several of them is counted once."""
    both = report("s0", *(result("decoder.missing", "The decoder is missing.", check) for check in (0, 1)))
    (mistake,) = common_mistakes([report("t", result("decoder.missing", "There is no decoder.", 1)), both])
    assert mistake.checks == (CHECKS[0].id, CHECKS[1].id)
    assert (mistake.count, mistake.submissions) == (2, ("t", "s0"))
    assert mistake.message == "There is no decoder."
    assert f"{CHECKS[0].id}, {CHECKS[1].id} · s0" in words_of([both])


def test_what_was_added_for_one_submission_is_not_shown() -> None:
    """Of two checks that meet the same crash, the one that tries many sizes adds where it met it."""
    crash = Failed("raised.in_submission", "Your code raised {type}.", type="NameError")
    found = crash.adding("The smallest case found: {case}.", case="size 3")
    added = replace(result(found.code, found.template, **found.parameters), message=found.message)
    other = result("raised.in_submission", "Your code raised {type}.", 1, type="ValueError")
    (mistake,) = common_mistakes([report("a", added), report("b", other)])
    assert (mistake.message, mistake.count) == ("Your code raised ….", 2)


@pytest.mark.parametrize("text", ["{", "{other}", "{text.__class__}", "…", "\0"])
def test_text_of_a_submission_is_a_value(text: str) -> None:
    """It is neither read as a template nor taken for what differs."""
    failures = [result("raised.it", "It said {text}, {n} times.", text=text, n=n) for n in (1, 2)]
    shown = "" if text == "\0" else text
    assert in_common(failures) == f"It said {shown}, … times."


def test_numbers_keep_their_format() -> None:
    """What all have is shown as each message shows it, also when it was kept as JSON in between."""
    failures = [result("loss.high", "{loss:.1f} of {bar:.0f} nats.", loss=loss, bar=150.0) for loss in (201.26, 190.0)]
    kept = [replace(each, parameters=json.loads(json.dumps(each.parameters))) for each in failures]
    assert in_common(failures) == in_common(kept) == "… of 150 nats."
    assert in_common(kept[:1]) == "201.3 of 150 nats."


def test_a_record_that_its_template_does_not_fit_is_shown_as_it_is() -> None:
    """NaN is a text in a record, and an old record has no template."""
    nan = replace(result("loss.high", "{loss} nats.", loss="nan"), template="{loss:.1f} nats.")
    assert in_common([nan]) == "nan nats."
    assert in_common([replace(nan, template="")]) == "nan nats."
    assert in_common([replace(nan, parameters={})]) == "nan nats."


def test_only_failures_are_mistakes() -> None:
    """What is still to do, was skipped or could not be measured is none."""
    failure = result("loss.high", "Too high.")
    others = [replace(failure, outcome=outcome) for outcome in Outcome if outcome is not Outcome.FAILED]
    assert common_mistakes([report(each.outcome, each) for each in others]) == []


def test_the_page_is_bounded() -> None:
    """Some mistakes, some names each, and how many more there are."""
    reports = [
        report(f"s{n:02d}-{m:02d}", result("loss.high", "Too high." + " word" * 200, m))
        for m in range(1, 20)
        for n in range(NAMED + 3)
    ]
    for place, each in enumerate(reports):  # more causes than are shown
        failures = [
            c if c.outcome is Outcome.PASSED else replace(c, code=f"loss.{'x' * (place // 9 + 1)}") for c in each.checks
        ]
        reports[place] = replace(each, checks=tuple(failures))
    found = common_mistakes(reports)
    assert len(found) == SHOWN
    assert max(len(mistake.message) for mistake in found) <= 400
    assert "and 3 more" in words_of(reports)
