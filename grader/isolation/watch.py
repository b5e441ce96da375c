"""A watch from outside over the memory and the scratch space of a submission and everything it started."""

import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from ..core.limits import MEBIBYTE, Limits

PAUSE = 0.25  # seconds between two measurements
SCRATCH_EVERY = 2  # measurements of memory for one of files


def resident_bytes(root: int, limit: float = 0.0) -> int:
    """The memory of a process and all below it, in bytes.

    Where the plain sum is above `limit`, pages that several processes share are counted once, which takes longer.
    """
    processes = _tree(root)
    simple = sum(_resident(p) for p in processes)
    return simple if simple <= limit else sum(_proportional(p) for p in processes)


def _tree(root: int) -> list[int]:
    """A process and all below it. The kernel's list of children is quick to read; psutil goes through all processes."""
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        with suppress(psutil.NoSuchProcess):
            return [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
        return []
    found = [root]
    for process in found:  # grows while it is walked
        with suppress(OSError):  # it has just ended
            for children in Path(f"/proc/{process}/task").glob("*/children"):
                found += map(int, children.read_text().split())
    return found


def _resident(pid: int) -> int:
    """Resident bytes of a process. Where its first thread has ended and shows nothing, another one shows them."""
    process = Path(f"/proc/{pid}")
    return _resident_by(process / "statm") or max(map(_resident_by, process.glob("task/*/statm")), default=0)


def _resident_by(statm: Path) -> int:
    try:
        return int(statm.read_text().split()[1]) * 4096
    except (OSError, IndexError):  # it has just ended
        return 0


def _proportional(pid: int) -> int:
    """The proportional set size in bytes, or all that is resident where the kernel does not show it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return _resident(pid)
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def folder_use(folder: Path) -> tuple[int, int]:
    """Bytes and entries of a folder on the disk, as `du` counts them: it copes with depth, links and races."""
    return _du("-B1", folder), _du("--inodes", folder)


def unlinked_bytes(root: int) -> int:
    """Bytes of files that have no name any more, but that a process or one below it holds open."""
    found: dict[tuple[int, int], int] = {}
    for process in _tree(root):
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


@dataclass(frozen=True)
class Breach:
    """A limit that was exceeded: the code of a failure, and the beginning of a sentence."""

    code: str
    text: str


class Watch:
    """Calls `breach`, once, when a submission uses more than a limit allows.

    root: the process whose tree is watched. scratch: a folder to watch, None where its mount has a size of its own.
    """

    def __init__(self, root: int, limits: Limits, breach: Callable[[Breach], None], scratch: Path | None):
        self._root, self._limits, self._breach, self._scratch = root, limits, breach, scratch
        self.peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        looks = 0
        while not self._done.wait(PAUSE):
            looks += 1
            found = self._memory() or (self._files() if looks % SCRATCH_EVERY == 0 else None)
            if found:
                self._breach(found)
                return

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
        size += unlinked_bytes(self._root)
        if size > self._limits.scratch_mib * MEBIBYTE:
            return Breach("process.disk", f"It wrote more than {self._limits.scratch_mib:g} MiB of files")
        if entries > self._limits.scratch_files:
            return Breach("process.files", f"It made more than {self._limits.scratch_files} files")
        return None

    def stop(self) -> None:
        """Stop watching; `peak_bytes` holds the most memory seen."""
        self._done.set()
        self._thread.join(timeout=5)
