"""Landlock, asked for by system calls of our own: each right is the one its name says, in every version.

What each act needs and what each version adds is written down here by hand, from landlock(7). An act is refused by
Landlock if it ends with EACCES, or EXDEV for a move, or EPERM for a signal and an abstract socket; without Landlock
none of them ends so.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.isolation import kernel
from grader.isolation.confinement import Confinement
from grader.isolation.landlock import Grant, Right, restrict
from grader.isolation.view import ROOT

NEEDS = {
    "execute": {"EXECUTE", "READ_FILE"},
    "write": {"WRITE_FILE"},
    "read": {"READ_FILE"},
    "list": {"READ_DIR"},
    "remove folder": {"REMOVE_DIR"},
    "remove file": {"REMOVE_FILE"},
    "make character device": {"MAKE_CHAR"},
    "make folder": {"MAKE_DIR"},
    "make file": {"MAKE_REG", "WRITE_FILE"},
    "make socket": {"MAKE_SOCK"},
    "make pipe": {"MAKE_FIFO"},
    "make block device": {"MAKE_BLOCK"},
    "make link": {"MAKE_SYM"},
    "link into another folder": {"REFER", "MAKE_REG"},
    "rename": {"MAKE_REG", "REMOVE_FILE"},
    "truncate": {"TRUNCATE"},
    "ask a device": {"IOCTL_DEV", "READ_FILE"},
}
REACHES = ("bind a port", "connect to a port", "signal the parent", "abstract socket")
SINCE = {"REFER": 2, "TRUNCATE": 3, "IOCTL_DEV": 5}  # the other rights are there from the first version on
REACHES_SINCE = {"bind a port": 4, "connect to a port": 4, "signal the parent": 6, "abstract socket": 6}
VERSIONS = range(1, kernel.landlock_abi() + 1)

SCRIPT = """
import errno, fcntl, json, os, socket, stat, sys, termios
from grader.isolation import kernel
from grader.isolation.confinement import Confinement, confine
from grader.isolation.landlock import Grant, Right, restrict

cases, port, name = json.loads(sys.argv[1])

def attempts(folder, device):
    here = lambda *names: os.path.join(folder, *names)
    return {
        "execute": lambda: os.posix_spawn(here("file"), ["file"], {}),
        "write": lambda: os.close(os.open(here("file"), os.O_WRONLY)),
        "read": lambda: os.close(os.open(here("file"), os.O_RDONLY)),
        "list": lambda: os.listdir(folder),
        "remove folder": lambda: os.rmdir(here("empty")),
        "remove file": lambda: os.unlink(here("spare")),
        "make character device": lambda: os.mknod(here("character"), stat.S_IFCHR, 0),
        "make folder": lambda: os.mkdir(here("made")),
        "make file": lambda: os.close(os.open(here("new"), os.O_WRONLY | os.O_CREAT)),
        "make socket": lambda: os.mknod(here("socket"), stat.S_IFSOCK),
        "make pipe": lambda: os.mkfifo(here("pipe")),
        "make block device": lambda: os.mknod(here("block"), stat.S_IFBLK, os.makedev(7, 0)),
        "make link": lambda: os.symlink("file", here("symbolic")),
        "link into another folder": lambda: os.link(here("file"), here("below", "linked")),
        "rename": lambda: os.rename(here("old"), here("renamed")),
        "truncate": lambda: os.truncate(here("file"), 1),
        "ask a device": lambda: fcntl.ioctl(os.open(device, os.O_RDONLY), termios.TCGETS, bytes(64)),
        "bind a port": lambda: socket.socket().bind(("127.0.0.1", 0)),
        "connect to a port": lambda: socket.socket().connect(("127.0.0.1", port)),
        "signal the parent": lambda: os.kill(os.getppid(), 0),
        "abstract socket": lambda: socket.socket(socket.AF_UNIX).connect("\\0" + name),
    }

def prepare(folder):
    for below in ("empty", "below"):
        os.makedirs(os.path.join(folder, below))
    for file in ("file", "spare", "old"):
        with open(os.path.join(folder, file), "wb") as out:
            out.write(b"\\0text")  # no program: the kernel finds that out only after Landlock has let it be opened
        os.chmod(os.path.join(folder, file), 0o755)

def outcome(act):
    try:
        act()
    except OSError as error:
        return errno.errorcode[error.errno]
    return ""

def found(case):
    for folder in case["folders"]:
        prepare(folder)
    if "policy" in case:
        confine(Confinement(**case["policy"]), 2, case["folders"][0])
    elif "grants" in case:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        restrict(case["abi"], [Grant(path, Right(rights)) for path, rights in case["grants"]])
    return [{act: outcome(attempt) for act, attempt in attempts(f, case["device"]).items()} for f in case["folders"]]

