"""A class whose measuring is played: nothing of a submission runs, and all around it does."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.outcomes import CheckResult, Outcome, Report, now
from grader.engine.backends import Started
from grader.engine.cache import Cache
from grader.engine.isolated import unmeasurable
from grader.engine.observer import Observer
from grader.engine.run import RunConfig, grade_class
from grader.engine.tasks import Task, TaskResult
from grader.render.results_folder import ResultsFolder
from grader.submissions.handed_in import HandedIn

NAMES = ("ada", "bob", "carl", "dora")


def undated(report: Report) -> Report:
    """The report, whenever it was made."""
    return replace(report, graded=replace(report.graded, at=""))


@dataclass
class RecordingObserver(Observer):
    """Notes what it is told."""

    heard: list[tuple[str, ...]] = field(default_factory=list)

    def class_starts(self) -> None:
        self.heard.append(("class",))

    def submission_starts(self, name: str, parts: Sequence[str]) -> None:
        self.heard.append(("starts", name, *parts))

    def task_starts(self, name: str, part: str) -> None:
        self.heard.append(("measures", name, part))

    def task_ends(self, name: str, part: str) -> None:
        self.heard.append(("measured", name, part))

    def submission_ends(self, report: Report) -> None:
        self.heard.append(("ends", report.submission))

    def warns(self, text: str) -> None:
        self.heard.append(("warns", text))

    def of(self, name: str) -> list[str]:
        """What was told of one submission, in order."""
        return [heard[0] for heard in self.heard if heard[1:2] == (name,)]


@dataclass
class FakeBackend:
    """A backend that runs nothing of a submission: points are what its text says, 1 for all of them."""

    tier: str = "fake"
    width: int = 2
    act: Callable[[Task], None] = lambda task: None
    starves: Callable[[Task], bool] = lambda task: False
    asked: list[Task] = field(default_factory=list)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2))

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        self.asked.append(task)
        return self.threads.submit(self._measure, task, started)

    def _measure(self, task: Task, started: Started) -> bytes:
        started()
        self.act(task)
        if self.starves(task):
            return replace(unmeasurable(ASSIGNMENT.select(task.checks), "no core"), starved=True).to_bytes()
        return self.result(task).to_bytes()

    def result(self, task: Task) -> TaskResult:
        share = float(next((s.text for s in task.sources if s.name == f"{task.part}.py"), "# 0").split("# ")[1])
        outcome = Outcome.PASSED if share == 1 else Outcome.FAILED
        checks = ASSIGNMENT.select(task.checks)
        results = (CheckResult(c.id, c.part, c.points, share * c.points, outcome, "") for c in checks)
        return TaskResult(tuple(results), stdout=f"{task.part} ", measured_at=now())

    def check_alive(self) -> None:
        pass

    def stop(self) -> None:
        self.threads.shutdown()


class PlayedClass:
    """A class in a folder: one submission a name, each with its own text unless it is told otherwise."""

    def __init__(self, folder: Path):
        self.folder, self.out = folder, folder / "out"
        self.cache = Cache(folder / "cache" / "measured.sqlite")
        self.observer = RecordingObserver()
        for name in NAMES:
            self.write(name, "data.py", f"# 1 # {name}")

    def write(self, name: str, module: str, text: str) -> None:
        """One module of a submission."""
        (self.folder / name).mkdir(exist_ok=True)
        (self.folder / name / module).write_text(text)

    def grade(
        self,
        backend: FakeBackend | None = None,
        parts: Sequence[str] = ("data",),
        *,
        seed: int = 7,
        fresh: bool = False,
        tier: str | None = None,
        open_backend: Callable[[], FakeBackend] | None = None,
    ) -> list[Report]:
        """A run with the cache of the class; `tier` is what results are looked up under, the backend's without one."""
        used = backend or FakeBackend()
        self.observer = RecordingObserver()
        found = [HandedIn(name, self.folder / name, name) for name in NAMES]
        config = RunConfig(ASSIGNMENT, found, ASSIGNMENT.select(parts), seed, Limits(), fresh)
        sink = ResultsFolder(ASSIGNMENT, self.out)
        return grade_class(config, open_backend or (lambda: used), tier or used.tier, self.cache, self.observer, sink)

    def grade_and_summarize(self, backend: FakeBackend | None = None) -> list[Report]:
        """A run, and the tables and pages over all of it."""
        reports = self.grade(backend)
        ResultsFolder(ASSIGNMENT, self.out).write_summaries(reports)
        return reports
