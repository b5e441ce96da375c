"""Units: one a part, the same for equal code, and different for anything that a result depends on."""

from dataclasses import replace
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.engine.tasks import Task, TaskResult, tasks_of
from grader.submissions.reading import Source, Submission

SUBMISSION = Submission("ada", "modules", (Source("data.py", "x = 1"), Source("vae.py", "from .data import x")))
UNIT = Task("vae", ("vae.a", "vae.b"), "modules", SUBMISSION.sources, ("a note",), 7, Limits())


def test_there_is_a_unit_for_each_part() -> None:
    """In the order of the lab, with the checks of the part, and what it depends on."""
    tasks = tasks_of(ASSIGNMENT, SUBMISSION, ASSIGNMENT.checks, 7, Limits())
    assert [task.part for task in tasks] == list(ASSIGNMENT.part_names)
    assert [check for task in tasks for check in task.checks] == [check.id for check in ASSIGNMENT.checks]
    assert {task.part: len(task.sources) for task in tasks} == dict.fromkeys(ASSIGNMENT.part_names, 0) | {
        "data": 1,
        "vae": 2,
    }


def test_a_choice_of_checks_has_its_parts_only() -> None:
    """One check of one part."""
    (task,) = tasks_of(ASSIGNMENT, SUBMISSION, ASSIGNMENT.select(["vae.loss_is_negative_elbo"]), 7, Limits())
    assert task.checks == ("vae.loss_is_negative_elbo",)


def test_a_unit_travels_as_text() -> None:
    """And comes back as it was."""
    assert Task.from_json(UNIT.to_json()) == UNIT
    assert UNIT.submission.sources == SUBMISSION.sources


def test_whose_it_is_does_not_matter() -> None:
    """Equal code of two students has one key."""
    first, second = (
        tasks_of(ASSIGNMENT, replace(SUBMISSION, name=name), ASSIGNMENT.checks, 7, Limits()) for name in ("ada", "bob")
    )
    assert [task.key("t") for task in first] == [task.key("t") for task in second]


@pytest.mark.parametrize(
    "change",
    [
        {"part": "data"}, {"checks": ("vae.a",)}, {"kind": "notebook"}, {"sources": (Source("vae.py", "x"),)},
        {"sources": SUBMISSION.sources[::-1]}, {"notes": ()}, {"seed": 8}, {"limits": Limits(call_seconds=1)},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_a_result_depends_on_changes_the_key(change: dict[str, Any]) -> None:
    """Each field, and the tier."""
    assert replace(UNIT, **change).key("t") != UNIT.key("t")
    assert UNIT.key("t") != UNIT.key("u")


@pytest.mark.parametrize("raw", [b"", b"x", b"x\x9c\x03\x00\x00\x00\x00\x01", b"{}"])
def test_what_is_no_result_is_refused(raw: bytes) -> None:
    """With a ValueError, whatever it is."""
    with pytest.raises(ValueError, match="not a result"):
        TaskResult.from_bytes(raw)
