"""A part and checks of a course's own: measured by the isolated harness, the solution out of a submission's sight."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.core.assignment import Assignment
from grader.core.limits import Limits
from grader.core.outcomes import Outcome
from grader.course.adaptation import adapted
from grader.course.reading import read_course
from grader.engine.isolated import measure
from grader.engine.tasks import TaskResult, tasks_of
from grader.isolation import tiers
from grader.isolation.fork_server import ForkServer
from grader.isolation.view import view_of
from grader.release.templates import render_templates
from grader.submissions.reading import Source, Submission
from tests.isolation.light_server import light_server

from ..second_lab import installed

COURSE = """
parts = ["evaluation"]
[points]
total = 10
rounding = 4
[own]
checks = ["rounding_checks.py"]
[[own.parts]]
module = "rounding.py"
title = "Rounding"
names = ["rounded"]
"""
SOLUTION = '''\
# %% [markdown]
# # Part 3: rounding

# %%
import numpy as np


# %%
def rounded(points: np.ndarray) -> np.ndarray:
    """The points, to whole numbers."""
    ### BEGIN SOLUTION
    return np.round(points)
    ### END SOLUTION
'''
CHECKS = '''\
"""Checks of our own."""

import numpy as np
from grader.core import expect
from grader.core.expect import Evidence
from grader.course import check

@check("rounding", points=2)
def rounds_to_whole_numbers(subject):
    """Every point becomes the nearest whole number."""
    points = 9 * subject.points(20)
    found = subject.ask("rounding", "rounded", points, shape=(20,))
    expect.that(expect.close(found, np.round(points), 1e-4), "rounding.wrong", "They are not rounded.", "Use round.")
    return Evidence("whole numbers", "whole numbers")
'''


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assignment]:
    """The second assignment with one of its parts, and one of the course's own."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "rounding.py").write_text(SOLUTION)
    (folder / "rounding_checks.py").write_text(CHECKS)
    with installed() as lab01:
        yield adapted(lab01, read_course(folder / "course.toml", COURSE))


@pytest.fixture(scope="module")
def server(course: Assignment) -> Iterator[ForkServer]:
    found = light_server(course, tiers.best())
    yield found
    found.close()


def measured(course: Assignment, server: ForkServer, text: str) -> TaskResult:
    """What comes of a submission whose module of the own part has this text."""
    submission = Submission("any", "modules", (Source("rounding.py", text),), ())
    (task,) = tasks_of(course, submission, course.select(["rounding"]), 7, Limits())
    return measure(task, course, server)


def test_a_part_of_ones_own_is_measured_like_any_other(course: Assignment, server: ForkServer) -> None:
    """Its solution has all points, its stub none, a mistake fails under the check's own code."""
    stub = render_templates(course)["rounding.py"]
    assert "np.round" not in stub
    wrong = SOLUTION.replace("np.round", "np.floor")
    (right,), (open_task,), (mistaken,) = (measured(course, server, text).results for text in (SOLUTION, stub, wrong))
    assert (right.id, right.outcome, right.score) == ("rounding.rounds_to_whole_numbers", Outcome.PASSED, 4.0)
    assert (open_task.outcome, open_task.score) == (Outcome.NOT_IMPLEMENTED, 0.0)
    assert (mistaken.outcome, mistaken.code) == (Outcome.FAILED, "rounding.wrong")
    assert sum(check.points for check in course.checks) == 10


def test_no_submission_reads_the_solution(course: Assignment, server: ForkServer) -> None:
    """Not even one that knows where it lies; and wherever it lies, it is a secret."""
    solution = course.own_modules["rounding"]
    cheat = f"exec(open({str(solution)!r}).read())"
    (result,) = measured(course, server, cheat).results
    assert result.score == 0
    assert Path(solution).resolve() in view_of(course).secrets
