"""A task that could not be measured is nobody's zero; one that got no core is marked, to be measured again."""

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.outcomes import Outcome
from grader.engine import isolated
from grader.engine.tasks import Task, TaskResult
from grader.isolation.fork_server import ProcessLost, Starved

CHECKS = ("data.normalize_scales_to_unit_interval",)
TASK = Task(ASSIGNMENT.name, "data", CHECKS, "modules", (), (), 7, Limits())


class Server:
    """Is always there."""

    def is_alive(self) -> bool:
        return True


def measured(monkeypatch: pytest.MonkeyPatch, problem: BaseException) -> tuple[TaskResult, int]:
    """The result where every try ends in `problem`, and how many tries there were."""
    tries = []

    def fail(*_: object) -> TaskResult:
        tries.append(1)
        raise problem

    monkeypatch.setattr(isolated, "_measure", fail)
    return isolated.measure(TASK, ASSIGNMENT, Server()), len(tries)  # type: ignore[arg-type]


def test_who_got_no_core_is_not_tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is as busy as before. The check says so, and nothing is kept."""
    result, tries = measured(monkeypatch, Starved("It waited 1800 s for a core"))
    assert (tries, result.starved, result.is_final) == (1, True, False)
    (check,) = result.results
    assert (check.outcome, check.message) == (Outcome.ERROR, "This machine was too busy to measure it.")
    assert result.problem == "This machine was too busy to measure it: It waited 1800 s for a core"
    assert TaskResult.from_bytes(result.to_bytes()) == result


def test_what_was_ended_from_outside_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not marked as what got no core."""
    result, tries = measured(monkeypatch, ProcessLost("the process was ended from outside"))
    assert (tries, result.starved, result.is_final) == (2, False, False)
