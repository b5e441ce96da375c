"""A watch from outside over the time, the memory and the files of a submission and everything it started."""

import logging
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..core.limits import MEBIBYTE, Limits
from .clock import Breach, Clock, Meter
from .mapped import mapped_and_unlinked
from .memory import resident_bytes
from .tree import numbers_of

PAUSE = 0.25  # seconds between two looks
SCRATCH_EVERY = 2  # looks at time and memory for one at files
FAULTS = 8  # looks in a row that fail: what ends while it is looked at makes one fail, and the next one sees
JOIN_SECONDS = 60.0  # for a thread that only has to notice, on a busy machine
FAILED = "watch.failed"
log = logging.getLogger(__name__)


def folder_use(folder: Path) -> tuple[int, int]:
    """Bytes and entries of a folder on the disk, as `du` counts them: it copes with depth, links and races."""
    return _du("-B1", folder), _du("--inodes", folder)


def unlinked_bytes(root: int, scratch: Path, largest: int) -> int:
    """Bytes of files that have no name any more, but that a process or one below it holds open, or has mapped."""
    found: dict[tuple[int, int], int] = {}
    for process in numbers_of(root):
        found |= mapped_and_unlinked(process, scratch, largest)
        with suppress(OSError):  # it has just ended
            for descriptor in Path(f"/proc/{process}/fd").iterdir():
                with suppress(OSError):  # it has just been closed
                    file = descriptor.stat()
                    if file.st_nlink == 0:
                        found[file.st_dev, file.st_ino] = file.st_blocks * 512
    return sum(found.values())


def _du(what: str, folder: Path) -> int:
    done = subprocess.run(["du", "-s", what, "--", str(folder)], capture_output=True, check=False)  # noqa: S607
    return int(done.stdout.split()[0]) if done.stdout else 0


class Watch:
    """Calls `breach`, once, when a submission uses more than a limit allows, or when the watch itself keeps failing.

    root: the process whose tree is watched. scratch: a folder to watch, None where its mount has a size of its own.
    asked_at: since when the grader waits for an answer, None while it does not. pace: as in `clock`.
    """

    def __init__(
        self,
        root: int,
        limits: Limits,
        breach: Callable[[Breach], None],
        scratch: Path | None,
        clock: Clock,
        asked_at: Callable[[], float | None] = lambda: None,
        pace: float = 1.0,
    ):
        self._root, self._limits, self._breach, self._scratch = root, limits, breach, scratch
        self._clock, self._meter, self._asked_at = clock, Meter(root, pace), asked_at
        self.peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        looks = faults = 0
        while not self._done.wait(PAUSE):
            looks += 1
            try:
                found = self._look(looks)
                faults = 0
            except Exception as bug:
                faults += 1
                log.exception("a look at a submission failed, %d in a row", faults)
                failed = Breach(FAILED, f"The watch over it failed: {type(bug).__name__}")
                found = failed if faults == FAULTS else None  # nothing may go on without a watch
            if found:
                self._breach(found)
                return

    def _look(self, number: int) -> Breach | None:
        return self._time() or self._memory() or (self._files() if number % SCRATCH_EVERY == 0 else None)

    def _time(self) -> Breach | None:
        asked_at = self._asked_at()
        found = self._clock.count(self._meter.look(asked_at))
        return None if asked_at is None else found

    def _memory(self) -> Breach | None:
        allowed = self._limits.resident_mib
        used = resident_bytes(self._root, allowed * MEBIBYTE)
        self.peak_bytes = max(self.peak_bytes, used)
        if used <= allowed * MEBIBYTE:
            return None
        return Breach("process.memory", f"It used more than {allowed:g} MiB of memory")

    def _files(self) -> Breach | None:
        if self._scratch is None:
            return None
        size, entries = folder_use(self._scratch)
        size += unlinked_bytes(self._root, self._scratch, int(self._limits.file_mib * MEBIBYTE))
        if size > self._limits.scratch_mib * MEBIBYTE:
            return Breach("process.disk", f"It wrote more than {self._limits.scratch_mib:g} MiB of files")
        if entries > self._limits.scratch_files:
            return Breach("process.files", f"It made more than {self._limits.scratch_files} files")
        return None

    def stop(self) -> None:
        """Stop watching; `peak_bytes` holds the most memory seen, and the clock has all that was used."""
        self._done.set()
        self._thread.join(timeout=JOIN_SECONDS)
        self._clock.count(self._meter.look(None))
