"""What a submission's process reports as a failure: only known fields count, and the work is bounded."""

import time
from typing import Any

import pytest

from grader.core import expect
from grader.subject import errors as remote_errors
from grader.subject.errors import as_exception


def seconds_for(failure: Any) -> float:
    start = time.thread_time()
    as_exception(failure)
    return time.thread_time() - start


@pytest.mark.parametrize(
    ("failure", "kind", "said"),
    [
        ({"kind": "stub", "message": "vae"}, expect.NotImplementedYet, "Not done yet: vae"),
        (
            {"kind": "raised", "type": "KeyError", "doing": "loading vae", "where": "vae.py, line 3", "message": "'a'"},
            expect.Failed,
            "Your code raised KeyError while loading vae (vae.py, line 3): 'a'",
        ),
        (
            {"kind": "shape", "what": "encode", "expected": [4, 10], "received": [4, 5]},
            expect.Failed,
            "encode should return [4, 10], but returned [4, 5].",
        ),
        (
            {"kind": "missing", "name": "VAE", "where": "vae.py", "present": ["AE", "os"]},
            expect.Failed,
            "vae.py has no VAE.",
        ),
        (
            {
                "kind": "missing",
                "name": "VAE",
                "where": "It",
                "present": [],
                "notes": ["cell 2 was left out"],
            },
            expect.Failed,
            "It has no VAE. Note: ['cell 2 was left out']",
        ),
        ({"kind": "missing_module", "name": "vae.py"}, expect.Failed, "The submission has no vae.py."),
        ({"kind": "fault", "message": "no such operation"}, expect.GraderFault, "no such operation"),
        ({}, expect.GraderFault, "an unknown failure"),
        ("no dictionary", expect.GraderFault, "a failure without a description"),
    ],
)
def test_what_a_harness_reports_is_worded(failure: Any, kind: type[Exception], said: str) -> None:
    """The usual reports, in full."""
    found = as_exception(failure)
    assert type(found) is kind
    assert str(found) == said


@pytest.mark.parametrize(
    ("kind", "code"),
    [("raised", "raised.in_submission"), ("shape", "shape.wrong"), ("missing", "missing.name"),
     ("missing_module", "import.missing_module")],
)  # fmt: skip
def test_each_kind_of_failure_has_its_code(kind: str, code: str) -> None:
    """Whatever a process reports, it is one of these; braces in what it reports are braces."""
    hostile = dict.fromkeys(remote_errors.FIELDS, "{message} {0} {type.__class__} {")
    found = as_exception(hostile | {"kind": kind})
    assert isinstance(found, expect.Failed)
    assert found.code == code
    assert "{type.__class__} {" in found.message


def test_what_is_there_is_evidence() -> None:
    """A list of names is shown as a list."""
    found = as_exception({"kind": "missing", "name": "VAE", "where": "vae.py", "present": ["AE", "os"]})
    assert isinstance(found, expect.Failed)
    assert found.evidence == expect.Evidence("VAE", "['AE', 'os']")


def test_only_known_fields_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields that no wording uses cost nothing, however many there are and whatever is in them."""
    looked_at = []
    monkeypatch.setattr(remote_errors, "printable", lambda text, _: looked_at.append(text) or text)
    unknown = {f"field {n}": "\x9d" * 100 for n in range(100_000)}
    assert str(as_exception(unknown | {"kind": "stub", "message": "vae"})) == "Not done yet: vae"
    assert sorted(looked_at) == ["stub", "vae"]


@pytest.mark.parametrize(
    "value",
    ["\x9d" * 2**24, ["\x9d" * 2**20] * 20, [[0] * 1000] * 1000, list(range(10**6)), {str(n): n for n in range(10**6)}],
    ids=["text", "texts", "lists", "numbers", "dictionary"],
)
def test_a_field_is_cut_before_it_is_cleaned(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be shown is not worked on, be it a text, a list or lists of lists."""
    lengths = []
    monkeypatch.setattr(remote_errors, "printable", lambda text, limit: lengths.append(len(text)) or text[:limit])
    failure = as_exception({"kind": "stub", "message": value})
    assert len(str(failure)) < 700
    assert max(lengths) < 4000
    assert seconds_for({"kind": "stub", "message": value}) < 0.5


def test_a_long_field_ends_in_an_ellipsis() -> None:
    """A reader sees that something was cut, also in a list."""
    assert str(as_exception({"message": "x" * 10**6})).endswith("x…")
    assert str(as_exception({"message": ["x"] * 100})).endswith("'x', '…']")
    assert str(as_exception({"message": [{"a": 1}, 3, None]})) == "['…', 3, None]"


def test_nesting_without_end_is_no_error() -> None:
    """Lists in lists, deeper than Python writes them out."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert "…" in str(as_exception({"message": deep}))
