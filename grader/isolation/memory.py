"""The memory of a process and all below it, as /proc shows it, at a cost that is bounded.

What is resident is quick to read, but counts pages that processes share once for each of them. Their share of those
takes the kernel a walk through all their pages: for 120 processes that share a block, seconds. So that is asked only
where it decides, the largest first, and only for so long.
"""

import math
import time
from pathlib import Path

from .tree import numbers_of, threads_of

COUNTING_SECONDS = 1.0  # of processor time in one look: enough for some 5 GiB that are resident in all


def resident_bytes(root: int, limit: float = math.inf, seconds: float = COUNTING_SECONDS) -> int:
    """The memory of a process and all below it, in bytes.

    Where the plain sum is above `limit`, pages that several processes share are counted once, until it is clear on
    which side of the limit the sum is: above it, what is counted so far is returned. Processes that there is no time
    left for count with all that is resident.
    """
    sizes = {process: resident_of(process) for process in numbers_of(root)}
    total, certain = sum(sizes.values()), 0
    end = time.thread_time() + seconds
    for process in sorted(sizes, key=lambda each: -sizes[each]):
        if certain > limit:
            return certain
        if total <= limit or time.thread_time() > end:
            break
        share = share_of(process)
        certain += share
        total += share - sizes[process]
    return total


def resident_of(process: int) -> int:
    """Resident bytes of a process. Where its first thread has ended and shows nothing, another one shows them."""
    folder = Path(f"/proc/{process}")
    threads = (folder / "task" / str(thread) / "statm" for thread in threads_of(process))
    return _resident_by(folder / "statm") or max(map(_resident_by, threads), default=0)


def _resident_by(statm: Path) -> int:
    try:
        return int(statm.read_text().split()[1]) * 4096
    except (OSError, IndexError):  # it has just ended
        return 0


def share_of(process: int) -> int:
    """The proportional set size in bytes, or all that is resident where the kernel does not show it."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return resident_of(process)
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
