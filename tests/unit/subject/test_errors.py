"""What a submission's process reports as a failure: only known fields count, and the work is bounded."""

import time
from typing import Any

import pytest

from grader.core import expect
from grader.core.outcomes import LeftOut
from grader.harness.blame import missing
from grader.subject import errors as remote_errors
from grader.subject.errors import as_exception, left_out_of


def seconds_for(failure: Any) -> float:
    start = time.thread_time()
    as_exception(failure)
    return time.thread_time() - start


CAUSED = {
    "kind": "missing", "name": "VAE", "where": "Your notebook", "binder": "lab05.ipynb, cell 7", "cause": "syntax",
    "place": "lab05.ipynb, cell 7", "line": 3, "reason": "SyntaxError: expected ':'",
}  # fmt: skip


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
            {"kind": "missing", "name": "VAE", "where": "vae.py", "part": "vae", "present": ["AE", "os"]},
            expect.Failed,
            "vae.py defines no `VAE`, which the part vae is about.",
        ),
        (
            {"kind": "missing", "name": "VAE", "where": "vae.py", "present": ["Vae"], "near": "Vae"},
            expect.Failed,
            "vae.py defines no `VAE`, but a `Vae`.",
        ),
        (
            CAUSED,
            expect.Failed,
            "Your notebook defines no `VAE`. Cell 7 would have defined it, but line 3 of it failed: "
            "SyntaxError: expected ':'.",
        ),
        (
            CAUSED
            | {"cause": "import", "needs": "pd", "place": "lab05.ipynb, cell 2", "line": 1, "reason": "no pandas."},
            expect.Failed,
            "Your notebook defines no `VAE`. Cell 7 would have defined it with `pd`, but line 1 of cell 2 failed: "
            "no pandas.",
        ),
        (
            {
                "kind": "raised",
                "type": "NameError",
                "doing": "calling f",
                "message": "name 'x' is not defined",
                "cause": "cut",
                "place": "lab05.ipynb, cell 2",
                "line": 1,
                "reason": "it was ended after 5 s",
            },
            expect.Failed,
            "Your code raised NameError while calling f: name 'x' is not defined — the name is missing because line "
            "1 of cell 2 failed: it was ended after 5 s.",
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
    [("raised", "raised.in_submission"), ("shape", "shape.wrong"), ("missing", "missing.raised"),
     ("missing_module", "import.missing_module")],
)  # fmt: skip
def test_each_kind_of_failure_has_its_code(kind: str, code: str) -> None:
    """Whatever a process reports, it is one of these; braces in what it reports are braces."""
    hostile = dict.fromkeys(remote_errors.FIELDS, "{message} {0} {type.__class__} {")
    found = as_exception(hostile | {"kind": kind})
    assert isinstance(found, expect.Failed)
    assert found.code == code
    assert "{type.__class__} {" in found.message


@pytest.mark.parametrize(
    ("expected", "received", "code", "hint"),
    [
        ("one image", "2 values", "returned.another_number", "what its `return` hands over"),
        ("2 values", "a EagerTensor", "returned.another_number", "what its `return` hands over"),
        ("one image", "nothing", "returned.nothing", "without a `return`"),
        ("float32 (3, 10)", "nothing", "returned.nothing", "without a `return`"),
        ("float32 (3, 10)", "float32 (3, 5)", "shape.wrong", "Print the shape after each layer"),
    ],
)
def test_the_next_step_fits_what_was_returned(expected: str, received: str, code: str, hint: str) -> None:
    """Shapes of layers are no help to one who forgot a `return`, or returned the label, too."""
    found = as_exception({"kind": "shape", "what": "f", "expected": expected, "received": received})
    assert isinstance(found, expect.Failed)
    assert (found.code, found.message) == (code, f"f should return {expected}, but returned {received}.")
    assert hint in found.hint


@pytest.mark.parametrize("cause", remote_errors.CAUSES)
def test_each_cause_of_a_missing_name_has_its_code(cause: str) -> None:
    """The true cause is what a class page counts."""
    found = as_exception(CAUSED | {"cause": cause})
    assert isinstance(found, expect.Failed)
    assert found.code == f"missing.{cause}"
    assert found.hint == "Repair line 3 of cell 7 first."


def test_what_was_left_out_is_a_bounded_list_of_clean_lines() -> None:
    """Whatever a process reports."""
    assert left_out_of([["cell 1, line 2", "a\x1b[31m\nb"]]) == [LeftOut("cell 1, line 2", "a b")]
    assert left_out_of([["x"], 3, None, {"a": 1}, ["a", "b", "c"]]) == []
    assert len(left_out_of([["x" * 10**6, ["y" * 10**6]]] * 1000)) == remote_errors.ITEMS
    assert all(len(each.where) <= 200 for each in left_out_of([["x" * 10**6, "y"]]))
    assert left_out_of("no list") == left_out_of(None) == []


def test_a_long_list_of_names_says_how_many_more_there_are() -> None:
    """Whoever looks for a name sees that the list goes on."""
    told = missing("VAE", "vae", "vae.py", [f"name_{n:02}" for n in range(25)], ())
    found = as_exception(told)
    assert isinstance(found, expect.Failed)
    assert found.evidence is not None
    assert found.evidence.measured.endswith("'name_18', 'and 6 more']")


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
