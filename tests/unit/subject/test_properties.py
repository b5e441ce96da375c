"""Claims over many cases: the smallest failing case is named, and one seed gives the same cases every time."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st

from grader.core.expect import Evidence, Failed, NotImplementedYet, SubmissionDied
from grader.subject.properties import for_all


def subject(seed: int = 1) -> Any:
    """All that is asked of a lab here is its grading seed."""
    return SimpleNamespace(seed=seed)


def cases_of(seed: int, **settings: Any) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    strategies = {"encoding_size": st.integers(1, 64), "batch_size": st.integers(1, 5)}
    for_all(subject(seed), lambda **case: seen.append(case), **settings, **strategies)
    return seen


def test_one_seed_draws_the_same_cases() -> None:
    """A grading can be repeated, and another seed asks other questions."""
    assert cases_of(7, examples=10) == cases_of(7, examples=10)
    assert cases_of(7, examples=10) != cases_of(8, examples=10)


def test_given_cases_come_first_and_drawn_ones_follow() -> None:
    """The telling cases are always asked, and as many more as are wanted."""
    first = ({"encoding_size": 1, "batch_size": 2}, {"encoding_size": 33, "batch_size": 3})
    seen = cases_of(7, first=first, examples=4)
    assert tuple(seen[:2]) == first
    assert len(seen) == 2 + 4


def test_the_smallest_failing_case_is_named() -> None:
    """Large sizes fail: the message names the smallest one, and keeps hint, evidence and credit of that case."""

    def claim(encoding_size: int, batch_size: int) -> None:
        if encoding_size >= 17:
            message = "Size {size} is wrong."
            raise Failed("size.wrong", message, "Look.", Evidence(1, encoding_size), credit=0.5, size=encoding_size)

    sizes = {"encoding_size": st.integers(1, 64), "batch_size": st.integers(1, 5)}
    with pytest.raises(Failed) as caught:
        for_all(subject(), claim, first=[{"encoding_size": 33, "batch_size": 3}], **sizes)
    failed = caught.value
    assert failed.message == "Size 17 is wrong. The smallest case found: encoding size 17, batch size 1."
    assert (failed.hint, failed.evidence, failed.credit) == ("Look.", Evidence(1, 17), 0.5)
    assert (failed.code, failed.template) == ("size.wrong", "Size {size} is wrong.")
    assert failed.parameters == {"size": 17, "smallest_case": "encoding size 17, batch size 1"}


def test_a_given_case_is_named_where_drawn_ones_hold() -> None:
    """Only one special case fails, and the search does not meet it: it is the smallest that was found."""

    def claim(size: int) -> None:
        if size == 10_000:
            raise Failed("size.wrong", "Wrong.")

    with pytest.raises(Failed, match=r"^Wrong\. The smallest case found: size 10000\.$"):
        for_all(subject(), claim, first=[{"size": 10_000}], size=st.integers(1, 64))


def test_a_failing_drawn_case_is_found_without_given_ones() -> None:
    """What no telling case shows, a drawn one may."""

    def claim(size: int) -> None:
        if size > 1:
            raise Failed("size.wrong", "Wrong.")

    with pytest.raises(Failed, match=r"size 2\.$"):
        for_all(subject(), claim, first=[{"size": 1}], examples=10, size=st.integers(1, 64))


def test_failures_that_come_and_go_are_failures() -> None:
    """What fails only sometimes is the submission's doing, and is said to be so."""
    calls: list[int] = []

    def claim(size: int) -> None:
        calls.append(size)
        if len(calls) == 2:
            raise Failed("size.wrong", "Wrong.", "Look.")

    with pytest.raises(Failed) as caught:
        for_all(subject(), claim, examples=5, size=st.integers(1, 64))
    assert "It does so only sometimes." in caught.value.message
    assert (caught.value.code, caught.value.template) == ("size.wrong", "Wrong.")
    assert caught.value.hint == "Look."


def test_the_death_of_a_submission_is_not_shrunk() -> None:
    """Each repetition would cost a process and its time: it passes through at once."""
    calls: list[int] = []

    def claim(size: int) -> None:
        calls.append(size)
        raise SubmissionDied("process.ended", "gone")

    with pytest.raises(SubmissionDied, match="gone"):
        for_all(subject(), claim, examples=20, size=st.integers(1, 64))
    assert len(calls) == 1


def test_the_death_of_a_submission_while_shrinking_passes_through() -> None:
    """A claim that fails for one case and kills the process for the next one."""

    def claim(size: int) -> None:
        if size < 30:
            raise SubmissionDied("process.ended", "gone")
        raise Failed("size.wrong", "Wrong.")

    with pytest.raises(SubmissionDied):
        for_all(subject(), claim, first=[{"size": 64}], size=st.integers(1, 64))


@pytest.mark.parametrize("first", [(), ({"size": 1},)])
def test_an_untouched_stub_passes_through(first: tuple[dict[str, int], ...]) -> None:
    """It is not a failing case but a task that is not done yet."""

    def claim(size: int) -> None:
        raise NotImplementedYet("Not done yet: encode")

    with pytest.raises(NotImplementedYet, match="encode"):
        for_all(subject(), claim, first=first, size=st.integers(1, 64))


def test_a_fault_of_ours_passes_through() -> None:
    """A bug in a check is not turned into a student's failure."""

    def claim(size: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        for_all(subject(), claim, size=st.integers(1, 64))


def test_nothing_is_left_in_the_working_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis keeps no database beside a student's files."""
    monkeypatch.chdir(tmp_path)
    cases_of(3)
    assert list(tmp_path.iterdir()) == []
