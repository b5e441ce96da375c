"""Memory and scratch space of a submission and everything it started, watched from outside."""

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import psutil

from ..limits import MEBIBYTE

PAUSE = 0.25  # seconds between two looks
SCRATCH_EVERY = 2  # looks


def resident_bytes(first: int, limit: float = 0.0) -> int:
    """Memory of a process and all below it.

    Pages that several share are split among them, which takes long to find out, so only a simple sum above `limit`
    is looked at so closely.
    """
    processes = _tree(first)
    simple = sum(_resident(p) for p in processes)
    return simple if simple <= limit else sum(_proportional(p) for p in processes)


def _tree(first: int) -> list[int]:
    try:
        return [first, *(child.pid for child in psutil.Process(first).children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):  # it has just ended
        return 0


def _proportional(pid: int) -> int:
    """Proportional set size; where it is not to be read, all that is resident."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return _resident(pid)
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def folder_bytes(folder: Path) -> int:
    """Space that a folder takes on the disk. Coreutils' `du` is not led astray by depth, links or races."""
    done = subprocess.run(["du", "-s", "-B1", "--", str(folder)], capture_output=True, check=False)  # noqa: S607
    return int(done.stdout.split()[0]) if done.stdout else 0


class Watch:
    """Calls `breach` with a sentence, once, when there is too much of anything."""

    def __init__(self, first: int, resident: float, breach: Callable[[str], None], scratch: tuple[Path, float] | None):
        self._first, self._resident, self._breach, self._scratch = first, resident, breach, scratch
        self.peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        looks = 0
        while not self._done.wait(PAUSE):
            looks += 1
            used = resident_bytes(self._first, self._resident * MEBIBYTE)
            self.peak_bytes = max(self.peak_bytes, used)
            if used > self._resident * MEBIBYTE:
                self._breach(f"It used more than {self._resident:g} MiB of memory")
                return
            if (
                self._scratch
                and looks % SCRATCH_EVERY == 0
                and folder_bytes(self._scratch[0]) > self._scratch[1] * MEBIBYTE
            ):
                self._breach(f"It wrote more than {self._scratch[1]:g} MiB of files")
                return

    def stop(self) -> None:
        """Look no more."""
        self._done.set()
        self._thread.join(timeout=5)
