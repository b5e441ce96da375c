"""Which backend a run measures on, as the command line says."""

import ipaddress
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..core.assignment import Assignment
from ..core.limits import Limits
from ..isolation.choice import open_pool
from .backends import Backend, ClusterError, Find, LocalBackend, Start

ENCRYPTED = ("tls", "wss")  # schemes of addresses; both sides show a certificate, or there is no connection


@dataclass(frozen=True)
class BackendConfig:
    """Where to measure: on this machine with `workers` fork servers, or on the cluster of a Dask scheduler.

    private: folders that submissions must not see. unencrypted: whether the scheduler may be on another machine and
    without TLS: whoever reaches it there runs code as its workers, and reads what is measured. source: where workers
    find the assignment, by its name without.
    """

    assignment: Assignment
    limits: Limits
    workers: int
    scheduler: str | None
    trusted: bool
    private: tuple[Path, ...] = ()
    unencrypted: bool = False
    source: Find | None = None

    @property
    def name(self) -> str:
        """Equal for configurations with the same isolation."""
        return f"{self.scheduler or 'this machine'}{', trusted' if self.trusted else ''}"

    def starter(self, say: Callable[[str], None]) -> Start:
        """A function that opens the backend and says how it isolates; it raises NoIsolation or ClusterError."""
        if self.scheduler:
            if not (self.unencrypted or is_encrypted_or_here(self.scheduler)):
                raise ClusterError(
                    f"{self.scheduler} has no TLS: whoever reaches it could run code on its workers; use tls://… "
                    "(docs/scaling.md makes the certificates), or --unencrypted on a network that only you can reach"
                )
            try:
                from .dask_backend import dask_backends  # slow to import, and its packages are an extra
            except ImportError as missing:
                raise ClusterError(f"{missing.name} is missing: pip install 'autoencoder-lab[cluster]'") from missing
            return dask_backends(self.assignment, self.scheduler, self.trusted, say, self.source)
        return lambda exit_stack: self._start_here(exit_stack, say)

    def _start_here(self, exit_stack: ExitStack, say: Callable[[str], None]) -> Backend:
        pool = exit_stack.enter_context(
            open_pool(self.assignment, self.limits, self.workers, self.trusted, self.private)
        )
        say(pool.tier.description)
        return LocalBackend(self.assignment, pool)


def is_encrypted_or_here(address: str) -> bool:
    """Whether a scheduler's address names TLS, or this machine's loopback, to which a tunnel may lead."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme in ENCRYPTED or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:  # a name, which may lead anywhere
        return False
