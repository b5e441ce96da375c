"""The page of what students are told: of twenty mistakes at least, and fresh."""

import json

from benchmarks import mistakes_told
from grader.autoencoders.assignment import ASSIGNMENT
from tests.submissions.edits import edited, reference_sources
from tests.submissions.natural import SAID, natural_mistakes

MISTAKES = natural_mistakes()


def test_there_are_twenty_and_each_can_be_made() -> None:
    """Their edits apply, their checks exist, and no two have one name."""
    checks = {check.id for check in ASSIGNMENT.checks}
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES) >= 20
    for mistake in MISTAKES:
        assert mistake.check in checks
        assert edited(mistake.name, reference_sources(), mistake.edits) != reference_sources()


def test_the_page_is_fresh() -> None:
    """docs/messages.md is what the record renders to, and the record has every mistake, now and before."""
    said = json.loads(SAID.read_text(encoding="utf-8"))
    stale = "docs/messages.md is stale: run `python -m benchmarks.mistakes_told`"
    assert mistakes_told.PAGE.read_text(encoding="utf-8") == mistakes_told.page(said), stale
    assert said["mistakes"].keys() == {mistake.name for mistake in MISTAKES}, stale
    assert all(each["now"].keys() >= {"message", "next"} for each in said["mistakes"].values())


def test_the_record_says_what_the_list_demands() -> None:
    """A record of an earlier wording is stale."""
    said = json.loads(SAID.read_text(encoding="utf-8"))["mistakes"]
    assert [m.name for m in MISTAKES if m.says not in said[m.name]["now"]["message"]] == []
    assert [m.name for m in MISTAKES if m.next not in said[m.name]["now"]["next"]] == []
