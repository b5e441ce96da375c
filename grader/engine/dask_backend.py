"""Measures on a Dask cluster: each worker has fork servers of its own, under the tier of its own machine.

Tasks and results travel as text and bytes. A worker with another tier, other packages or another version of the grader
than the first one is refused, so that what a class was measured under is one thing, and said in its reports.
"""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from urllib.parse import urlsplit

from distributed import Client, Worker, get_worker

from ..core.assignment import Assignment, Installed
from ..core.limits import Limits
from ..isolation.choice import NoIsolation, open_pool
from ..isolation.pool import Pool
from .backends import Backend, ClusterError, ClusterLost, Find, Start, Started
from .fingerprint import environment, fingerprint
from .isolated import measure
from .tasks import Task, TaskResult

DEFAULT_PORT = 8786  # of Dask's schedulers
REACH_SECONDS = 3.0  # for a scheduler to take a connection at all
CONNECT_SECONDS = 20  # for a scheduler to answer, also after it was lost
WORKER_SECONDS = 60.0  # for a worker to come, where there is none any more
Terms = tuple[str, str, str]  # tier, or "" for none; its description, or why there is none; versions


class WorkerSession:
    """What the process of a Dask worker keeps from task to task: its pools of fork servers, and what it grades under.

    Pools are kept by assignment and by whether submissions are trusted. They are never closed: fork servers end with
    the process.
    """

    def __init__(self) -> None:
        self._opening = threading.Lock()
        self._exit_stack = ExitStack()
        self._pools: dict[tuple[Find, bool], Pool] = {}
        self._terms: dict[tuple[Find, bool], Terms] = {}

    def find_terms(self, find: Find, trusted: bool, worker: Worker) -> Terms:
        """What this process grades under, tried out anew where it had no isolation so far."""
        versions = versions_of(find())
        try:
            pool = self._pool(find, trusted, worker)
            terms = pool.tier.name, pool.tier.description, versions
        except NoIsolation as none:
            terms = "", str(none), versions
        self._terms[find, trusted] = terms
        return terms

    def measure(self, task: Task, find: Find, trusted: bool, tier: str, versions: str) -> TaskResult:
        """Measure a task on a fork server. Raises ClusterError if this worker has joined under other terms."""
        worker, key = get_worker(), (find, trusted)
        here, _, versions_here = self._terms.get(key) or self.find_terms(*key, worker)
        if (here, versions_here) != (tier, versions):
            raise ClusterError(_refusal(worker.address, here, tier))
        with self._pool(*key, worker).lend() as server:
            return measure(task, find(), server)

    def _pool(self, find: Find, trusted: bool, worker: Worker) -> Pool:
        """The pool, opened where there is none yet. Raises NoIsolation."""
        with self._opening:
            if (find, trusted) not in self._pools:
                _leave_unprofiled(worker)
                opened = open_pool(find(), Limits(), worker.state.nthreads, trusted)
                self._pools[find, trusted] = self._exit_stack.enter_context(opened)
            return self._pools[find, trusted]


_SESSION = WorkerSession()  # of this process, where what Dask runs in it finds it


def terms_here(find: Find, trusted: bool, dask_worker: Worker) -> Terms:
    """What this process, a Dask worker's, grades under. Dask gives `dask_worker` to what it runs outside of tasks."""
    return _SESSION.find_terms(find, trusted, dask_worker)


def measure_here(text: str, find: Find, trusted: bool, tier: str, versions: str) -> bytes:
    """Measure a task in this process, a Dask worker's. Raises ClusterError if it has joined under other terms."""
    return _SESSION.measure(Task.from_json(text), find, trusted, tier, versions).to_bytes()


def versions_of(assignment: Assignment) -> str:
    """A text that is equal for equal versions of the grader, the assignment and the packages."""
    return " ".join([environment(), *(fingerprint(assignment, part) for part in assignment.part_names)])


