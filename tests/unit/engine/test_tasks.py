"""Tasks: one a part, the same for equal code, and different for anything that a result depends on."""

import json
import math
import re
import zlib
from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.outcomes import CheckResult, LeftOut, Outcome, Picture
from grader.engine.tasks import Task, TaskResult, tasks_of
from grader.submissions.reading import Source, Submission

SUBMISSION = Submission("ada", "modules", (Source("data.py", "x = 1"), Source("vae.py", "from .data import x")))
NOTES = (LeftOut("cell 4, line 2", "invalid syntax"),)
TASK = Task("lab05", "vae", ("vae.a", "vae.b"), "modules", SUBMISSION.sources, NOTES, 7, Limits())
RESULT = CheckResult(
    "vae.a", "vae", 3, 1 / 3, Outcome.FAILED, "a\x00 message \udcff", "a hint", "elbo.sum",
    "a {ratio}", {"ratio": 2.0}, {"measured": 1 / 3}, 0.123456, (Picture("p", "c", np.eye(3, dtype=np.float32)),),
    {"accuracy": 1 / 3},
)  # fmt: skip


def test_there_is_a_task_for_each_part() -> None:
    """In the order of the lab, with the checks of the part, and what it depends on."""
    tasks = tasks_of(ASSIGNMENT, SUBMISSION, ASSIGNMENT.checks, 7, Limits())
    assert {task.assignment for task in tasks} == {"lab05"}
    assert tuple(task.part for task in tasks) == ASSIGNMENT.part_names
    assert [check for task in tasks for check in task.checks] == [check.id for check in ASSIGNMENT.checks]
    expected = dict.fromkeys(ASSIGNMENT.part_names, 0) | {"data": 1, "vae": 2}
    assert {task.part: len(task.sources) for task in tasks} == expected


def test_a_choice_of_checks_has_its_parts_only() -> None:
    """One check of one part."""
    (task,) = tasks_of(ASSIGNMENT, SUBMISSION, ASSIGNMENT.select(["vae.loss_is_negative_elbo"]), 7, Limits())
    assert task.checks == ("vae.loss_is_negative_elbo",)


def test_a_task_travels_as_text() -> None:
    """As JSON that any program reads, and comes back as it was; equal tasks have equal texts."""
    assert Task.from_json(TASK.to_json()) == TASK
    assert TASK.to_json() == replace(TASK).to_json()
    assert TASK.submission.sources == SUBMISSION.sources
    fields = json.loads(TASK.to_json())
    assert (fields["assignment"], fields["part"], fields["checks"]) == ("lab05", "vae", ["vae.a", "vae.b"])
    assert fields["sources"] == [{"name": each.name, "text": each.text} for each in SUBMISSION.sources]
    assert fields["left_out"] == [{"where": "cell 4, line 2", "why": "invalid syntax"}]
    strange = replace(TASK, sources=(Source("\udcff.py", "\ud800 = 'ä'"),))
    assert Task.from_json(strange.to_json()) == strange


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"assignment": 3}', "[" * 10**5])
def test_what_is_no_task_is_refused(text: str) -> None:
    """With a ValueError, whatever it is."""
    with pytest.raises(ValueError, match=r"."):
        Task.from_json(text)


def test_whose_it_is_does_not_matter() -> None:
    """Equal code of two students has one key."""
    first, second = (
        tasks_of(ASSIGNMENT, replace(SUBMISSION, name=name), ASSIGNMENT.checks, 7, Limits()) for name in ("ada", "bob")
    )
    assert replace(SUBMISSION, name="bob").sha256 == SUBMISSION.sha256
    assert [task.key("f", "t") for task in first] == [task.key("f", "t") for task in second]


@pytest.mark.parametrize(
    "change",
    [
        {"assignment": "lab06"}, {"part": "data"}, {"checks": ("vae.a",)}, {"kind": "notebook"}, {"left_out": ()},
        {"sources": (Source("vae.py", "x"),)}, {"sources": SUBMISSION.sources[::-1]}, {"seed": 8},
        {"limits": Limits(call_seconds=1)},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_a_result_depends_on_changes_the_key(change: dict[str, Any]) -> None:
    """Each field, our own code, and the tier."""
    assert replace(TASK, **change).key("f", "t") != TASK.key("f", "t")
    assert len({TASK.key("f", "t"), TASK.key("f", "u"), TASK.key("g", "t")}) == 3


def test_a_digest_of_a_submission_tells_texts_apart() -> None:
    """Where one file ends and the next begins, and in which form it was handed in."""
    texts = ((("a", "bc"),), (("ab", "c"),), (("a", "b"), ("c", "")), (("c", ""), ("a", "b")))
    made = [
        Submission("ada", kind, tuple(Source(*each) for each in sources))
        for kind in ("modules", "notebook")
        for sources in texts
    ]
    assert len({each.sha256 for each in made}) == len(made)
    assert all(re.fullmatch("[0-9a-f]{64}", each.sha256) for each in made)


def test_a_result_travels_as_compressed_json() -> None:
    """Scores and texts to the last bit, evidence as records show it, pictures as PNG files in base64."""
    found = TaskResult((RESULT,), "printed", "said", "a problem")
    fields = json.loads(zlib.decompress(found.to_bytes()))
    assert (fields["stdout"], fields["stderr"], fields["problem"]) == ("printed", "said", "a problem")
    (check,) = fields["results"]
    assert (check["score"], check["message"], check["outcome"]) == (1 / 3, "a\x00 message \udcff", "failed")
    assert (check["code"], check["evidence"], check["recorded"]) == (
        "elbo.sum",
        {"measured": 0.333333},
        {"accuracy": 1 / 3},
    )
    with Image.open(BytesIO(b64decode(check["pictures"][0]["file"]))) as image:
        np.testing.assert_array_equal(np.asarray(image), 255 * np.eye(3))


def test_a_result_comes_back() -> None:
    """Everything of it, and packing it again gives the same bytes."""
    found = TaskResult.from_bytes(TaskResult((RESULT,), "printed").to_bytes())
    (back,) = found.results
    (picture,) = back.pictures
    np.testing.assert_array_equal(picture.pixels, np.eye(3))
    assert replace(back, pictures=()) == replace(RESULT, pictures=(), evidence={"measured": 0.333333})
    assert TaskResult.from_bytes(found.to_bytes()).to_bytes() == found.to_bytes()


def test_a_quantity_that_is_no_number_is_still_recorded() -> None:
    """The calibration has to see that a measurement failed; a score that is none is refused."""
    odd = replace(RESULT, recorded={"accuracy": float("nan")}, score=0.0)
    assert math.isnan(TaskResult.from_bytes(TaskResult((odd,)).to_bytes()).results[0].recorded["accuracy"])
    with pytest.raises(ValueError, match=r"results\.0\.score"):
        TaskResult.from_bytes(TaskResult((replace(odd, score=float("nan")),)).to_bytes())


@pytest.mark.parametrize(
    "raw",
    [b"", b"x", b"x\x9c\x03\x00\x00\x00\x00\x01", b"{}"]
    + [zlib.compress(text.encode()) for text in ("", "[]", "{}", '{"results": [{}]}', '{"results": 3}', "[" * 10**5)],
)
def test_what_is_no_result_is_refused(raw: bytes) -> None:
    """With a ValueError, whatever it is."""
    with pytest.raises(ValueError, match="not a result"):
        TaskResult.from_bytes(raw)
