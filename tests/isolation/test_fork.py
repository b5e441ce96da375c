"""What a fork gives back, and what it cannot do to the next one."""

import os
import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from grader.core.limits import Limits
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.protocol.frames import ProtocolViolation, receive, send
from tests.isolation.probing import call, submission

SLEEPERS = """
import os, threading, time

def leave(count):
    for _ in range(count):
        if os.fork() == 0:
            time.sleep(60)

def threads(count):
    started = []
    for _ in range(count):
        started.append(threading.Thread(target=time.sleep, args=(2,), daemon=True))
        started[-1].start()

def hold_without_a_name(mib):
    kept = []
    for number in range(mib // 8):
        file = open(f"file{number}", "wb")
        file.write(bytes(8 * 2**20))
        file.flush()
        os.unlink(file.name)
        kept.append(file)
    time.sleep(20)

def mark(folder):
    for act, more in ((os.setxattr, ("user.note", b"x")), (os.utime, ()), (os.chmod, (0o700,))):
        try:
            act(folder, *more)
        except OSError:
            continue
        raise RuntimeError("it could be marked")
"""


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_dead_of_one_submission_do_not_count_for_the_next(each_server: ForkServer) -> None:
    """200 processes that one leaves behind do not use up the 256 of the next, which has the same user number."""
    for name, count in (("leave", 200), ("threads", 150)):
        channel = ProcessChannel(submission(SLEEPERS), each_server)
        call(channel, name, count=count)
        channel.close()


def test_forks_leave_nothing_open(each_server: ForkServer) -> None:
    """The deciding process has as many descriptors and threads as before."""

    def one() -> None:
        channel = ProcessChannel(submission(SLEEPERS), each_server)
        for each in (channel, channel.fresh()):
            call(each, "leave", count=1)
        channel.close()

    one()
    before = descriptors(), threading.active_count()
    for _ in range(10):
        one()
    assert (descriptors(), threading.active_count()) == before


def test_files_without_a_name_count(light_second: ForkServer) -> None:
    """Where scratch is a folder, files that are unlinked but still open are part of its size."""
    channel = ProcessChannel(submission(SLEEPERS), light_second, Limits(scratch_mib=64))
    with pytest.raises(BaseException, match="wrote more than 64 MiB of files"):
        call(channel, "hold_without_a_name", mib=160)
    channel.close()


@pytest.mark.parametrize("folder", ["/tmp", "/dev", "/dev/shm", "/"])
def test_no_folder_can_be_marked_for_the_next(light_best: ForkServer, folder: str) -> None:
    """Folders that live as long as the fork server keep their attributes, times and modes."""
    channel = ProcessChannel(submission(SLEEPERS), light_best)
    call(channel, "mark", folder=folder)
    channel.close()


def test_slow_reading_does_not_stretch_the_deadline() -> None:
    """The deadline is for the whole frame, however many arrays it has and however slowly they are read."""
    ours, theirs = socket.socketpair()

    def read_slowly() -> None:
        try:
            while theirs.recv(100_000):
                time.sleep(0.05)
        except OSError:
            return

    reader = threading.Thread(target=read_slowly)
    reader.start()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        send(ours, {"id": 1}, [np.zeros(250_000, np.float32)] * 20, time.monotonic() + 1.0)
    assert time.monotonic() - started < 3
    ours.close()
    theirs.shutdown(socket.SHUT_RDWR)
    reader.join()
    theirs.close()


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_numbers_that_no_float_holds_are_no_answer(number: str) -> None:
    """JSON can spell them; they are protocol violations."""
    ours, theirs = socket.socketpair()
    text = f'{{"id": 1, "value": {number}, "arrays": []}}'.encode()
    theirs.sendall(len(text).to_bytes(4, "big") + text)
    with pytest.raises(ProtocolViolation):
        receive(ours)
    ours.close()
    theirs.close()


def test_submissions_have_a_name_of_their_own(light_best: ForkServer) -> None:
    """No account has their user number, yet `getpass.getuser` works."""
    code = "import getpass\n\ndef name():\n    print(getpass.getuser())\n"
    channel = ProcessChannel(submission(code), light_best)
    call(channel, "name")
    channel.close()
    assert channel.stdout == "student\n"
    assert os.environ.get("USER") != "student"
