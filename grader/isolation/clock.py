"""The time of a part of a submission: every moment that the grader waits for it is of one of three kinds.

It runs: that is processor time, of its processes, their threads and the children that they waited for, and it counts.
It waits for a core that others have: that is nobody's fault, and never counts. It sleeps with nothing to run: that
is its own fault where it does not end. So a busy machine makes a grading slower, and no score lower.

Processor time is counted in seconds of the reference machine: `pace` is how long this machine takes for one of them.
"""

import threading
import time
from dataclasses import dataclass

from ..core.limits import Limits
from .tree import Process, delay_of, look_at, numbers_of, running_threads

STARVED_SECONDS = 1800.0  # for which a part may wait for cores in all, before it is measured again or given up
SLEEPS_IN_ALL = 5  # times the limit, in many short sleeps
AGAIN = 1 / 12  # of the limit is waited for what is known to sleep
IDLE = 0.05  # of a moment may be spent running, and the submission still counts as asleep
LATE = 2.0  # seconds of a moment that one look at its end can tell of; where the watch itself got no core, no more
STARVED, SLEPT = "machine.starved", "process.slept"


@dataclass(frozen=True)
class Breach:
    """A limit that was exceeded: the code of a failure, and the beginning of a sentence."""

    code: str
    text: str


@dataclass(frozen=True)
class Moment:
    """What became of the time between two looks at a tree, in seconds.

    used: processor time, of the reference machine. gap: wall-clock time in which the grader waited and the tree did not
    run. runnable: whether something in it wants a core now. delay: how long the threads that want one have waited for
    it, None where the kernel does not say.
    """

    used: float = 0.0
    gap: float = 0.0
    runnable: bool = False
    delay: float | None = 0.0


class Meter:
    """Looks at a tree of processes, and says what became of the time since the last look."""

    def __init__(self, root: int, pace: float):
        self._root, self._pace = root, pace
        self._last: dict[tuple[int, int], Process] = {}
        self._debt = 0.0  # time of processes that are gone; it was counted, and their parents bring it once more
        self._delays: dict[int, float] = {}
        self._looked = time.monotonic()

    def look(self, asked_at: float | None) -> Moment:
        """What came since the last look. asked_at: since when the grader waits for an answer, None if it does not."""
        now, before = time.monotonic(), self._looked
        self._looked = now
        processes = self._processes()
        used = self._used(processes)
        if asked_at is None:
            return Moment(used / self._pace)
        running = [(p.number, thread) for p in processes.values() for thread in running_threads(p)]
        gap = max(min(now - max(before, asked_at), LATE) - used, 0.0)
        return Moment(used / self._pace, gap, bool(running), self._delay(running))

    def _processes(self) -> dict[tuple[int, int], Process]:
        """By number and start. The kernel's lists may leave one out while others end: who was there is asked for."""
        walked = numbers_of(self._root)
        looked = [look_at(n) for n in dict.fromkeys([*walked, *(number for number, _ in self._last)])]
        found = {(process.number, process.started): process for process in looked if process}
        return {key: process for key, process in found.items() if key[0] in walked or key in self._last}

    def _used(self, processes: dict[tuple[int, int], Process]) -> float:
        """Processor seconds since the last look, each counted once, whether or not a parent waits for its children."""
        gone = (process for key, process in self._last.items() if key not in processes)
        self._debt += sum(process.own + process.waited_for for process in gone)
        own = brought = 0.0
        for key, process in processes.items():
            last = self._last.get(key)
            own += process.own - (last.own if last else 0.0)
            brought += process.waited_for - (last.waited_for if last else 0.0)
        self._last = processes
        paid = min(self._debt, brought)
        self._debt -= paid
        return own + brought - paid

    def _delay(self, running: list[tuple[int, int]]) -> float | None:
        """How long these threads have waited for a core since they were last seen waiting."""
        total = 0.0
        for process, thread in running:
            delay = delay_of(process, thread)
            if delay is None:
                return None
            total += max(delay - self._delays.get(thread, 0.0), 0.0)
            self._delays[thread] = delay
        return total


class Clock:
    """What a part has spent, over all its processes, and whether that is too much. Several threads may count.

    known_to_sleep: whether the same import slept before, for another part.
    """

    def __init__(self, limits: Limits, known_to_sleep: bool = False):
        self._limits = limits
        self._lock = threading.Lock()
        self._patience = limits.sleep_seconds * (AGAIN if known_to_sleep else 1)
        self._call = limits.call_seconds
        self._began = self._asleep = self._row = self._unserved = self._delay = 0.0
        self.used = 0.0  # seconds of processor time

    def begin(self, seconds: float) -> None:
        """A request begins, which may take so many seconds of processor time."""
        with self._lock:
            self._call, self._began, self._row = seconds, self.used, 0.0

    def count(self, moment: Moment) -> Breach | None:
        """Add a moment; the limit that is exceeded now, if one is."""
        with self._lock:
            self.used += moment.used
            if moment.runnable:
                self._unserved += moment.gap
                untold = moment.delay is None or not moment.used  # the kernel counts a wait when it ends
                self._delay += moment.gap if untold else moment.delay or 0.0
            else:
                self._asleep += moment.gap
            idle = not moment.runnable and moment.used <= IDLE * moment.gap
            self._row = self._row + moment.gap if idle else 0.0
            return self._breach()

    @property
    def waited(self) -> float:
        """Seconds for which it waited for a core."""
        return min(self._unserved, self._delay)

    @property
    def slept(self) -> float:
        """Seconds in which it neither ran nor waited for a core."""
        return self._asleep + self._unserved - self.waited

    @property
    def is_used_up(self) -> bool:
        """Whether the part has no time left."""
        return self.used >= self._limits.part_seconds or self.slept >= SLEEPS_IN_ALL * self._limits.sleep_seconds

    def _breach(self) -> Breach | None:
        limits = self._limits
        if self.used >= limits.part_seconds:
            return Breach("process.time_used_up", f"The part used up its {limits.part_seconds:g} s of processor time")
        if self.used - self._began >= self._call:
            return Breach("process.timeout", f"It used up the {self._call:g} s of processor time for one request")
        if self._row >= self._patience or self.slept >= SLEEPS_IN_ALL * limits.sleep_seconds:
            self._patience = limits.sleep_seconds * AGAIN
            return Breach(SLEPT, f"It slept with nothing to do (the grader waits {limits.sleep_seconds:g} s at most)")
        if self.waited >= STARVED_SECONDS:
            return Breach(STARVED, f"It waited {STARVED_SECONDS:g} s for a core")
        return None
