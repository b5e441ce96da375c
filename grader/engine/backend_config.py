"""Which backend a run measures on, by what the command line says."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ..core.assignment import Assignment
from ..core.limits import Limits
from ..isolation.choice import open_pool
from .backends import Backend, ClusterError, LocalBackend, Start


@dataclass(frozen=True)
class BackendConfig:
    """Where to measure: on this machine with `workers` fork servers, or on the cluster of a Dask scheduler.

    private: folders of this run that submissions must not see.
    """

    assignment: Assignment
    limits: Limits
    workers: int
    scheduler: str | None
    trusted: bool
    private: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """The same for places with the same isolation."""
        return f"{self.scheduler or 'this machine'}{', trusted' if self.trusted else ''}"

    def starter(self, say: Callable[[str], None]) -> Start:
        """What opens a backend there and says how it isolates. The call raises NoIsolation or ClusterError."""
        if self.scheduler:
            try:
                from .dask_backend import dask_backends  # slow to import, and its packages are an extra
            except ImportError as missing:
                raise ClusterError(f"{missing.name} is missing: pip install 'autoencoder-lab[cluster]'") from missing
            return dask_backends(self.assignment, self.scheduler, self.trusted, say)
        return lambda left: self._start_here(left, say)

    def _start_here(self, left: ExitStack, say: Callable[[str], None]) -> Backend:
        pool = left.enter_context(open_pool(self.assignment, self.limits, self.workers, self.trusted, self.private))
        say(pool.tier.description)
        return LocalBackend(self.assignment, pool)
