"""A whole class: units are looked up or measured, reports written as soon as they are complete, then the tables."""

import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from ..core.files import write_atomically
from ..core.limits import Limits
from ..core.outcomes import Report, Status
from ..core.registry import PARTS, Check, select
from ..platforms.nbgrader.entry import enter, load_ahead
from ..platforms.nbgrader.gradebook import write_gradebook
from ..render.csv_export import write_grades
from ..render.pages import write_pages
from ..render.report_json import FILE_NAME, report_folder, write_report
from .backends import Backend
from .cache import Cache, CacheError
from .carried_forward import CarriedForward
from .isolated import unmeasurable
from .plan import SubmissionPlan, plan_of
from .tasks import Task, TaskResult

LOOK_SECONDS = 5.0  # without a result, after which the measurer is asked whether there will be any
AHEAD = 2  # units that wait, for each that is measured
RUN_FILE = "run.json"  # in the output folder: the seed, for the run that goes on with it


class Observer(Protocol):
    """Is told how the work goes on, to show it; `unit_starts` from any thread."""

    def class_starts(self) -> None:
        """From the first submission on, also where that was begun before."""

    def submission_starts(self, name: str, parts: Sequence[str]) -> None:
        """The next submission, with the parts that are to be measured."""

    def task_starts(self, name: str, part: str) -> None:
        """A part is being measured."""

    def task_ends(self, name: str, part: str) -> None:
        """A part is measured, or was measured before."""

    def carrying_starts(self, name: str, /, parts: Sequence[str]) -> None:
        """These parts of a submission are to be measured once more; `unit_ends` follows for each."""

    def submission_ends(self, report: Report) -> None:
        """Its report is written."""

    def warns(self, text: str) -> None:
        """Something went wrong that does not end the work."""


@dataclass(frozen=True)
class RunConfig:
    """What to grade, and how. tier: under which results are looked up; measurer: opened when one has to be made."""

    submissions: Sequence[tuple[str, Path]]
    out: Path
    checks: tuple[Check, ...]
    seed: int
    limits: Limits
    cache: Cache
    tier: str
    backend: Callable[[], Backend]
    fresh: bool = False  # measure also what is in the cache
    db_url: str | None = None  # of the gradebook; a file in `out` without one


class OutputNotWritable(Exception):
    """Reports could not be written; the text is one clear line."""


class SummariesNotWritten(Exception):
    """The tables over all reports could not be written; the text is one clear line."""


class OtherTier(Exception):
    """Results were looked up under another tier than the one that this machine has, which the text names."""


@dataclass
class PendingSubmission:
    """A submission whose units are being measured."""

    plan: SubmissionPlan
    waiting: set[str]
    measured: dict[str, TaskResult] = field(default_factory=dict)
    chances: dict[str, CarriedForward] | None = None  # by part, once all units are measured