answers = []
for case in cases:
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.dup2(writing, 2)  # confine closes the others
        os.write(2, json.dumps(found(case)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answers.append(pipe.read())
    os.wait()
print("[" + ",".join(answers) + "]")
"""


@pytest.fixture
def listening() -> Iterator[tuple[int, str]]:
    """A TCP port and the name of an abstract socket that somebody listens at."""
    name = f"landlock-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as local:
        local.bind(f"\0{name}")
        local.listen()
        yield tcp.getsockname()[1], name


def refused(cases: list[dict[str, Any]], listening: tuple[int, str]) -> list[list[set[str]]]:
    """By case and folder, the acts that Landlock refused to a process of its own."""
    command = [sys.executable, "-c", SCRIPT, json.dumps([cases, *listening])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return [
        [{act for act in found if _is_refusal(act, found[act])} for found in case] for case in json.loads(done.stdout)
    ]


def _is_refusal(act: str, error: str) -> bool:
    return error in ("EACCES", "EXDEV") or (error == "EPERM" and act in REACHES)


def known(abi: int) -> set[str]:
    """The rights of a version, by name."""
    return {right.name for right in Right if right.name and SINCE.get(right.name, 1) <= abi}


def refused_without(rights: set[str], abi: int) -> set[str]:
    """What cannot be done where `rights` are missing."""
    beyond = {act for act in REACHES if REACHES_SINCE[act] <= abi}
    return beyond | {act for act, needs in NEEDS.items() if needs & rights & known(abi)}


def test_without_landlock_nothing_is_refused(tmp_path: Path, listening: tuple[int, str]) -> None:
    """Whatever is refused below is refused by Landlock, and every act is tried."""
    assert refused([{"folders": [str(tmp_path / "all")], "device": os.devnull}], listening) == [[set()]]
    assert NEEDS.keys() >= {"execute", "truncate"}
    assert set().union(*NEEDS.values()) == {right.name for right in Right}


def test_each_right_is_the_one_its_name_says(tmp_path: Path, listening: tuple[int, str]) -> None:
    """All rights but one, on a folder and on a device: exactly the acts that need that one are refused."""
    newest = VERSIONS[-1]
    rights = [right for right in Right if right.name in known(newest)]
    cases = [
        {
            "abi": newest,
            "folders": [str(tmp_path / str(right.name))],
            "device": os.devnull,
            "grants": [(path, sum(rights) - right) for path in (str(tmp_path / str(right.name)), os.devnull)],
        }
        for right in rights
    ]
    for right, (found,) in zip(rights, refused(cases, listening), strict=True):
        assert found == refused_without({str(right.name)}, newest), right


def test_every_version_refuses_what_it_knows_and_no_more(tmp_path: Path, listening: tuple[int, str]) -> None:
    """Without a grant a version refuses all rights that it knows and allows the others. All of them refuse moves."""
    cases = [
        {"abi": abi, "folders": [str(tmp_path / str(abi))], "device": os.devnull, "grants": []} for abi in VERSIONS
    ]
    for abi, (found,) in zip(VERSIONS, refused(cases, listening), strict=True):
        assert found == refused_without(known(abi), abi) | {"link into another folder"}, abi


def test_a_policy_opens_its_scratch_folder_and_shows_what_it_lists(tmp_path: Path, listening: tuple[int, str]) -> None:
    """By version and folder: scratch, a readable one, a listed one, and one that the policy does not name."""
    cases = []
    for abi in VERSIONS:
        scratch, readable, listed, other = (
            str(tmp_path / str(abi) / name) for name in ("scratch", "read", "list", "no")
        )
        policy = Confinement(landlock_abi=abi, readable=(readable,), listed=(listed,), address_bytes=2**40)
        cases.append({"policy": policy.as_json(), "folders": [scratch, readable, listed, other], "device": os.devnull})
    for abi, found in zip(VERSIONS, refused(cases, listening), strict=True):
        never = refused_without({"EXECUTE", "MAKE_CHAR", "MAKE_SOCK", "MAKE_BLOCK", "IOCTL_DEV"}, abi)
        moves = {"link into another folder"}
        everything = refused_without(known(abi), abi) | moves
        device = {"ask a device"} if abi >= 5 else set()
        assert found == [
            never | (moves if abi == 1 else set()),
            (everything - {"read", "list", "execute"}) - {"ask a device"} | device,
            everything - {"list", "ask a device"} | device,
            everything - {"ask a device"} | device,
        ], abi


def test_a_file_is_granted_only_what_files_have(tmp_path: Path, listening: tuple[int, str]) -> None:
    """Rights of folders are left out there; the kernel would refuse them. A readable file is no program."""
    folder = tmp_path / "folder"
    policy = Confinement(landlock_abi=7, readable=(str(folder / "file"),), address_bytes=2**40)
    scratch = str(tmp_path / "scratch")
    ((_, found),) = refused(
        [{"policy": policy.as_json(), "folders": [scratch, str(folder)], "device": os.devnull}], listening
    )
    assert "read" not in found
    assert found >= {"execute", "write", "list", "remove file"}


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """A policy that does not fit the machine confines nobody by half: nothing of it is applied."""
    with pytest.raises(FileNotFoundError):
        restrict(7, [Grant(str(tmp_path / "gone"), Right.READ_FILE)])
    assert (tmp_path / "made").write_text("x")


@pytest.mark.parametrize("newest", [0, -1])
def test_no_version_is_an_error(newest: int) -> None:
    """Rules that refuse nothing are not taken for rules."""
    with pytest.raises(OSError, match="landlock_create_ruleset"):
        restrict(newest, [])
