"""How much memory processes of one kind need at most, sampled from outside while something runs."""

import threading
from contextlib import suppress
from types import TracebackType

import psutil

INTERVAL = 0.2  # seconds between two samples


class LargestProcess:
    """Within its block: the largest resident set of any process that has a word in its command line, in bytes."""

    def __init__(self, word: str):
        self.bytes = 0
        self._word = word
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(INTERVAL):
            for process in psutil.process_iter():
                with suppress(psutil.Error):  # gone meanwhile
                    if any(self._word in part for part in process.cmdline()):
                        self.bytes = max(self.bytes, process.memory_info().rss)
