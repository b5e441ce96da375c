"""User numbers for submissions are nobody else's, are given back, and come with no process of an earlier run.

Only root can run these tests.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psutil
import pyseccomp
import pytest

from grader.core.limits import Limits
from grader.isolation import users
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.isolation.users import FIRST_UID, end_all_of, processes_of, take_user
from tests.isolation.probing import Open, call, process_of, submission

FOURS = count(FIRST_UID + 1000 + 100 * os.getpid(), 4)


@pytest.fixture(autouse=True)
def own_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four numbers that no other test uses, nor another run: the dead of one test do not count for the next."""
    monkeypatch.setattr(users, "FIRST_UID", next(FOURS))
    monkeypatch.setattr(users, "COUNT", 4)


@contextmanager
def processes_under(uid: int, code: str = "") -> Iterator[subprocess.Popen]:
    """A Python of this user that runs `code`, says so, and sleeps."""
    start = f"import ctypes, os, signal, threading, time\nos.setresuid({uid}, {uid}, {uid})\n"
    script = f"{start}{code}\nprint('ready', flush=True)\ntime.sleep(300)"
    command = [sys.executable, "-I", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield process
        finally:
            process.kill()


def test_two_users_have_two_numbers() -> None:
    """They lie far above those of accounts, of subordinate ids and of systemd."""
    one, two = take_user(), take_user()
    assert one.uid != two.uid
    assert FIRST_UID > 65536 * 20_000
    assert min(one.uid, two.uid) >= FIRST_UID
    one.give_back()
    two.give_back()


def test_a_number_that_was_given_back_is_free() -> None:
    """The next submission gets it, and none gets the one that is still taken."""
    one, two = take_user(), take_user()
    one.give_back()
    three = take_user()
    assert three.uid == one.uid != two.uid
    two.give_back()
    three.give_back()


def test_a_number_is_free_however_its_process_ended() -> None:
    """A run that was killed leaves no lock behind."""
    code = (
        "import os, signal\nfrom grader.isolation import users\n"
        f"users.FIRST_UID, users.COUNT = {users.FIRST_UID}, 4\n"
        "user = users.take_user()\nprint(user.uid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    user = take_user()
    assert user.uid == int(done.stdout)
    user.give_back()


def test_an_error_says_that_all_numbers_are_taken() -> None:
    """No number is used twice."""
    taken = [take_user() for _ in range(4)]
    with pytest.raises(OSError, match=r"^all 4 user numbers for submissions are in use$"):
        take_user()
    for user in taken:
        user.give_back()


def test_all_processes_of_a_user_are_ended() -> None:
    """So are those that ignore signals or left their session; those of other users go on."""
    mine, other = users.FIRST_UID, users.FIRST_UID + 1
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(300)"
    with processes_under(mine, stubborn) as process, processes_under(other) as bystander:
        assert len(processes_of(mine)) == 2
        end_all_of(mine)
        assert processes_of(mine) == []
        assert process.wait(timeout=10) == -signal.SIGKILL
        assert bystander.poll() is None
        assert processes_of(other) == [bystander.pid]


def test_processes_that_fork_all_the_time_are_ended() -> None:
    """They do not fork faster than they are killed."""
    forking = (
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "if os.fork() == 0:\n    os.setsid()\n"
        "    while len(os.listdir('/proc')) < HERE + 30:\n        try:\n            os.fork()\n"
        "        except OSError:\n            pass\n    time.sleep(300)\n"
    ).replace("HERE", str(len(list(Path("/proc").iterdir()))))
    with processes_under(users.FIRST_UID, forking) as process:
        time.sleep(0.3)
        assert len(processes_of(users.FIRST_UID)) > 10
        process.kill()
        process.wait()
        end_all_of(users.FIRST_UID)
        assert processes_of(users.FIRST_UID) == []


def test_a_process_whose_first_thread_has_ended_still_counts() -> None:
    """It looks as if it had ended, but its other threads go on."""
    code = (
        "threading.Thread(target=lambda: (print('ready', flush=True), time.sleep(300))).start()\n"
        f"ctypes.CDLL(None).syscall({pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, 'exit')}, 0)\n"
    )
    with processes_under(users.FIRST_UID, code) as process:
        deadline = time.monotonic() + 10
        while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(0.01)
        assert processes_of(users.FIRST_UID) == [process.pid]
        end_all_of(users.FIRST_UID)
        assert process.wait(timeout=10) == -signal.SIGKILL


def test_what_an_earlier_run_left_is_ended_before_a_number_is_used() -> None:
    """The user of a submission has no processes but its own.

    One that has ended counts until somebody waits for it, so its number is passed over.
    """
    with processes_under(users.FIRST_UID) as process:
        user = take_user()
        assert user.uid != users.FIRST_UID
        assert processes_of(user.uid, also_dead=True) == []
        user.give_back()
        assert process.wait(timeout=10) == -signal.SIGKILL


def test_every_submission_has_a_user_of_its_own(open_channel: Open, each_server: ForkServer) -> None:
    """Two submissions that run at once are two users, neither of them root. Their numbers are free afterwards."""
    one, two = (open_channel("def stay():\n    pass\n") for _ in range(2))
    uids = set()
    for channel in (one, two):
        call(channel, "stay")
        real, effective, saved = process_of(channel).uids()
        assert real == effective == saved
        uids.add(real)
    assert len(uids) == 2
    assert min(uids) >= users.FIRST_UID
    one.close()
    two.close()
    assert [processes_of(uid) for uid in uids] == [[], []]
    three = ProcessChannel(submission("def stay():\n    pass\n"), each_server, Limits())
    call(three, "stay")
    assert process_of(three).uids().real in uids
    three.close()
