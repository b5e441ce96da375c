"""A fork server starts with an empty environment, says why it fails, and is gone when it is closed or orphaned."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.expect import GraderFault
from grader.core.limits import Limits
from grader.isolation import tiers
from grader.isolation.fork_server import ForkServer, ProcessLost, environment
from grader.isolation.process import ProcessChannel
from grader.isolation.view import OWN, ROOT, view_of
from grader.isolation.zygote import remember_protocols
from tests.conftest import TIERS
from tests.isolation.probing import call, ends_within, processes_of, submission, zygote_of

IDLE = "def idle():\n    pass\n"


def test_the_environment_is_made_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the grader's gets through, not even one that Python reads."""
    monkeypatch.setenv("AELAB_SECRET", "secret")
    monkeypatch.setenv("PYTHONSTARTUP", "secret")
    monkeypatch.setenv("PYTHONPATH", "/secret")
    monkeypatch.setenv("HOME", "/secret")
    for packages in ([OWN], [ROOT], []):
        assert "secret" not in json.dumps(environment(packages)).lower()


def test_the_attributes_of_a_protocol_are_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """`isinstance` answers as before, and the second answer does not list the Protocol's attributes again."""
    listed: list[type] = []
    listing = typing._get_protocol_attrs

    def noting(kind: type) -> object:
        listed.append(kind)
        return listing(kind)

    monkeypatch.setattr(typing, "_get_protocol_attrs", noting)
    remember_protocols()

    @typing.runtime_checkable
    class Named(typing.Protocol):
        name: str

    answers = [(isinstance(Path("x"), Named), isinstance(3, Named)) for _ in range(2)]
    assert answers == [(True, False), (True, False)]
    assert listed.count(Named) == 1


def test_python_3_12_is_not_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    """It remembers a Protocol's attributes itself."""
    listing = typing._get_protocol_attrs
    with monkeypatch.context() as newer:
        newer.setattr(sys, "version_info", (3, 12))
        remember_protocols()
    assert typing._get_protocol_attrs is listing


