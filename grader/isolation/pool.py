"""Several warm processes of one tier, each lent to one thread at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue

from .fork_server import ForkServer


class Pool:
    """At least one worker, all of one tier; those that are not started yet start when they are first used."""

    def __init__(self, workers: Sequence[ForkServer]):
        self.tier = workers[0].tier
        self.count = len(workers)
        self._all = workers
        self._free: SimpleQueue[ForkServer] = SimpleQueue()
        for server in self._all:
            self._free.put(server)

    @contextmanager
    def lend(self) -> Iterator[ForkServer]:
        """A worker that nobody else uses meanwhile."""
        server = self._free.get()
        try:
            yield server
        finally:
            self._free.put(server)

    def stop(self) -> None:
        """End all of them at once, also while they are lent; none of them starts again."""
        for server in self._all:
            server.stop()

    def close(self) -> None:
        """End all of them."""
        for server in self._all:
            server.close()
