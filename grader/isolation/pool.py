"""Several fork servers of one tier, each lent to one thread at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue

from .fork_server import ForkServer


class Pool:
    """At least one fork server, all of one tier. Those that are not started yet start when they are first used."""

    def __init__(self, servers: Sequence[ForkServer]):
        self.tier = servers[0].tier
        self.count = len(servers)
        self._all = servers
        self._free: SimpleQueue[ForkServer] = SimpleQueue()
        for server in self._all:
            self._free.put(server)

    @contextmanager
    def lend(self) -> Iterator[ForkServer]:
        """Lend a fork server that nobody else uses meanwhile."""
        server = self._free.get()
        try:
            yield server
        finally:
            self._free.put(server)

    def stop(self) -> None:
        """End all of them at once, also while they are lent. None of them starts again."""
        for server in self._all:
            server.stop()

    def close(self) -> None:
        """End all of them."""
        for server in self._all:
            server.close()
