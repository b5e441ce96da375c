"""The filter refuses calls that reach beyond a process, and none that Python and TensorFlow need."""

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from grader.isolation import seccomp
from grader.isolation.seccomp import ATTRIBUTES, REFUSED

SCRIPT = """
import ctypes, errno, fcntl, json, os, resource, signal, subprocess, sys, tempfile, threading, time
import pyseccomp
from grader.isolation import kernel, seccomp

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.argtypes = [ctypes.c_long] * 7

def system_call(name, *arguments):
    ctypes.set_errno(0)
    number = name if isinstance(name, int) else pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    result = libc.syscall(number, *arguments, *[0] * (6 - len(arguments)))
    return errno.errorcode.get(ctypes.get_errno(), "") if result < 0 else ""

def clone(flags):
    number = libc.syscall(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "clone"), flags, 0, 0, 0, 0, 0)
    if number == 0:
        os._exit(0)
    if number > 0:
        os.waitpid(number, 0)
    return "" if number > 0 else errno.errorcode[ctypes.get_errno()]

def outcome(act):
    try:
        return act() or ""
    except OSError as error:
        return errno.errorcode[error.errno]
    except ValueError:  # what setrlimit raises for EPERM
        return "EPERM"

def in_a_thread():
    heard = []
    thread = threading.Thread(target=heard.append, args=[1])
    thread.start()
    thread.join()
    return "" if heard else "no thread"

def lock_in_two_processes():
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if os.fork() == 0:
        os._exit(bool(outcome(lambda: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB))))
    return "" if os.wait()[1] else "both have it"

file = tempfile.TemporaryFile()
kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
if FILTERED:
    kernel.install_seccomp(seccomp.program())
me, other_half, reading = os.getpid(), 1 << 32, os.pipe()[0]
found = {str(name): system_call(name) for name in CALLS}
found |= {name: outcome(act) for name, act in {
    "fork": lambda: os.waitpid(os.fork() or os._exit(0), 0)[1] or "",
    "thread": in_a_thread,
    "program": lambda: subprocess.run([sys.executable, "-S", "-c", ""], check=True) and "",
    "clone": lambda: clone(signal.SIGCHLD),
    "signal 0": lambda: os.kill(me, 0),
    "own signal": lambda: os.kill(me, signal.SIGURG),
    "limit": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE)),
    "processor time read": lambda: resource.getrlimit(resource.RLIMIT_CPU) and "",
    "descriptor": lambda: fcntl.fcntl(reading, fcntl.F_GETFD) and "",
    "mapping": lambda: bytearray(10**8) and "",
    "sleep": lambda: time.sleep(0.01),
    "processor time": lambda: resource.setrlimit(resource.RLIMIT_CPU, (10**6, 10**6)),
    "processor time, disguised": lambda: system_call("setrlimit", resource.RLIMIT_CPU | other_half),
    "signal of a descriptor": lambda: fcntl.fcntl(reading, 10, signal.SIGURG),
    "signal of a descriptor, disguised": lambda: system_call("fcntl", reading, 10 | other_half, signal.SIGURG),
    "lease": lambda: fcntl.fcntl(os.open(OWN, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK) and "",
    "notice": lambda: fcntl.fcntl(os.open(".", os.O_RDONLY), fcntl.F_NOTIFY, 0) and "",
    "flock": lambda: fcntl.flock(file, fcntl.LOCK_EX),
    "locks": lock_in_two_processes,
    "new user namespace": lambda: clone(signal.SIGCHLD | kernel.CLONE_NEWUSER),
    "new mount namespace": lambda: clone(signal.SIGCHLD | kernel.CLONE_NEWNS),
    "new network namespace": lambda: clone(signal.SIGCHLD | 0x40000000),
}.items()}
print(json.dumps(found))
"""

NEEDED = ("fork", "thread", "program", "clone", "signal 0", "own signal", "limit", "processor time read", "descriptor",
          "mapping", "sleep")  # fmt: skip
