"""Two gradings of one class, compared check by check."""

from dataclasses import replace

from benchmarks.moved import moved, page
from grader.core.outcomes import Outcome

from ..render import samples


def test_what_moved_is_listed() -> None:
    """Another outcome, score or code is a row; times and messages are none; a missing submission is one a check."""
    before = (samples.solved("ada"), samples.untouched("charles"))
    first, second, *others = before[0].checks
    failed = replace(first, outcome=Outcome.FAILED, score=0, code="some.cause")
    after = replace(before[0], checks=(failed, replace(second, seconds=99.0, message="other words"), *others))
    rows = list(moved(before, (after, before[1])))
    assert rows == [("ada", first.id, f"passed, {first.points} points", "failed, 0 points some.cause")]
    gone = list(moved(before, before[:1]))
    assert [row[3] for row in gone] == ["not there, 0 points"] * len(before[1].checks)


def test_the_page_counts_them() -> None:
    """And says under which versions each was graded; without a row there is no table."""
    reports = samples.class_of_seven()[:1]
    text, has_moved = page(reports, reports)
    assert text.startswith(f"# 0 of {len(reports[0].checks)} checks have moved\n")
    assert "TensorFlow" in text
    assert "|" not in text
    assert not has_moved
