"""The processor time that one statement of a submission, and all of them together, may take while it is loaded.

At the limit an exception ends the statement. One that does not end by that, because it catches everything or runs
below Python, is ended with its process by a second timer at twice the limit: the deciding process then starts it again
without that statement.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

AGAIN = 0.5  # seconds until the exception is raised once more
LEAST = 0.2  # seconds for a statement when all together have none left: what only defines needs less


class CutShort(BaseException):
    """A statement took too long; the text says after how many seconds of processor time it was ended."""


class StatementClock:
    """Seconds of processor time for each statement, and for all. One that imports holds others."""

    def __init__(self, each: float, together: float):
        self._each, self._left = each, together
        self._depth = 0
        signal.signal(signal.SIGPROF, self._end)
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)  # ends the process

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Within the block a statement runs. Raises CutShort in it."""
        if threading.current_thread() is not threading.main_thread():
            yield  # a thread of the submission imports something
            return
        began = time.process_time()
        self._depth += 1
        try:
            self._arm()
            yield
        finally:
            self._depth -= 1
            self._arm()
            if self._depth == 0:
                self._left -= time.process_time() - began

    def _arm(self) -> None:
        """Begin to count anew, for the statement that runs now; count nothing if none does."""
        self._limit = max(LEAST, min(self._each, self._left)) if self._depth else 0.0
        signal.setitimer(signal.ITIMER_PROF, self._limit, AGAIN)
        signal.setitimer(signal.ITIMER_VIRTUAL, 2 * self._limit)

    def _end(self, *_: object) -> None:
        if self._depth:
            raise CutShort(f"it was ended after {self._limit:.2g} s")
