"""Every defence is needed: an attack on the best tier succeeds without it that fails with it.

Where two defences overlap, the attack succeeds with both disabled and fails with either of them. Attacks that succeed
limit themselves to a few hundred processes, or to a few gigabytes for seconds.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from grader.core.limits import Limits
from grader.core.outcomes import Outcome, Report, Status
from grader.engine.run import RunConfig, grade_one
from grader.isolation import confinement, fork, fork_server, tiers
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.isolation.users import end_all_of
from grader.protocol.frames import Want
from grader.protocol.messages import Request
from grader.submissions.handed_in import HandedIn
from grader.submissions.reading import Source, Submission
from tests.isolation.attacks import (
    LIMITS,
    SEED,
    Target,
    attack_called,
    attacks,
    left_behind,
    light_server_of,
    measure,
    noting_users,
    only_imported,
    process_of,
    scratch_folders,
    temptation,
    without_seconds,
)
from tests.second_lab import POINTS, installed

IS_ROOT = os.geteuid() == 0
HUGE = 10**6
RESIDENT_MIB = 192.0  # enough without TensorFlow; attacks fill twice as much by 64
STEPS = set(confinement.DEFENCES) - (set() if IS_ROOT else {"user"})  # who is not root has no other user to become
SWITCHED = [(attack.switch, attack.name) for attack in attacks() if attack.switch in STEPS]


@pytest.fixture(scope="module")
def best() -> Iterator[ForkServer]:
    with light_server_of(tiers.best()) as server:
        yield server


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with temptation() as found:
        yield found


@pytest.fixture(scope="module")
def networked() -> Iterator[ForkServer]:
    """The best tier without its network namespace."""
    with pytest.MonkeyPatch.context() as patch:
        arguments = fork_server._bubblewrap
        patch.setattr(fork_server, "_bubblewrap", lambda view: [a for a in arguments(view) if a != "--unshare-net"])
        with light_server_of(tiers.best()) as server:
            yield server


@pytest.fixture(scope="module")
def unmounted() -> Iterator[ForkServer]:
    """The best tier without its namespaces and mounts."""
    with light_server_of(replace(tiers.best(), bubblewrap=False)) as server:
        yield server


def won(name: str, server: ForkServer, target: Target, disabled: tuple[str, ...] = (), **limits: float) -> bool:
    """Whether an attack gets what it wants. It leaves nothing behind either way."""
    attack = attack_called(name)
    attack = replace(attack, limits=replace(attack.limits, resident_mib=RESIDENT_MIB))
    target.fork_server = process_of(server)
    with noting_users() as users:
        measured = measure(attack, server, target, disabled, replace(attack.limits, **limits), only_imported)
    for uid in users:
        end_all_of(uid)
    return bool(measured.wins)


@pytest.mark.parametrize(("defence", "name"), SWITCHED)
def test_an_attack_succeeds_without_its_defence(defence: str, name: str, best: ForkServer, target: Target) -> None:
    """For each step of the confinement an attack gets nothing with it, and what it wants without it."""
    assert not won(name, best, target)
    assert won(name, best, target, disabled=(defence,))


def test_every_step_of_the_confinement_is_disabled_somewhere() -> None:
    """Every name in DEFENCES is the switch of an attack above, but one, which overlaps with others and has its test."""
    assert {defence for defence, _ in SWITCHED} | {"read-only folders"} == STEPS


@pytest.mark.parametrize("name", ["memory_in_one_object", "memory_mapped", "memory_of_many_processes"])
def test_without_the_watch_memory_is_unlimited(name: str, best: ForkServer, target: Target) -> None:
    """The watch over resident memory is off where nothing reaches its limit."""
    assert not won(name, best, target)
    assert won(name, best, target, resident_mib=HUGE)


def test_without_the_clock_calls_take_forever(best: ForkServer) -> None:
    """A call that sleeps for 2 s is ended after 1 s by the clock, and answers without it."""
    text = "import os, time\n\ndef slow():\n    time.sleep(2)\n    os.write(1, b'attack succeeded')\n"
    assert "attack succeeded" not in _printed_by(text, "slow", best, replace(LIMITS, sleep_seconds=1))
    assert "attack succeeded" in _printed_by(text, "slow", best, LIMITS)


def test_without_the_cap_output_fills_memory(best: ForkServer, target: Target) -> None:
    """Without the cap on output 12 MiB come through."""
    assert not won("output_flood", best, target)
    assert won("output_flood", best, target, output_mib=1000)


def _printed_by(text: str, function: str, server: ForkServer, limits: Limits) -> str:
    channel = ProcessChannel(Submission("it", "modules", (Source("data.py", text),)), server, limits)
    with suppress(BaseException):
        channel.request(Request("call_function", {"part": "data", "name": function}))
    channel.close()
    return channel.stdout


@pytest.mark.parametrize("name", ["read_output", "read_other_submission", "write_report", "write_other_submission"])
def test_without_mounts_and_landlock_files_are_open(
    name: str, best: ForkServer, unmounted: ForkServer, target: Target
) -> None:
    """Mounts without the files and Landlock overlap: either is enough, and without both the attack succeeds."""
    assert not won(name, best, target, disabled=("landlock",))
    assert not won(name, unmounted, target)
    assert won(name, unmounted, target, disabled=("landlock",))
    restore(target)


def restore(target: Target) -> None:
    """Undo what an attack has changed."""
    for path in sorted(target.folder.rglob("*"), reverse=True):
        path.chmod(0o777)
    ada = Path(target.facts()["OTHER"])
    gone = ada.with_name("ada_gone")
    if gone.exists():
        gone.rename(ada)
    (ada / "data.py").write_text("answer = 42\n")
    (ada / "data.py").chmod(0o777)
    target.damage()


def test_without_read_only_folders_landlock_and_another_user_a_message_can_be_left(
    best: ForkServer, target: Target
) -> None:
    """Read-only folders, Landlock and a user that owns nothing in sight overlap: any of them is enough."""
    every = ("read-only folders", "landlock", "user")
    for one in every:
        others = tuple(defence for defence in every if defence != one)
        assert not won("message_to_the_next", best, target, disabled=others) or (one == "user" and not IS_ROOT)
    assert won("message_to_the_next", best, target, disabled=every)


def test_without_namespace_and_filter_the_network_is_open(
    best: ForkServer, networked: ForkServer, target: Target
) -> None:
    """The network namespace and seccomp overlap: a datagram arrives only without both."""
    assert not won("udp", networked, target)
    assert "something came by UDP" not in _wins("udp", best, target, disabled=("seccomp",))
    assert "something came by UDP" in _wins("udp", networked, target, disabled=("seccomp",))


def test_without_namespace_landlock_and_filter_tcp_is_open(
    best: ForkServer, networked: ForkServer, target: Target
) -> None:
    """For TCP the network namespace, seccomp and Landlock (from version 4 on) overlap."""
    assert not won("tcp", networked, target, disabled=("landlock",))
    assert "something came by TCP" not in _wins("tcp", best, target, disabled=("seccomp", "landlock"))
    assert "something came by TCP" in _wins("tcp", networked, target, disabled=("seccomp", "landlock"))


def _wins(name: str, server: ForkServer, target: Target, disabled: tuple[str, ...]) -> tuple[str, ...]:
    return measure(attack_called(name), server, target, disabled, act=only_imported).wins


def test_without_all_three_signals_reach_others(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """The PID namespace, another user and Landlock's scope overlap; version 5 of Landlock, used here, has no scope.

    The attack kills the fork server only without all of them.
    """
    with light_server_of(tiers.best()) as server:
        assert not _lost(server, target, ("pid namespace", "user"))  # Landlock is left
        monkeypatch.setattr(tiers, "NEWEST_LANDLOCK", 5)
        assert not _lost(server, target, ("user",))  # the PID namespace is left
        assert not IS_ROOT or not _lost(server, target, ("pid namespace",))  # the other user is left
        assert _lost(server, target, ("pid namespace", "user"))


def _lost(server: ForkServer, target: Target, disabled: tuple[str, ...]) -> bool:
    return "the fork server was lost" in _wins("kill_warm_process", server, target, disabled)


def test_without_an_empty_environment_secrets_get_through(
    best: ForkServer, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fork server starts with an empty environment; with the grader's own, a submission reads everything in it."""
    assert not won("read_environment", best, target)
    made = fork_server.environment
    monkeypatch.setattr(fork_server, "environment", lambda packages: {**os.environ, **made(packages)})
    with light_server_of(tiers.best()) as server:
        assert won("read_environment", server, target)


