"""A process and everything below it, as /proc shows it. What ends while it is looked at is passed over."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

TICKS = os.sysconf("SC_CLK_TCK")  # of /proc, in a second
NANOSECONDS = 1e9


@dataclass(frozen=True)
class Process:
    """Seconds of processor time: of a process with all its threads, and of the children that it has waited for.

    started: in ticks since the machine was started; with the number, it tells a process from all others. runs: whether
    its first thread runs or waits for a core.
    """

    number: int
    started: int
    own: float
    waited_for: float
    threads: int
    runs: bool


def numbers_of(root: int) -> list[int]:
    """A process and all below it, parents first. The kernel's lists are quick to read; psutil goes through everything.

    Orphans may move up to the root meanwhile, so its children are looked at twice.
    """
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        with suppress(psutil.NoSuchProcess):
            return [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
        return []
    found = [root]
    for process in found:  # grows while it is walked
        found += [child for child in _children(process) if child not in found]
    for orphan in _children(root):
        if orphan not in found:
            found.append(orphan)
    return found


def _children(process: int) -> list[int]:
    texts = (_text(f"/proc/{process}/task/{thread}/children") for thread in threads_of(process))
    return [int(child) for text in texts for child in text.split()]


def threads_of(process: int) -> list[int]:
    """The numbers of its threads; none where it has ended."""
    with suppress(OSError):
        return [int(name) for name in os.listdir(f"/proc/{process}/task")]  # noqa: PTH208 - a few times a second
    return []


def look_at(number: int) -> Process | None:
    """A process as it is now, also one that has ended and that nobody has waited for; None where it is gone."""
    fields = _stat(f"/proc/{number}")
    if len(fields) < 20:
        return None
    times = [int(ticks) / TICKS for ticks in fields[11:15]]
    return Process(number, int(fields[19]), sum(times[:2]), sum(times[2:]), int(fields[17]), fields[0] == b"R")


def running_threads(process: Process) -> Iterator[int]:
    """The threads of a process that run or wait for a core."""
    if process.threads == 1:
        if process.runs:
            yield process.number
        return
    for thread in threads_of(process.number):
        if _stat(f"/proc/{process.number}/task/{thread}")[:1] == [b"R"]:
            yield thread


def delay_of(process: int, thread: int) -> float | None:
    """Seconds that a thread has waited for a core so far; None where the kernel does not count them."""
    fields = _text(f"/proc/{process}/task/{thread}/schedstat").split()
    return int(fields[1]) / NANOSECONDS if len(fields) > 1 and fields[0] != b"0" else None


def is_ending(number: int) -> bool:
    """Whether a process has ended, or is about to: the kernel has begun to take it apart."""
    fields = _stat(f"/proc/{number}")
    return len(fields) < 20 or fields[0] in (b"Z", b"X") or bool(int(fields[6]) & PF_EXITING)


PF_EXITING = 0x4  # of the kernel's flags of a process


def _stat(folder: str) -> list[bytes]:
    """What stands behind the name in /proc/…/stat, from the state on: the name may hold spaces and parentheses."""
    return _text(f"{folder}/stat").rpartition(b")")[2].split()


def _text(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a few times a second
            return file.read()
    except OSError:  # it has just ended
        return b""
