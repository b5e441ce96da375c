"""The command `aelab` as tests call it, and a backend that measures nothing."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome
from grader.engine.backends import Started
from grader.engine.tasks import Task, TaskResult


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    status: int
    out: str
    err: str


Aelab = Callable[..., Run]


@dataclass
class Played:
    """A backend that runs nothing of a submission: points are what its text says, 1 for all of them."""

    tier: str = "played"
    width: int = 2
    act: Callable[[Task], None] = lambda task: None
    asked: list[Task] = field(default_factory=list)
    looked: int = 0
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2))

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        self.asked.append(task)
        return self.threads.submit(self._measure, task, started)

    def _measure(self, task: Task, started: Started) -> bytes:
        started()
        self.act(task)
        return self.result(task).to_bytes()

    def result(self, task: Task) -> TaskResult:
        share = float(next((s.text for s in task.sources if s.name == f"{task.part}.py"), "# 0").split("# ")[1])
        outcome = Outcome.PASSED if share == 1 else Outcome.FAILED
        checks = ASSIGNMENT.select(task.checks)
        results = (CheckResult(c.id, c.part, c.points, share * c.points, outcome, "") for c in checks)
        return TaskResult(tuple(results), stdout=f"{task.part} ")

    def check_alive(self) -> None:
        self.looked += 1

    def stop(self) -> None:
        self.threads.shutdown()
