"""Memory and scratch space of a submission and everything it started, watched from outside."""

import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from ..core.limits import MEBIBYTE, Limits

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
    """A process and all below it. The kernel's own list of children is quick; psutil goes through all processes."""
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        with suppress(psutil.NoSuchProcess):
            return [first, *(child.pid for child in psutil.Process(first).children(recursive=True))]
        return []
    found = [first]
    for process in found:  # grows while it is walked
        with suppress(OSError):  # it has just ended
            for children in Path(f"/proc/{process}/task").glob("*/children"):
                found += map(int, children.read_text().split())
    return found


def _resident(pid: int) -> int:
    """The first thread may have ended, and then shows nothing; another one shows what all of them hold."""
    process = Path(f"/proc/{pid}")
    return _resident_by(process / "statm") or max(map(_resident_by, process.glob("task/*/statm")), default=0)


def _resident_by(statm: Path) -> int:
    try:
        return int(statm.read_text().split()[1]) * 4096
    except (OSError, IndexError):  # it has just ended
        return 0


def _proportional(pid: int) -> int:
    """Proportional set size; where it is not to be read, all that is resident."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return _resident(pid)
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def folder_use(folder: Path) -> tuple[int, int]:
    """Bytes and entries of a folder on the disk. Coreutils' `du` is not led astray by depth, links or races."""
    return _du("-B1", folder), _du("--inodes", folder)


def unlinked_bytes(first: int) -> int:
    """Space of files that have no name any more, but are held open by a process or one below it."""
    found: dict[tuple[int, int], int] = {}
    for process in _tree(first):
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
    """Calls `breach` with a sentence, once, when there is too much of anything.

    first: the process whose tree is watched. scratch: a folder to watch, None where a mount has a size of its own.
    """

    def __init__(self, first: int, limits: Limits, breach: Callable[[str], None], scratch: Path | None):
        self._first, self._limits, self._breach, self._scratch = first, limits, breach, scratch
        self.peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        looks = 0
        while not self._done.wait(PAUSE):
            looks += 1
            reason = self._memory() or (looks % SCRATCH_EVERY == 0 and self._files())
            if reason:
                self._breach(reason)
                return

    def _memory(self) -> str:
        allowed = self._limits.resident_mib
        used = resident_bytes(self._first, allowed * MEBIBYTE)
        self.peak_bytes = max(self.peak_bytes, used)
        return f"It used more than {allowed:g} MiB of memory" if used > allowed * MEBIBYTE else ""

    def _files(self) -> str:
        if self._scratch is None:
            return ""
        size, entries = folder_use(self._scratch)
        size += unlinked_bytes(self._first)
        if size > self._limits.scratch_mib * MEBIBYTE:
            return f"It wrote more than {self._limits.scratch_mib:g} MiB of files"
        return f"It made more than {self._limits.scratch_files} files" if entries > self._limits.scratch_files else ""

    def stop(self) -> None:
        """Look no more."""
        self._done.set()
        self._thread.join(timeout=5)
