"""The time of a submission is processor time, wherever in its tree it is spent; a busy machine costs it none."""

import time
from collections.abc import Iterator

import pytest

from grader.core.expect import SubmissionDied
from grader.core.limits import Limits
from grader.isolation import clock, watch
from grader.isolation.clock import Meter
from grader.isolation.fork_server import ForkServer, ProcessLost, Starved
from grader.isolation.process import ProcessChannel
from grader.isolation.tree import numbers_of
from grader.protocol.messages import Request
from tests.isolation.probing import NUMBER, Open, busy, call, init_of, on_one_core, submission

SPENDERS = """
import os, signal, threading, time

import numpy as np

def _spend(seconds):
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass

def spend(seconds):
    _spend(seconds)
    return np.int64(1)

def spend_in_threads(seconds):
    threads = [threading.Thread(target=_spend, args=(seconds / 4,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

def _in_children(seconds, wait):
    for _ in range(10):
        if os.fork() == 0:
            _spend(seconds / 10)
            os._exit(0)
        wait()

def spend_in_children(seconds):
    _in_children(seconds, os.wait)

def spend_in_children_that_nobody_waits_for(seconds):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _in_children(seconds, lambda: time.sleep(seconds / 10))
    time.sleep(300)

def spend_in_orphans(seconds):
    for _ in range(10):
        if os.fork() == 0:
            if os.fork() == 0:
                _spend(seconds / 10)
            os._exit(0)
        os.wait()
    time.sleep(300)

def sleep(seconds):
    time.sleep(seconds)

def stop():
    os.kill(os.getpid(), signal.SIGSTOP)

def blink():
    while True:
        time.sleep(0.3)
        _spend(0.06)
"""


def died(channel: ProcessChannel, name: str, **arguments: object) -> SubmissionDied:
    with pytest.raises(SubmissionDied) as death:
        call(channel, name, **arguments)
    return death.value


@pytest.mark.parametrize(
    "way", ["spend", "spend_in_threads", "spend_in_children", "spend_in_children_that_nobody_waits_for"]
)
def test_time_is_counted_wherever_it_is_spent(open_channel: Open, way: str) -> None:
    """A call that uses up its second in threads or children is ended like one that uses it up itself."""
    channel = open_channel(SPENDERS, call_seconds=1.0, sleep_seconds=20.0)
    death = died(channel, way, seconds=30)
    assert death.code == "process.timeout"
    assert death.message == f"It used up the 1 s of processor time for one request while the grader asked for {way}."
    assert 1.0 <= channel.clock.used < 3.0


def test_orphans_spend_the_time_of_the_submission(open_channel: Open) -> None:
    """Also when they have ended, and init has waited for them."""
    channel = open_channel(SPENDERS, call_seconds=1.0)
    assert died(channel, "spend_in_orphans", seconds=30).code == "process.timeout"
    channel = open_channel(SPENDERS, sleep_seconds=2.0)
    assert died(channel, "spend_in_orphans", seconds=0.5).code == "process.slept"
    assert 0.5 <= channel.clock.used < 1.0


@pytest.mark.parametrize(("name", "arguments"), [("sleep", {"seconds": 300}), ("stop", {})])
def test_a_sleep_without_an_end_is_ended_and_waited_for_once(
    open_channel: Open, name: str, arguments: dict[str, object]
) -> None:
    """The message says so; from then on a twelfth of the time is enough. A sleep that ends in time is no matter."""
    channel = open_channel(SPENDERS, sleep_seconds=3.0)
    call(channel, "sleep", seconds=0.5)
    death = died(channel, name, **arguments)
    assert death.code == "process.slept"
    assert death.message == (
        f"It slept with nothing to do (the grader waits 3 s at most) while the grader asked for {name}."
    )
    slept = channel.clock.slept
    assert died(channel, name, **arguments).code == "process.slept"
    assert channel.clock.slept - slept < 2.5
    assert not channel.out_of_time


