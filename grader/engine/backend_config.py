"""Which backend a run measures on, as the command line says."""

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

    private: folders that submissions must not see.
    """

    assignment: Assignment
    limits: Limits
    workers: int
    scheduler: str | None
    trusted: bool
    private: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """Equal for configurations with the same isolation."""
        return f"{self.scheduler or 'this machine'}{', trusted' if self.trusted else ''}"

    def starter(self, say: Callable[[str], None]) -> Start:
        """A function that opens the backend and says how it isolates; it raises NoIsolation or ClusterError."""
        if self.scheduler:
            try:
                from .dask_backend import dask_backends  # slow to import, and its packages are an extra
            except ImportError as missing:
                raise ClusterError(f"{missing.name} is missing: pip install 'autoencoder-lab[cluster]'") from missing
            return dask_backends(self.assignment, self.scheduler, self.trusted, say)
        return lambda exit_stack: self._start_here(exit_stack, say)

    def _start_here(self, exit_stack: ExitStack, say: Callable[[str], None]) -> Backend:
        pool = exit_stack.enter_context(
            open_pool(self.assignment, self.limits, self.workers, self.trusted, self.private)
        )
        say(pool.tier.description)
        return LocalBackend(self.assignment, pool)