def _leave_unprofiled(worker: Worker) -> None:
    """End Dask's own profiler, for good.

    It lists the frames of all threads by `sys._current_frames`, which holds a lock of the interpreter. In Python 3.11 a
    garbage collection inside of that may wait for the same lock: the worker stands still for ever, and the run with it.
    """
    if profiler := worker.periodic_callbacks.get("profile"):
        worker.loop.add_callback(profiler.stop)


def _refusal(address: str, tier: str, wanted: str) -> str:
    if tier != wanted:
        return f"the worker {address} isolates with {tier or 'nothing'}, the first one with {wanted or 'nothing'}"
    return f"the worker {address} has another version of the grader or of its packages than this machine"


class DaskBackend:
    """Measures on the workers of a cluster, as many tasks at once as these have threads."""

    def __init__(self, client: Client, assignment: Assignment, trusted: bool, find: Find | None = None):
        find = find or Installed(assignment.name)
        found = client.run(terms_here, find, trusted)
        if not found:
            raise ClusterError(f"the cluster {client.scheduler.address} has no workers yet")
        self.tier, self.description, _ = next(iter(found.values()))
        wanted = versions_of(assignment)
        for address, (tier, reason, versions) in found.items():
            if not tier:
                raise ClusterError(f"on the worker {address} {reason}")
            if (tier, versions) != (self.tier, wanted):
                raise ClusterError(_refusal(address, tier, self.tier))
        self.width = sum(client.nthreads().values())
        self._terms = (find, trusted, self.tier, wanted)
        self._client = client
        self._address = client.scheduler.address
        self._executor = client.get_executor(pure=False)
        self._had_workers = time.monotonic()

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        """Hand a task to the scheduler, which gives it to a free worker, and to another one if that is lost."""
        self._await_scheduler()
        started()
        future: Future[bytes] = self._executor.submit(measure_here, task.to_json(), *self._terms)
        return future

    def check_alive(self) -> None:
        """Wait for the scheduler; raise ClusterLost if it is gone, or there have been no workers for too long."""
        self._await_scheduler()
        if self._has_workers():
            self._had_workers = time.monotonic()
        elif time.monotonic() - self._had_workers > WORKER_SECONDS:
            raise ClusterLost(_gone(f"the cluster {self._address} has had no workers for {WORKER_SECONDS:.0f} seconds"))

    def _has_workers(self) -> bool:
        try:
            return bool(self._client.nthreads())
        except OSError:  # the connection ends at this moment, or the network does not answer
            self._await_scheduler()
            return False

    def _await_scheduler(self) -> None:
        while self._client.status == "connecting":  # it gives up by itself
            time.sleep(0.1)
        if self._client.status != "running":
            raise ClusterLost(_gone(f"the Dask scheduler at {self._address} is gone"))

    def stop(self) -> None:
        """Cancel what is waiting, and wait for nothing that is running."""
        if self._client.status == "running":
            self._executor.shutdown(wait=False)


def _gone(what: str) -> str:
    return f"{what}; what is done is kept, and the same command goes on from there when it is back"


def _reach(address: str) -> None:
    """Raise OSError or ValueError where nothing answers: Dask itself would try again and again."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    socket.create_connection((parts.hostname or "", parts.port or DEFAULT_PORT), REACH_SECONDS).close()


def dask_backends(
    assignment: Assignment, address: str, trusted: bool, say: Callable[[str], None], find: Find | None = None
) -> Start:
    """A function that connects to a scheduler and says how its workers isolate; it raises ClusterError."""

    def start(exit_stack: ExitStack) -> Backend:
        try:
            _reach(address)
            client = exit_stack.enter_context(Client(address, timeout=CONNECT_SECONDS, set_as_default=False))
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise ClusterError(f"there is no Dask scheduler at {address}: {reason}") from problem
        backend = DaskBackend(client, assignment, trusted, find)
        say(f"{backend.description}, on {len(client.nthreads())} workers of {address}")
        return backend

    return start
