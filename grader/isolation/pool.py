"""Several warm processes of one tier, each lent to one thread at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue

from .fork_server import Worker


class Pool:
    """At least one worker, all of one tier; those that are not started yet start when they are first used."""

    def __init__(self, workers: Sequence[Worker]):
        self.tier = workers[0].tier
        self.count = len(workers)
        self._all = workers
        self._free: SimpleQueue[Worker] = SimpleQueue()
        for worker in self._all:
            self._free.put(worker)

    @contextmanager
    def lend(self) -> Iterator[Worker]:
        """A worker that nobody else uses meanwhile."""
        worker = self._free.get()
        try:
            yield worker
        finally:
            self._free.put(worker)

    def stop(self) -> None:
        """End all of them at once, also while they are lent; none of them starts again."""
        for worker in self._all:
            worker.stop()

    def close(self) -> None:
        """End all of them."""
        for worker in self._all:
            worker.close()