EARLY = """
import json, os, stat, struct, threading

def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False

array = {"dtype": "float32", "shape": [1]}
text = json.dumps({"id": 3, "operation": "call_function", "value": None, "arrays": [array]}).encode()
early = struct.pack(">I", len(text)) + text + struct.pack("<f", 42.0)
connection = next(number for number in range(3, 256) if is_socket(number))
threading.Timer(0.3, os.write, [connection, early]).start()

def question():
    return 7.0
"""


def test_without_random_ids_answers_can_come_before_questions(
    best: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random numbers of questions and a look into the connection before each question overlap.

    A prepared answer is believed only where numbers are counted up and nobody looks.
    """
    assert _early_answer(best) != 42
    numbers = SimpleNamespace(randbits=lambda bits: _counted(numbers))
    with monkeypatch.context() as counted:
        counted.setattr(fork, "secrets", numbers)
        assert _early_answer(best, numbers) != 42  # someone looks
    with monkeypatch.context() as unseen:
        unseen.setattr(fork, "_is_ready", _sees_nothing)
        assert _early_answer(best) != 42  # the number is drawn
    with monkeypatch.context() as both:
        both.setattr(fork, "secrets", numbers)
        both.setattr(fork, "_is_ready", _sees_nothing)
        assert _early_answer(best, numbers) == 42


def _counted(numbers: SimpleNamespace) -> int:
    numbers.count += 1
    return numbers.count


IS_READY = fork._is_ready


def _sees_nothing(descriptor: int, seconds: float) -> bool:
    """Blind for a look before a question; a process that ends is waited for."""
    return seconds > 0 and IS_READY(descriptor, seconds)


def _early_answer(server: ForkServer, numbers: SimpleNamespace | None = None) -> float:
    """The answer in the third exchange (start, load, question), or 0 if there is none."""
    if numbers is not None:
        numbers.count = 0
    channel = ProcessChannel(Submission("it", "modules", (Source("data.py", EARLY),)), server, LIMITS)
    try:
        channel.request(Request("load", {"part": "data"}))
        time.sleep(1)
        asked = Request("call_function", {"part": "data", "name": "question"}, (), (Want("float32", (1,)),))
        reply, _ = channel.request(asked)
        return float(reply.arrays[0][0]) if reply else 0.0
    except BaseException as end:
        if isinstance(end, KeyboardInterrupt):
            raise
        return 0.0
    finally:
        channel.close()


@pytest.mark.parametrize("victim", ["fork server", "submission"])
def test_processes_that_are_killed_cost_nobody_a_point(victim: str) -> None:
    """After kill -9 at ten random moments of a grading the score is right or an error is reported, in time.

    Afterwards no process and no folder is left, and the next grading is right.
    """
    with installed() as polynomials, light_server_of(tiers.best(), polynomials) as server:
        config = RunConfig(
            polynomials, [HandedIn("it", polynomials.reference_folder(), "it")], polynomials.checks, SEED, LIMITS
        )
        right, usual = _graded(config, server)
        assert (right.status, right.score) == (Status.GRADED, sum(POINTS.values()))
        _kill_ten_times(victim, config, server, usual)
        assert without_seconds(_graded(config, server)[0].checks) == without_seconds(right.checks)


def _graded(config: RunConfig, server: ForkServer) -> tuple[Report, float]:
    """The report, and how long it took."""
    began = time.monotonic()
    return grade_one(config, server), time.monotonic() - began


def _kill_ten_times(victim: str, config: RunConfig, server: ForkServer, usual: float) -> None:
    chance, folders, killed = random.Random(victim), scratch_folders(), []
    with noting_users() as users:
        while len(killed) < 10:  # moments after the end of a grading do not count
            killer = threading.Timer(chance.uniform(0, usual), _kill, [server, victim, chance, killed])
            killer.start()
            report, seconds = _graded(config, server)
            killer.cancel()
            killer.join()
            assert report.status is Status.ERROR or _has_points_or_errors(report), report
            assert seconds < 150
    assert left_behind(users, folders) == []


def _has_points_or_errors(report: Report) -> bool:
    """Whether each check has all its points, or is reported as an error of ours."""
    return all(check.score == check.points or check.outcome is Outcome.ERROR for check in report.checks)


def _kill(server: ForkServer, victim: str, chance: random.Random, killed: list[int]) -> None:
    """Kill one of the processes of the fork server, or one of those of the submission."""
    with suppress(psutil.NoSuchProcess):
        outer = psutil.Process(process_of(server))
        tree = outer.children(recursive=True)
        wrapped = {outer.pid, *(p.pid for p in tree if p.name() == "bwrap")}
        own = [outer, *(p for p in tree if p.ppid() in wrapped)]
        chosen = own if victim == "fork server" else [p for p in tree if p not in own]
        if chosen:
            found = chance.choice(chosen)
            found.send_signal(signal.SIGKILL)
            killed.append(found.pid)