WAYS = ("processor time", "processor time, disguised", "signal of a descriptor", "signal of a descriptor, disguised",
        "new user namespace", "new mount namespace", "new network namespace")  # fmt: skip


@cache
def under_the_filter() -> dict[str, str]:
    """The outcome of each act in a process of its own: "" or the name of the error."""
    return run(SCRIPT.replace("FILTERED", "True").replace("CALLS", repr((*REFUSED, "clone3", *ATTRIBUTES))))


def run(script: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own"
        own.touch()  # nobody has it open, as a lease asks for
        script = script.replace("OWN", repr(str(own)))
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_calls_fail_with_a_clean_error(name: str) -> None:
    """They fail with EPERM, so that a program can go on. This machine's libseccomp knows every one of them."""
    assert under_the_filter()[name] == "EPERM"


def test_a_call_that_no_filter_can_judge_seems_not_to_exist() -> None:
    """clone3 fails with ENOSYS, so that the C library uses clone, whose flags a filter can see."""
    assert under_the_filter()["clone3"] == "ENOSYS"


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_files_seem_to_have_no_attributes(name: str | int) -> None:
    """Copies go on where a file system has none, and so they do here."""
    assert under_the_filter()[str(name)] == "ENOTSUP"


@pytest.mark.parametrize(
    ("act", "answer"), [("lease", "EINVAL"), ("notice", "EINVAL"), ("flock", "ENOSYS"), ("locks", "both have it")]
)
def test_nothing_is_left_on_a_file_for_others_to_see(act: str, answer: str) -> None:
    """Leases, notices and flock fail as where there are none; a record lock is answered, as SQLite asks for one."""
    assert under_the_filter()[act] == answer


@pytest.mark.parametrize("name", NEEDED)
def test_what_programs_need_is_allowed(name: str) -> None:
    """Processes, threads, programs, memory, limits and harmless signals work."""
    assert under_the_filter()[name] == ""


@pytest.mark.parametrize("name", WAYS)
def test_ways_around_are_refused(name: str) -> None:
    """So are new namespaces by flags, SIGKILL by processor time or by a descriptor, and numbers with a second half."""
    assert under_the_filter()[name] == "EPERM"


def test_the_ways_around_are_there_without_the_filter() -> None:
    """Nothing that is refused above fails for another reason."""
    found = run(SCRIPT.replace("FILTERED", "False").replace("CALLS", repr(("socketpair",))))
    assert [found[name] for name in NEEDED] == [""] * len(NEEDED)
    assert "EPERM" not in [found[name] for name in WAYS[:4]]
    assert [found[name] for name in ("lease", "notice", "flock", "locks")] == [""] * 4
    assert found["socketpair"] != "EPERM"


KILLS = {
    "kill": "system_call('kill', me, 9)",
    "kill, disguised": "system_call('kill', me, 9 | other_half)",
    "tkill": "system_call('tkill', me, 9)",
    "tkill, disguised": "system_call('tkill', me, 9 | other_half)",
    "tgkill": "system_call('tgkill', me, me, 9 | other_half)",
    "the end of a child": "clone(9)",
    "the end of a child, disguised": "clone(9 | other_half)",
}


@pytest.mark.parametrize("way", KILLS)
@pytest.mark.parametrize("filtered", [True, False])
def test_no_way_to_kill_oneself_is_left(way: str, filtered: bool) -> None:
    """A process that died of SIGKILL was killed from outside. Each way works where there is no filter."""
    start = SCRIPT.partition("found =")[0].replace("FILTERED", str(filtered))
    script = f"{start}print(json.dumps([{KILLS[way]}]))\ntime.sleep(0.2)\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    if filtered:
        assert (done.returncode, done.stdout) == (0, '["EPERM"]\n'), done.stderr
    else:
        assert done.returncode == -9


def test_the_program_is_made_once_and_fits_the_kernel() -> None:
    """It has at most 4,096 instructions of 8 bytes."""
    program = seccomp.program()
    assert program is seccomp.program()
    assert len(program) % 8 == 0
    assert 0 < len(program) // 8 <= 4096
