"""One run: results are looked up or measured, and every report is handed on as soon as it is complete."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from ..core.assignment import Assignment
from ..core.limits import Limits
from ..core.outcomes import Report, Status
from ..core.registry import Check
from ..isolation.fork_server import ForkServer
from ..submissions.handed_in import HandedIn
from .backends import Backend, SynchronousBackend
from .cache import Cache, CacheError
from .fingerprint import fingerprint
from .isolated import unmeasurable
from .observer import NoSink, Observer, Sink
from .pending import PendingSubmission
from .plan import SubmissionPlan, plan_of
from .tasks import Task, TaskResult

LOOK_SECONDS = 5.0  # without a result, after which the backend is asked whether there will be any
AHEAD = 2  # tasks that wait, for each that is measured
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunConfig:
    """What to grade, and how. fresh: also measure what is cached."""

    assignment: Assignment
    submissions: Sequence[HandedIn]
    checks: tuple[Check, ...]
    seed: int
    limits: Limits
    fresh: bool = False


class OtherTier(Exception):
    """Results were looked up under another tier than the one that this machine has, which the text names."""


Queue = deque[tuple[PendingSubmission, Task]]


def grade_class(
    config: RunConfig,
    backend: Callable[[], Backend],
    tier: str,
    cache: Cache | None = None,
    observer: Observer | None = None,
    sink: Sink | None = None,
) -> list[Report]:
    """Grade every submission; one that breaks the grader is reported as an error of ours, and the others are graded.

    backend: opened when a result has to be made; tier: under which results are looked up. Raises ClusterLost.
    """
    told, kept = observer or Observer(), sink or NoSink()
    try:
        return ClassRun(config, backend, tier, cache, told, kept).grade()
    except OtherTier as other:  # what was found so far was measured under another isolation than this machine has now
        log.info("this machine isolates with %s, no longer with %s: all is looked up again", other, tier)
        return ClassRun(config, backend, str(other), cache, told, kept).grade()


def grade_one(
    config: RunConfig, server: ForkServer, cache: Cache | None = None, observer: Observer | None = None
) -> Report:
    """Grade the one submission of `config`, one part after the other, in this thread."""
    backend = SynchronousBackend(config.assignment, server)
    (report,) = grade_class(config, lambda: backend, backend.tier, cache, observer)
    return report


class ClassRun:
    """The state of a run. All of this runs in one thread; submissions are read and tasks are measured elsewhere."""

    def __init__(
        self,
        config: RunConfig,
        backend: Callable[[], Backend],
        tier: str,
        cache: Cache | None,
        observer: Observer,
        sink: Sink,
    ):
        self._config = config
        self._open_backend = backend
        self._tier = tier
        self._cache = cache
        self._observer = observer
        self._sink = sink
        self._reports: dict[str, Report] = {}  # as measured
        self._running: dict[Future[bytes], tuple[Task, str]] = {}  # with their keys
        self._waiting: dict[str, list[tuple[PendingSubmission, str]]] = {}  # by key, who waits for one that is made
        self._starved: dict[str, Task] = {}  # by key, what got no core, until all else is measured
        self._tried: set[str] = set()  # keys of those that are measured once more
        self._made: set[str] = set()  # keys that were measured in this run
        self._found: list[str] = []  # keys that were in the cache
        self._as_handed_in: Queue = deque()
        self._with_ours: Queue = deque()  # with the reference solution of an earlier part, once all else is measured
        self._trouble = ""

    def grade(self) -> list[Report]:
        """All reports, in the order of the class."""
        config = self._config
        log.info("%d submissions, seed %d, tier %s", len(config.submissions), config.seed, self._tier)
        self._observer.class_starts()
        try:
            for plan in self._plans():
                self._begin(plan)
                self._submit(self._as_handed_in)
            while self._as_handed_in or self._with_ours or self._running or self._starved:
                self._measure(self._as_handed_in)
                self._measure(self._with_ours)  # the solution is in reach of these alone
        finally:
            self._keep_what_is_done()
        if self._cache is not None:
            with self._cache_may_fail():
                self._cache.touch(self._found)
        return [self._written(self._reports[each.name]) for each in config.submissions]

    def _plans(self) -> Iterator[SubmissionPlan]:
        """What to measure of each submission, which is read while the ones before it are looked up."""
        config = self._config
        read = partial(plan_of, config.assignment, checks=config.checks, seed=config.seed, limits=config.limits)
        reader = ThreadPoolExecutor(1)
        try:
            yield from reader.map(read, config.submissions)
        finally:
            reader.shutdown(cancel_futures=True)

    def _begin(self, plan: SubmissionPlan) -> None:
        self._observer.submission_starts(plan.name, list(plan.tasks))
        pending = PendingSubmission(plan)
        self._ask(pending, pending.ready())
        if not plan.tasks:
            self._finish(pending)

    def _ask(self, pending: PendingSubmission, parts: Iterable[str]) -> None:
        """Queue the next measurement of each part."""
        for part in parts:
            if pending.with_ours(part):
                self._with_ours.append((pending, pending.carried[part].task))
            else:
                self._as_handed_in.append((pending, pending.plan.tasks[part]))

    def _measure(self, queue: Queue) -> None:
        """Have all of a queue measured, also what joins it meanwhile."""
        while queue or self._running or self._starved:
            self._submit(queue)
            self._measure_starved()
            if self._running:
                self._collect()

    def _submit(self, queue: Queue) -> None:
        while queue:
            self._want(*queue.popleft())

    def _want(self, pending: PendingSubmission, task: Task) -> None:
        """Find the result of a task, wait for it where it is being made, or have it made."""
        key = task.key(fingerprint(self._config.assignment, task.part), self._tier)
        name = pending.plan.name
        if key in self._waiting:
            log.info("%s: %s is being measured for another submission", name, task.part)
            self._waiting[key].append((pending, task.part))
        elif found := self._find(key):
            log.info("%s: %s was measured before", name, task.part)
            self._take(pending, task.part, found)
        else:
            log.info("%s: %s will be measured", name, task.part)
            self._waiting[key] = [(pending, task.part)]
            started = partial(self._observer.task_starts, name, task.part)
            self._running[self._backend().submit(task, started)] = task, key

    def _find(self, key: str) -> TaskResult | None:
        found = None
        if self._cache is not None and (not self._config.fresh or key in self._made):
            with self._cache_may_fail():
                found = self._cache.find(key)
        if found is not None:
            self._found.append(key)
        return found

    def _backend(self) -> Backend:
        """The backend, when it has room for one more."""
        backend = self._open_backend()
        if backend.tier != self._tier:
            raise OtherTier(backend.tier)
        while len(self._running) >= (1 + AHEAD) * backend.width:
            self._collect()
        return backend

    def _collect(self) -> None:
        """Wait for some results and hand them to everyone who waits for them."""
        done, _ = wait(self._running, LOOK_SECONDS, return_when=FIRST_COMPLETED)
        if not done or any(future.cancelled() or future.exception() for future in done):
            self._open_backend().check_alive()
        for future in done:
            if future not in self._running:  # handed out on the way to a task that was carried forward
                continue
            task, key = self._running.pop(future)
            result = self._result_of(future, task)
            if result.starved and key not in self._tried:
                log.warning("%s got no core and will be measured again when all else is done", task.part)
                self._starved[key] = task
                continue
            log.debug("%s is measured, key %s", task.part, key)
            self._keep(key, task, result)
            for pending, part in self._waiting.pop(key):
                self._take(pending, part, result)

    def _measure_starved(self) -> None:
        """Measure once more what got no core, one after the other, once nothing else of this run takes any."""
        if self._starved and not self._running:
            key, task = self._starved.popitem()
            self._tried.add(key)
            pending, part = self._waiting[key][0]
            started = partial(self._observer.task_starts, pending.plan.name, part)
            self._running[self._backend().submit(task, started)] = task, key

    def _result_of(self, future: "Future[bytes]", task: Task) -> TaskResult:
        try:
            return TaskResult.from_bytes(future.result())
        except (Exception, CancelledError) as problem:  # where it was measured is gone, or broken
            log.exception("the part %s could not be measured", task.part)
            checks = self._config.assignment.select(task.checks)
            return unmeasurable(checks, f"the part {task.part} could not be measured: {problem!r}"[:500])

    def _keep(self, key: str, task: Task, result: TaskResult) -> None:
        if result.is_final and self._cache is not None:
            self._made.add(key)
            with self._cache_may_fail():
                self._cache.keep(key, task.part, result)

    def _keep_what_is_done(self) -> None:
        """Also where something, such as Ctrl-C, ends the work before it was looked at."""
        for future, (task, key) in self._running.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self._keep(key, task, self._result_of(future, task))

    @contextmanager
    def _cache_may_fail(self) -> Iterator[None]:
        """No result depends on the cache, so a full disk is no reason to stop."""
        try:
            yield
        except CacheError as problem:
            if not self._trouble:
                self._trouble = str(problem)
                self._observer.warns(f"{problem}. The run goes on without it.")

    def _take(self, pending: PendingSubmission, part: str, result: TaskResult) -> None:
        if not pending.take(part, result):
            self._ask(pending, [part])
            return
        self._observer.task_ends(pending.plan.name, part)
        self._ask(pending, pending.ready())
        if not pending.waiting:
            self._finish(pending)

    def _finish(self, pending: PendingSubmission) -> None:
        measured = {part: pending.measured[part] for part in pending.plan.tasks}
        report = pending.plan.report(measured, self._tier)
        self._reports[report.submission] = report
        self._observer.submission_ends(self._written(report))

    def _written(self, report: Report) -> Report:
        """The report, once the sink has it; an error of ours where the sink fails, as one must not end the class."""
        try:
            self._sink.write(report)
        except OSError as problem:
            message = f"The report could not be written: {problem.strerror}."
            return replace(report, status=Status.ERROR, message=message)
        return report
