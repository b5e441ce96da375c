"""What a part has spent is divided into running, waiting for a core and sleeping, and each has its own limit."""

import pytest

from grader.core.limits import Limits
from grader.isolation import pace
from grader.isolation.clock import STARVED_SECONDS, Breach, Clock, Meter, Moment
from grader.isolation.tree import Process

LIMITS = Limits(import_seconds=5, call_seconds=10, part_seconds=30, sleep_seconds=60)


def running(seconds: float) -> Moment:
    return Moment(used=seconds, gap=0.0, runnable=True)


def waiting(seconds: float, delay: float | None) -> Moment:
    return Moment(gap=seconds, runnable=True, delay=delay)


def asleep(seconds: float) -> Moment:
    return Moment(gap=seconds)


def codes(clock: Clock, *moments: Moment) -> list[str]:
    """What each moment leads to, "" for nothing."""
    return [found.code if (found := clock.count(moment)) else "" for moment in moments]


def test_a_call_and_a_part_have_their_own_limits() -> None:
    """A request has its seconds from its beginning on, and all requests of a part together have the part's."""
    clock = Clock(LIMITS)
    clock.begin(10)
    assert codes(clock, running(9), running(2)) == ["", "process.timeout"]
    clock.begin(10)
    assert codes(clock, running(9)) == [""]
    clock.begin(30)
    assert not clock.is_used_up
    assert clock.count(running(10)) == Breach("process.time_used_up", "The part used up its 30 s of processor time")
    assert clock.is_used_up


def test_who_waits_for_a_core_spends_nothing() -> None:
    """However long others have the cores, the limits are those of a quiet machine; only at last it is starved."""
    clock = Clock(LIMITS)
    clock.begin(10)
    assert codes(clock, waiting(900, 900), running(9), waiting(890, 890)) == ["", "", ""]
    assert (clock.used, clock.slept, clock.is_used_up) == (9, 0, False)
    assert codes(clock, waiting(STARVED_SECONDS, STARVED_SECONDS)) == ["machine.starved"]


def test_a_kernel_that_counts_no_delays_is_believed_about_states() -> None:
    """Then whatever wants a core, and does not run, waits for it."""
    clock = Clock(LIMITS)
    assert codes(clock, waiting(100, None), waiting(STARVED_SECONDS, None)) == ["", "machine.starved"]


def test_a_wait_that_is_not_over_counts_already() -> None:
    """The kernel adds it to its count when the core comes; until then, who runs not at all waits."""
    clock = Clock(LIMITS)
    assert codes(clock, *[waiting(50, 0)] * 10) == [""] * 10
    assert clock.slept == 0


def test_who_seems_to_want_a_core_and_waits_for_none_sleeps() -> None:
    """Nobody is kept waiting by threads that are seen running, but neither run nor wait for a core."""
    clock = Clock(LIMITS)
    hidden = Moment(used=0.01, gap=50, runnable=True, delay=1)
    assert codes(clock, *[hidden] * 7) == ["", "", "", "", "", "", "process.slept"]
    assert clock.is_used_up


def test_a_sleep_ends_at_a_stretch_or_in_all() -> None:
    """A minute at once; or, with a blink of work in between, five minutes together."""
    clock = Clock(LIMITS)
    clock.begin(10)
    assert codes(clock, asleep(59), asleep(2)) == ["", "process.slept"]
    clock = Clock(LIMITS)
    blinks = [moment for _ in range(6) for moment in (asleep(59), running(0.1))]
    assert codes(clock, *blinks)[:10] == [""] * 10
    assert codes(clock, asleep(6)) == ["process.slept"]


def test_a_blink_too_short_to_be_work_does_not_end_a_sleep() -> None:
    """Looking at a clock a hundred times a second is sleeping."""
    clock = Clock(LIMITS)
    assert codes(clock, *[Moment(used=0.1, gap=10.0)] * 6) == ["", "", "", "", "", "process.slept"]


def test_a_new_request_may_sleep_anew_but_not_one_that_is_known_to_sleep() -> None:
    """After the first sleep that had no end, and where another part slept so, five seconds are enough."""
    clock = Clock(LIMITS)
    clock.begin(10)
    assert codes(clock, asleep(40)) == [""]
    clock.begin(10)
    assert codes(clock, asleep(40), asleep(30)) == ["", "process.slept"]
    for again in (clock, Clock(LIMITS, known_to_sleep=True)):
        again.begin(10)
        assert codes(again, asleep(4), asleep(2)) == ["", "process.slept"]


class Tree:
    """A meter over processes that the test makes up, on a machine that is as quick as the reference."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, pace: float = 1.0):
        self.processes: dict[int, Process] = {}
        monkeypatch.setattr("grader.isolation.clock.numbers_of", lambda _: list(self.processes))
        monkeypatch.setattr("grader.isolation.clock.look_at", self.processes.get)
        monkeypatch.setattr("grader.isolation.clock.running_threads", lambda _: iter(()))
        self._meter = Meter(1, pace)

    def used(self, **times: tuple[float, float] | None) -> float:
        """Seconds since the last look, in which these processes came to these times, or ended."""
        for name, time in times.items():
            number = int(name[1:])
            self.processes.pop(number, None)
            if time is not None:
                self.processes[number] = Process(number, 0, *time, threads=1, runs=False)
        return pytest.approx(self._meter.look(None).used)


def test_time_of_children_counts_once_whoever_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """While they live; and what came after the last look, when they have ended and were waited for."""
    tree = Tree(monkeypatch)
    assert tree.used(p1=(1, 0)) == 1
    assert tree.used(p1=(1, 0), p2=(3, 0)) == 3
    assert tree.used(p1=(1, 0), p2=None) == 0  # it has ended, and its parent has not waited for it yet
    assert tree.used(p1=(2, 5)) == 3  # 1 of its own, and the 2 that nobody saw of the child's 5


def test_children_that_nobody_waits_for_are_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a process ignores SIGCHLD, the kernel drops the times of its children; what was seen has been counted."""
    tree = Tree(monkeypatch)
    assert tree.used(p1=(0, 0), p2=(3, 0)) == 3
    assert tree.used(p2=None, p3=(2, 0)) == 2
    assert tree.used(p3=None, p4=(2, 0)) == 2


def test_a_process_that_a_list_leaves_out_is_not_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's list of children may skip one while others end."""
    tree = Tree(monkeypatch)
    assert tree.used(p1=(0, 0), p2=(3, 0)) == 3
    monkeypatch.setattr("grader.isolation.clock.numbers_of", lambda _: [1])
    assert tree.used(p2=(4, 0)) == 1
    monkeypatch.setattr("grader.isolation.clock.numbers_of", lambda _: [1, 2])
    assert tree.used(p2=(5, 0)) == 1


def test_a_slow_machine_gives_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds of one that takes twice as long are one second; a fast one takes no time away."""
    assert Tree(monkeypatch, pace=2.0).used(p1=(2, 0)) == 1
    reference = pace.REFERENCE_SECONDS
    assert [pace.stretch(reference * slower) for slower in (0.3, 1, 2, 100)] == [1, 1, 2, pace.SLOWEST]
