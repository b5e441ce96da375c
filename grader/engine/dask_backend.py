"""Measuring on a Dask cluster: each of its workers has warm processes of its own, under the tier of its own machine.

Units and results travel as text and bytes. A worker with another tier, other packages or another version of the grader
than the first one is refused, so that what a class was measured under is one thing, and said in its reports.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from functools import cache

from distributed import Client, Worker, get_worker

from ..core.limits import Limits
from ..core.registry import PARTS
from ..isolation.choice import NoIsolation, open_pool
from ..isolation.pool import Pool
from .backends import Backend, ClusterError, ClusterLost, Started
from .fingerprint import environment, fingerprint
from .isolated import measure
from .tasks import Task

CONNECT_SECONDS = 20  # for a scheduler to answer, also after it was lost
WORKER_SECONDS = 60.0  # for a worker to come, where there is none any more
_opening = threading.Lock()
_pools: dict[bool, Pool] = {}  # of this process, by whether submissions are trusted
_left = ExitStack()  # never closed: the warm processes end with the process


def terms_here(trusted: bool, dask_worker: Worker | None = None) -> tuple[str, str, str]:
    """The tier of this process' machine, or "" and why there is none, and a text that is equal for equal versions.

    Dask gives `dask_worker` to what it runs outside of tasks.
    """
    versions = " ".join([environment(), *map(fingerprint, PARTS)])
    try:
        pool = _pool(trusted, dask_worker or get_worker())
    except NoIsolation as none:
        return "", str(none), versions
    return pool.tier.name, pool.tier.description, versions


def _pool(trusted: bool, worker: Worker) -> Pool:
    with _opening:
        if trusted not in _pools:
            _leave_unprofiled(worker)
            _pools[trusted] = _left.enter_context(open_pool(Limits(), worker.state.nthreads, trusted))
        return _pools[trusted]


def _leave_unprofiled(worker: Worker) -> None:
    """End Dask's own profiler, for good.

    It lists the frames of all threads by `sys._current_frames`, which holds a lock of the interpreter. In Python 3.11 a
    garbage collection inside of that may wait for the same lock: the worker stands still for ever, and the run with it.
    """
    if profiler := worker.periodic_callbacks.get("profile"):
        worker.loop.add_callback(profiler.stop)


_terms_of = cache(terms_here)


def measure_here(task: str, trusted: bool, tier: str, versions: str) -> bytes:
    """Measure a unit in this process, a Dask worker's. Raises ClusterError if it has joined under other terms."""
    here, _, versions_here = _terms_of(trusted)
    if (here, versions_here) != (tier, versions):
        raise ClusterError(_refusal(get_worker().address, here, tier))
    with _pools[trusted].lend() as worker:
        return measure(Task.from_json(task), worker).to_bytes()


def _refusal(address: str, tier: str, wanted: str) -> str:
    if tier != wanted:
        return f"the worker {address} isolates with {tier or 'nothing'}, the first one with {wanted or 'nothing'}"
    return f"the worker {address} has another version of the grader or of its packages than this machine"


class DaskBackend:
    """Measures on the workers of a cluster, as many units at once as these have threads."""

    def __init__(self, client: Client, trusted: bool):
        found = client.run(terms_here, trusted)
        if not found:
            raise ClusterError(f"the cluster {client.scheduler.address} has no workers yet")
        self.tier, self.description, _ = next(iter(found.values()))
        ours = " ".join([environment(), *map(fingerprint, PARTS)])
        for address, (tier, reason, versions) in found.items():
            if not tier:
                raise ClusterError(f"on the worker {address} {reason}")
            if (tier, versions) != (self.tier, ours):
                raise ClusterError(_refusal(address, tier, self.tier))
        self.width = sum(client.nthreads().values())
        self._terms = (trusted, self.tier, ours)
        self._client = client
        self._address = client.scheduler.address
        self._executor = client.get_executor(pure=False)
        self._had_workers = time.monotonic()

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        """Handed to the scheduler, which gives it to a worker that is free, and to another one where that is lost."""
        self._await_scheduler()
        started()
        future: Future[bytes] = self._executor.submit(measure_here, task.to_json(), *self._terms)
        return future

    def check_alive(self) -> None:
        """Whether scheduler and workers are there, or come back in time. Raises ClusterLost."""
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
        """Let go of what is running."""
        if self._client.status == "running":
            self._executor.shutdown(wait=False)


def _gone(what: str) -> str:
    return f"{what}; what is done is kept, and the same command goes on from there when it is back"


def dask_backends(address: str, trusted: bool, say: Callable[[str], None]) -> Callable[[ExitStack], Backend]:
    """What connects to the scheduler at `address` and says how its workers isolate. The call raises ClusterError."""

    def start(left: ExitStack) -> Backend:
        try:
            client = left.enter_context(Client(address, timeout=CONNECT_SECONDS, set_as_default=False))
        except (OSError, ValueError) as problem:
            raise ClusterError(f"there is no Dask scheduler at {address}: {problem}") from problem
        backend = DaskBackend(client, trusted)
        say(f"{backend.description}, on {len(client.nthreads())} workers of {address}")
        return backend

    return start
