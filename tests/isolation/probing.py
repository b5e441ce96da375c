"""Small submissions, calls to them, and their processes as they look from outside."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psutil

from grader.isolation.fork import _process_number
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.protocol.frames import Want
from grader.protocol.messages import Request
from grader.submissions.reading import Source, Submission

Open = Callable[..., ProcessChannel]
NUMBER = Want("int64", ())


def submission(source: str) -> Submission:
    """One module, data.py."""
    return Submission("it", "modules", (Source("data.py", source),))


def ask(channel: ProcessChannel, name: str, /, *arrays: np.ndarray, want: Want | None = None, **arguments: Any) -> Any:
    """Call a function of the submission: the reply and the description of what it raised, one of them None."""
    parameters = {"part": "data", "name": name, "arguments": arguments}
    return channel.request(Request("call_function", parameters, arrays, (want,) if want else ()))


def call(channel: ProcessChannel, name: str, /, *arrays: np.ndarray, want: Want | None = None, **arguments: Any) -> Any:
    """The array it returned."""
    reply, failure = ask(channel, name, *arrays, want=want, **arguments)
    assert failure is None, failure
    assert reply is not None
    return reply.arrays[0] if want else None


def raised(channel: ProcessChannel, name: str, /, **arguments: Any) -> tuple[str, str]:
    """Type and message of what it raised."""
    reply, failure = ask(channel, name, **arguments)
    assert reply is None
    assert failure["kind"] == "raised", failure
    return failure["type"], failure["message"]


def zygote_of(server: ForkServer) -> psutil.Process:
    """The fork server's process, which lies below bubblewrap's own."""
    assert server._process is not None
    process = psutil.Process(server._process.pid)
    while process.name() == "bwrap":
        (process,) = process.children()
    return process


def init_of(channel: ProcessChannel) -> psutil.Process:
    """The init above a submission's process."""
    assert channel._fork is not None
    assert channel._fork._pidfd is not None
    return psutil.Process(_process_number(channel._fork._pidfd))


def process_of(channel: ProcessChannel) -> psutil.Process:
    """The submission's own process."""
    deadline = time.monotonic() + 10
    while not (children := init_of(channel).children()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return min(children, key=lambda process: process.create_time())


def processes_of(channel: ProcessChannel) -> dict[str, psutil.Process]:
    """The processes from the fork server to the submission, by role."""
    init = init_of(channel)
    supervisor = init.parent()
    assert supervisor is not None
    return {
        "fork server": zygote_of(channel.server),
        "supervisor": supervisor,
        "init": init,
        "submission": process_of(channel),
    }


def is_running(process: psutil.Process) -> bool:
    """Whether a process runs. One that has ended, and that nobody has waited for, does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def ends_within(seconds: float, *processes: psutil.Process) -> bool:
    """Whether all of them end in time."""
    deadline = time.monotonic() + seconds
    while any(map(is_running, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(is_running, processes))


@contextmanager
def on_one_core() -> Iterator[None]:
    """What this thread starts within the block has one core for all of it. The others are left to other tests."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def busy(spinners: int, seconds: int = 20) -> Iterator[None]:
    """So many processes that do nothing but spend time, each in a session of its own: the kernel shares by session.

    Each ends by itself after so many seconds of its own.
    """
    command = ["sh", "-c", f"ulimit -t {seconds}; while :; do :; done"]
    running = [subprocess.Popen(command, start_new_session=True) for _ in range(spinners)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
