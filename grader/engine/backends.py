"""Where tasks are measured: the interface, this machine with several fork servers, and one task after the other."""

import logging
import os
import platform
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Protocol

from ..core.assignment import Assignment
from ..core.errors import UserError
from ..isolation.fork_server import ForkServer
from ..isolation.pool import Pool
from .cache import Cache, CacheError
from .fingerprint import environment
from .isolated import measure
from .tasks import Task

log = logging.getLogger(__name__)
Started = Callable[[], None]
Find = Callable[[], Assignment]  # finds it on any machine; equal for the same one
Start = Callable[[ExitStack], "Backend"]  # opens a backend that is closed with the stack


class ClusterError(UserError):
    """The cluster cannot be used; the text is one clear line."""


class ClusterLost(ClusterError):
    """The cluster that a class was being measured on is gone; the text is one clear line."""

    status = 1


class Backend(Protocol):
    """Measures tasks, several at once. `tier` is what reports say of the isolation, `width` how many at once."""

    tier: str
    width: int

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        """The future bytes of a `TaskResult`; `started` is called when the task begins, from any thread."""

    def check_alive(self) -> None:
        """Raise ClusterLost where no result will come any more."""

    def stop(self) -> None:
        """End what is running, at once, without results."""


class LocalBackend:
    """Measures in forks of the pool's fork servers. Threads wait for them: the work is done in processes."""

    def __init__(self, assignment: Assignment, pool: Pool):
        self.tier = pool.tier.name
        self.width = pool.count
        self._assignment = assignment
        self._pool = pool
        self._threads = ThreadPoolExecutor(pool.count)

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        """Measure as soon as a fork server is free."""
        return self._threads.submit(self._measure, task, started)

    def _measure(self, task: Task, started: Started) -> bytes:
        with self._pool.lend() as server:
            started()
            return measure(task, self._assignment, server).to_bytes()

    def check_alive(self) -> None:
        """Do nothing: a fork server that is lost is started again."""

    def stop(self) -> None:
        """End the fork servers, and with them everything that was forked from them."""
        self._pool.stop()
        self._threads.shutdown(cancel_futures=True)


class SynchronousBackend:
    """Measures each task in the thread that submits it: for platforms that grade one submission at a time."""

    width = 1

    def __init__(self, assignment: Assignment, server: ForkServer):
        self.tier = server.tier.name
        self._assignment = assignment
        self._server = server

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        """Measure at once: the future is done when this returns."""
        future: Future[bytes] = Future()
        started()
        try:
            future.set_result(measure(task, self._assignment, self._server).to_bytes())
        except Exception as problem:  # noqa: BLE001 - as another thread would hand it over
            future.set_exception(problem)
        return future

    def check_alive(self) -> None:
        """Do nothing: no result is ever waited for."""

    def stop(self) -> None:
        """Do nothing: no task is running."""


class LazyBackend:
    """Opens a backend once something has to be measured: a class that has not changed needs none.

    Until then, `tier` is the one that was found when something was last measured there.
    """

    def __init__(self, cache: Cache, where: str, start: Start):
        self._cache = cache
        self._fact = f"tier of {where}, {platform.release()}, user {os.getuid()}, {environment()}"
        self._start = start
        self._open: Backend | None = None
        self._exit_stack = ExitStack()

    @property
    def tier(self) -> str:
        """What reports say of the isolation."""
        return self._cache.fact(self._fact) or self().tier

    def __call__(self) -> Backend:
        """The backend, opened by the first call."""
        if self._open is None:
            self._open = self._start(self._exit_stack)
            log.info("measuring up to %d parts at once under %s", self._open.width, self._open.tier)
            with suppress(CacheError):  # such as a full disk: the next run tries again
                self._cache.remember(self._fact, self._open.tier)
        return self._open

    def __enter__(self) -> "LazyBackend":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._open is not None:
            self._open.stop()
        self._exit_stack.close()