def prepare_output(out: Path) -> None:
    """Make the folder and try to write into it, before any work is done. Raises OutputNotWritable."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out) as file:
            file.write(b"x")
    except OSError as error:
        raise OutputNotWritable(
            f"cannot write to {out}: {os.strerror(error.errno or 0)}; choose another --out"
        ) from None


def seed_of(out: Path, asked: int | None) -> int:
    """The seed of a run: the one asked for, that of an earlier run into the same folder, or a new one; noted there."""
    path = out / RUN_FILE
    seed = asked
    if seed is None:
        try:
            seed = int(json.loads(path.read_text())["seed"])
        except (OSError, ValueError, KeyError, TypeError):
            seed = secrets.randbelow(2**53)
    _note_seed(out, seed)
    return seed


def _note_seed(out: Path, seed: int) -> None:
    write_atomically(out / RUN_FILE, json.dumps({"seed": seed}).encode() + b"\n")


def grade_all(config: RunConfig, observer: Observer) -> list[Report]:
    """Grade every submission; one that breaks the grader is reported as our error and the rest goes on.

    Raises OutputNotWritable before any work, ClusterLost in the midst of it, and SummariesNotWritten or GradebookError
    after it.
    """
    prepare_output(config.out)
    try:
        reports = ClassRun(config, observer).grade()
    except OtherTier as other:  # what was found so far was measured under another isolation than this machine has now
        reports = ClassRun(replace(config, tier=str(other)), observer).grade()
    try:
        _note_seed(config.out, config.seed)  # again, where somebody removed the folder meanwhile
        write_summaries(reports, config.out, config.db_url, config.cache)
    except OSError as problem:
        raise SummariesNotWritten(
            f"the tables in {config.out} could not be written: {problem.strerror}; what was measured is kept, so the same "
            "command writes them once there is room"
        ) from problem
    return reports


class ClassRun:
    """The class at work. All of this runs in one thread; units are measured elsewhere."""

    def __init__(self, config: RunConfig, observer: Observer):
        self._config = config
        self._observer = observer
        self._reports: dict[str, Report] = {}  # as measured
        self._running: dict[Future[bytes], tuple[Task, str]] = {}  # with their keys
        self._waiting: dict[
            str, list[tuple[PendingSubmission, str]]
        ] = {}  # by key, who waits for a result that is being made
        self._made: set[str] = set()  # keys that were measured in this run
        self._found: list[str] = []  # keys that were in the cache
        self._on_disk: set[str] = set()  # whose records were written; somebody may have removed them since
        self._trouble = ""

    def grade(self) -> list[Report]:
        """All reports, in the order of the class."""
        self._observer.class_starts()
        try:
            for name, path in self._config.submissions:
                self._begin(plan_of(name, path, self._config.checks, self._config.seed, self._config.limits))
            while self._running:
                self._collect()
        finally:
            self._keep_what_is_done()
        with self._cache_may_fail():
            self._config.cache.touch(self._found)
        return [self._written(self._reports[name]) for name, _ in self._config.submissions]

    def _begin(self, plan: SubmissionPlan) -> None:
        tasks = plan.tasks
        self._observer.submission_starts(plan.name, [task.part for task in tasks])
        pending = PendingSubmission(plan, {task.part for task in tasks})
        for task in tasks:
            self._want(pending, task)
        if not tasks:
            self._finish(pending)

    def _want(self, pending: PendingSubmission, task: Task) -> None:
        """Find the result of a unit, wait for it where it is being made, or have it made."""
        key = task.key(self._config.tier)
        if key in self._waiting:
            self._waiting[key].append((pending, task.part))
        elif found := self._find(key):
            self._take(pending, task.part, found)
        else:
            self._waiting[key] = [(pending, task.part)]
            load_ahead()
            started = partial(self._observer.task_starts, pending.plan.name, task.part)
            self._running[self._measurer().submit(task, started)] = task, key

    def _find(self, key: str) -> TaskResult | None:
        found = None
        if not self._config.fresh or key in self._made:
            with self._cache_may_fail():
                found = self._config.cache.find(key)
        if found is not None:
            self._found.append(key)
        return found

    def _measurer(self) -> Backend:
        """The measurer, when it has room for one more."""
        backend = self._config.backend()
        if backend.tier != self._config.tier:
            raise OtherTier(backend.tier)
        while len(self._running) >= (1 + AHEAD) * backend.width:
            self._collect()
        return backend

    def _collect(self) -> None:
        """Wait for some results and hand them to everyone who waits for them."""
        done, _ = wait(self._running, LOOK_SECONDS, return_when=FIRST_COMPLETED)
        if not done or any(future.cancelled() or future.exception() for future in done):
            self._config.backend().check_alive()
        for future in done:
            if future not in self._running:  # handed out on the way to another one's second chance
                continue
            task, key = self._running.pop(future)
            measured = _result_of(future, task)
            self._keep(key, task, measured)
            for pending, part in self._waiting.pop(key):
                self._take(pending, part, measured)

    def _keep(self, key: str, task: Task, measured: TaskResult) -> None:
        if measured.is_final:
            self._made.add(key)
            with self._cache_may_fail():
                self._config.cache.keep(key, task.part, measured)

    def _keep_what_is_done(self) -> None:
        """Also where something, such as Ctrl-C, ends the work before it was looked at."""
        for future, (task, key) in self._running.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self._keep(key, task, _result_of(future, task))

    @contextmanager
    def _cache_may_fail(self) -> Iterator[None]:
        """Nothing depends on the cache, so a full disk is no reason to stop."""
        try:
            yield
        except CacheError as problem:
            if not self._trouble:
                self._trouble = str(problem)
                self._observer.warns(f"{problem}. The work goes on without it.")

    def _take(self, pending: PendingSubmission, part: str, measured: TaskResult) -> None:
        if pending.chances is None:
            pending.measured[part] = measured
        else:
            pending.measured[part] = pending.chances[part].better_of(pending.measured[part], measured)
        pending.waiting.discard(part)
        self._observer.task_ends(pending.plan.name, part)
        if not pending.waiting:
            self._go_on(pending)

    def _go_on(self, pending: PendingSubmission) -> None:
        """All that was asked for is there: ask for second chances, once, or finish."""
        if pending.chances is None:
            pending.measured = {part: pending.measured[part] for part in PARTS if part in pending.measured}
            chances = pending.plan.carried_forward(pending.measured)
            pending.chances = {chance.task.part: chance for chance in chances}
            pending.waiting = set(pending.chances)
            if chances:
                self._observer.carrying_starts(pending.plan.name, list(pending.chances))
                for chance in chances:
                    self._want(pending, chance.task)
                return
        self._finish(pending)

    def _finish(self, pending: PendingSubmission) -> None:
        report = pending.plan.report(pending.measured, self._config.tier)
        self._reports[report.submission] = report
        self._observer.submission_ends(self._written(report))

    def _written(self, report: Report) -> Report:
        """The report, which is on disk then; our error where that cannot be, as one must not end the class."""
        folder = report_folder(self._config.out, report.submission)
        try:
            if report.submission not in self._on_disk or not (folder / FILE_NAME).exists():
                write_report(report, folder)
                self._on_disk.add(report.submission)
        except OSError as problem:
            message = f"The report could not be written: {problem.strerror}."
            return replace(report, status=Status.ERROR, message=message)
        return report


def _result_of(future: "Future[bytes]", task: Task) -> TaskResult:
    try:
        return TaskResult.from_bytes(future.result())
    except (Exception, CancelledError) as problem:  # noqa: BLE001 - ours: where it was measured is gone, or broken
        return unmeasurable(select(task.checks), f"the part {task.part} could not be measured: {problem!r}"[:500])


def write_summaries(
    reports: Sequence[Report], out: Path, db_url: str | None = None, cache: Cache | None = None
) -> None:
    """The tables and pages over all reports: grades.csv, index.html, the gradebook (gradebook.db without a URL)."""
    write_grades(reports, out / "grades.csv")
    write_pages(reports, out)
    if db_url is None and cache is not None:
        enter(reports, out / "gradebook.db", cache)
    else:
        write_gradebook(reports, db_url or f"sqlite:///{(out / 'gradebook.db').resolve()}")