def test_the_patch_of_typing_goes_when_python_3_11_goes() -> None:
    """This project runs on Python 3.11. When it does not, remove `remember_protocols` and its tests."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ">=3.11" in project["requires-python"].split(",")


def test_another_fork_server_is_of_the_same_kind() -> None:
    """It has the same tier, view and limits, and is not started."""
    one = ForkServer(tiers.TRUSTED, view_of(ASSIGNMENT), Limits(processes=9))
    two = one.another()
    assert two is not one
    assert (two.tier, two.view, two.limits) == (one.tier, one.view, one.limits)
    assert not two.is_alive()


def test_a_fork_server_that_was_never_started_can_be_closed() -> None:
    """There is nothing to end and nothing to report."""
    assert ForkServer(tiers.TRUSTED, view_of(ASSIGNMENT), Limits()).close() == ""


@pytest.fixture
def impostor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ForkServer]]:
    """A fork server whose Python is a script of the test's; `control` in it is the connection to the grader."""
    made: list[ForkServer] = []

    def make(code: str) -> ForkServer:
        script = tmp_path / "python"
        start = 'import socket, sys, time\ncontrol = socket.socket(fileno=int(sys.argv[sys.argv.index("-m") + 2]))\n'
        script.write_text(f"#!{sys.executable}\n{start}{code}\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))
        made.append(ForkServer(tiers.TRUSTED, view_of(ASSIGNMENT), Limits()))
        return made[-1]

    yield make
    for server in made:
        server.close()


def test_a_process_with_threads_is_not_forked(impostor: Callable[[str], ForkServer]) -> None:
    """Locks that another thread holds would stay locked in a fork."""
    server = impostor("control.send(b'{\"threads\": 3}')\ntime.sleep(60)")
    with pytest.raises(GraderFault, match=r"^a process with 3 threads cannot be forked safely$"):
        server.start()
    assert not server.is_alive()


NO_PACKAGE = "print('no such package', file=sys.stderr, flush=True)"


@pytest.mark.parametrize("code", [NO_PACKAGE, f"{NO_PACKAGE}\ncontrol.send(b'nonsense')\ntime.sleep(60)"])
def test_a_process_that_does_not_start_says_why(impostor: Callable[[str], ForkServer], code: str) -> None:
    """The fault quotes the end of its stderr, so that the instructor can do something about it."""
    server = impostor(code)
    with pytest.raises(GraderFault, match=r"(?s)does not start: .*no such package"):
        server.start()
    assert not server.is_alive()


def test_a_process_that_never_becomes_ready_is_ended(
    impostor: Callable[[str], ForkServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The grader does not wait forever."""
    monkeypatch.setattr("grader.isolation.fork_server.START_SECONDS", 1.0)
    server = impostor("time.sleep(300)")
    before = psutil.Process().children()
    with pytest.raises(GraderFault, match="does not start: timed out"):
        server.start()
    assert psutil.Process().children() == before


def test_a_process_that_does_not_answer_is_not_alive(
    impostor: Callable[[str], ForkServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs, but it is of no use."""
    monkeypatch.setattr("grader.isolation.fork_server.ANSWER_SECONDS", 0.5)
    server = impostor('control.send(b\'{"threads": 1, "pace": 1}\')\ntime.sleep(300)')
    server.start()
    assert not server.is_alive()


def test_what_was_launched_ahead_is_what_starts(impostor: Callable[[str], ForkServer]) -> None:
    """`launch` does not wait. `start` waits for that very process and makes no second one."""
    server = impostor(
        'time.sleep(1)\ncontrol.send(b\'{"threads": 1, "pace": 1}\')\n'
        "control.recv(9)\ncontrol.send(b'pong')\ntime.sleep(60)"
    )
    began = time.monotonic()
    server.launch()
    assert time.monotonic() - began < 0.5
    launched = zygote_of(server)
    assert not server.is_alive()
    server.start()
    assert zygote_of(server) == launched
    assert server.is_alive()


def test_what_was_launched_ahead_is_ended_even_if_unused(impostor: Callable[[str], ForkServer]) -> None:
    """Nobody has waited for it, and nothing of it is left. A stopped fork server is not launched again."""
    server = impostor("time.sleep(300)")
    server.launch()
    launched = zygote_of(server)
    server.stop()
    server.close()
    assert ends_within(10, launched)
    with pytest.raises(ProcessLost):
        server.launch()


def test_a_closed_fork_server_leaves_nothing(each_server: ForkServer) -> None:
    """It leaves no process and no folder. Imports write neither to the home folder nor anywhere else outside."""
    tier = each_server.tier
    server = each_server.another()
    channel = ProcessChannel(submission(IDLE), server, Limits())
    call(channel, "idle")
    processes = processes_of(channel)
    home = Path(zygote_of(server).environ()["HOME"])
    assert home != Path.home()
    if not tier.bubblewrap:
        assert home.parent == Path(tempfile.gettempdir())
        assert home.stat().st_mode & 0o077 == 0
    channel.close()
    server.close()
    assert ends_within(10, *processes.values())
    assert tier.bubblewrap or not home.exists()
    assert not server.is_alive()


GRADER = """
import sys, time
from grader.autoencoders.assignment import ASSIGNMENT
from grader.isolation import tiers
from grader.isolation.process import ProcessChannel
from tests.isolation.light_server import light_server
from tests.isolation.probing import call, init_of, processes_of, submission

server = light_server(ASSIGNMENT, getattr(tiers, sys.argv[1])())
channel = ProcessChannel(submission(sys.argv[2]), server)
call(channel, "daemon")
print(*{p.pid for p in (*processes_of(channel).values(), *init_of(channel).children(recursive=True))}, flush=True)
call(channel, "never_end")
"""

STUBBORN = """
import os, signal, time

def daemon():
    if os.fork() == 0:
        os.setsid()
        never_end()

def never_end():
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        time.sleep(1)
"""


@pytest.mark.parametrize("tier", TIERS)
def test_nothing_outlives_a_grader_that_was_killed(tier: str) -> None:
    """Fork server and submission end with it, though nobody is there to end them."""
    command = [sys.executable, "-c", GRADER, tier, STUBBORN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        processes = [psutil.Process(int(number)) for number in grader.stdout.readline().split()]
        assert len(processes) == 5
        time.sleep(0.5)
        os.kill(grader.pid, signal.SIGKILL)
    assert ends_within(10, *processes)