def test_another_part_does_not_wait_for_the_same_import(light_best: ForkServer) -> None:
    """Who builds on a module that slept when it was imported is waited for as briefly as that one the second time."""
    limits = Limits(sleep_seconds=2.0)
    slept = submission("import time\ntime.sleep(300)\n")
    light_best.sleepers.clear()
    waited = []
    for _ in range(3):
        channel = ProcessChannel(slept, light_best, limits)
        with pytest.raises(SubmissionDied) as death:
            channel.request(Request("load", {"part": "data"}))
        channel.close()
        assert death.value.code == "process.slept"
        waited.append(channel.clock.slept)
    assert max(waited[1:]) < 1.5 < waited[0]
    assert ProcessChannel(submission("x = 1"), light_best, limits).clock._patience == 2.0


def test_blinks_of_work_do_not_make_a_sleep_endless(light_best: ForkServer) -> None:
    """Five times the limit are the end of many short sleeps, and then the part has no time left."""
    channel = ProcessChannel(submission(SPENDERS), light_best, Limits(sleep_seconds=0.6))
    assert died(channel, "blink").code == "process.slept"
    assert 2.5 < channel.clock.slept < 6.0
    assert channel.out_of_time
    channel.close()


@pytest.fixture
def on_one(light_best: ForkServer) -> Iterator[ForkServer]:
    """A fork server of which every fork has the one core that spinning processes take."""
    with on_one_core():
        server = light_best.another()
        server.start()
        yield server
        server.close()


def test_a_busy_machine_costs_no_time(on_one: ForkServer) -> None:
    """Beside eight spinning processes on its core a call takes many times its limit by the clock on the wall.

    It is answered. One that never ends is ended after as much processor time as on a quiet machine.
    """
    channel = ProcessChannel(submission(SPENDERS), on_one, Limits(call_seconds=0.5, sleep_seconds=2.0))
    call(channel, "spend", seconds=0.1, want=NUMBER)
    with busy(8):
        assert call(channel, "spend", seconds=0.3, want=NUMBER) == 1
        assert died(channel, "spend", seconds=30).code == "process.timeout"
    assert channel.clock.used < 1.7
    assert channel.clock.slept < 1.0
    assert channel.clock.waited > 1.0
    channel.close()


def test_who_never_gets_a_core_is_starved(on_one: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is nobody's fault: the task is given up as not measured."""
    monkeypatch.setattr(clock, "STARVED_SECONDS", 1.0)
    channel = ProcessChannel(submission(SPENDERS), on_one)
    call(channel, "spend", seconds=0.1, want=NUMBER)
    with busy(8), pytest.raises(Starved, match="waited 1 s for a core while the grader asked for spend"):
        call(channel, "spend", seconds=30)
    channel.close()


def test_a_watch_that_fails_is_our_fault(light_best: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes on without a watch, and the submission is not blamed."""

    def fail(*_: object) -> int:
        raise FileNotFoundError("/proc/1/task")

    monkeypatch.setattr(watch, "resident_bytes", fail)
    channel = ProcessChannel(submission(SPENDERS), light_best)
    with pytest.raises(ProcessLost, match="The watch over it failed: FileNotFoundError"):
        call(channel, "sleep", seconds=30)
    channel.close()


def test_looking_costs_next_to_nothing(light_best: ForkServer) -> None:
    """Four looks a second at the time take less than a hundredth of a core."""
    channel = ProcessChannel(submission(SPENDERS), light_best)
    call(channel, "spend", seconds=0.1, want=NUMBER)
    meter = Meter(init_of(channel).pid, 1.0)
    began = time.process_time()
    for _ in range(50):
        meter.look(time.monotonic())
    assert (time.process_time() - began) / 50 * 4 < 0.01
    channel.close()


def test_a_tree_that_comes_and_goes_is_walked(light_best: ForkServer) -> None:
    """While processes start and end all the time, no walk fails and no time is lost or counted twice."""
    channel = ProcessChannel(submission(SPENDERS), light_best, Limits(call_seconds=4.0))
    call(channel, "spend_in_children", seconds=1)
    root = init_of(channel).pid
    assert numbers_of(root)[0] == root
    channel.close()
    assert 1.0 <= channel.clock.used < 1.6


def test_the_fork_server_says_how_fast_the_machine_is(light_best: ForkServer) -> None:
    """Measured when it starts."""
    call(channel := ProcessChannel(submission(SPENDERS), light_best), "sleep", seconds=0)
    channel.close()
    assert 1.0 <= light_best.pace <= 8.0
