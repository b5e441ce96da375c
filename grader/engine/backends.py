"""Where units are measured: one interface, and the local way, with as many warm processes as units at once."""

import os
import platform
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

from ..core.limits import Limits
from ..isolation.choice import open_pool
from ..isolation.pool import Pool
from .cache import Cache, CacheError
from .fingerprint import environment
from .isolated import measure
from .tasks import Task

Started = Callable[[], None]


class ClusterError(Exception):
    """The cluster cannot be used; the text is one clear line."""


class ClusterLost(ClusterError):
    """The cluster that a class was being measured on is gone; the text is one clear line."""


class Backend(Protocol):
    """Measures units, several at once. `tier` is what reports say of the isolation, `width` how many at once."""

    tier: str
    width: int

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        """The result to come, as bytes of `Measured`; `started` is called when the work begins, from any thread."""

    def check_alive(self) -> None:
        """Raises ClusterLost where no result will come any more."""

    def stop(self) -> None:
        """End what is running, at once; its results are worth nothing."""


class LocalBackend:
    """Measures in forks of the pool's warm processes. Threads wait for them: the work is done in processes."""

    def __init__(self, pool: Pool):
        self.tier = pool.tier.name
        self.width = pool.count
        self._pool = pool
        self._threads = ThreadPoolExecutor(pool.count)

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        """Measured as soon as a warm process is free."""
        return self._threads.submit(self._measure, task, started)

    def _measure(self, task: Task, started: Started) -> bytes:
        with self._pool.lend() as server:
            started()
            return measure(task, server).to_bytes()

    def check_alive(self) -> None:
        """There always will be one: a warm process that is lost is started again."""

    def stop(self) -> None:
        """End the warm processes, and with them everything that was forked from them."""
        self._pool.stop()
        self._threads.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class BackendConfig:
    """Where to measure: on this machine with `workers` warm processes, or on the cluster of a Dask scheduler.

    private: folders of this run that submissions must not see.
    """

    limits: Limits
    workers: int
    scheduler: str | None
    trusted: bool
    private: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """The same for places with the same isolation."""
        return f"{self.scheduler or 'this machine'}{', trusted' if self.trusted else ''}"

    def starter(self, say: Callable[[str], None]) -> Callable[[ExitStack], Backend]:
        """What opens a measurer there and says how it isolates. The call raises NoIsolation or ClusterError."""
        if self.scheduler:
            try:
                from .dask_backend import dask_backends  # slow to import, and its packages are an extra
            except ImportError as missing:
                raise ClusterError(f"{missing.name} is missing: pip install 'autoencoder-lab[cluster]'") from missing
            return dask_backends(self.scheduler, self.trusted, say)
        return lambda left: self._start_here(left, say)

    def _start_here(self, left: ExitStack, say: Callable[[str], None]) -> Backend:
        pool = left.enter_context(open_pool(self.limits, self.workers, self.trusted, self.private))
        say(pool.tier.description)
        return LocalBackend(pool)


class LazyBackend:
    """Opens a measurer when something has to be measured: a class that has not changed needs none.

    Until then, `tier` is the one that was found on this machine when something was measured last.
    """

    def __init__(self, cache: Cache, where: str, start: Callable[[ExitStack], Backend]):
        self._cache = cache
        self._fact = f"tier of {where}, {platform.release()}, user {os.getuid()}, {environment()}"
        self._start = start
        self._open: Backend | None = None
        self._left = ExitStack()

    @property
    def tier(self) -> str:
        """What reports say of the isolation."""
        return self._cache.fact(self._fact) or self().tier

    def __call__(self) -> Backend:
        """The measurer."""
        if self._open is None:
            self._open = self._start(self._left)
            with suppress(CacheError):  # a full disk, say: then it is tried out again another time
                self._cache.remember(self._fact, self._open.tier)
        return self._open

    def __enter__(self) -> "OnDemand":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._open is not None:
            self._open.stop()
        self._left.close()
