"""Calls of the grader's own functions on hostile bytes, each in a process of its own, confined and with bounds.

What parses a submission may take a time that grows faster than its size, may take any memory, and may bring Python
itself down. Here that ends the call and nothing else. A light server forks the processes: a call costs milliseconds.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..core.expect import GraderFault
from ..protocol.frames import ProtocolViolation, Want, receive, send
from . import kernel, seccomp
from .confinement import Confinement
from .fork_server import environment
from .sandbox_server import Function
from .tiers import NEWEST_LANDLOCK
from .view import ROOT, SYSTEM

CPU_SECONDS = 20  # of a call: a submission of the largest size takes about two
MEMORY_MIB = 2048  # of its address space: a parsed byte of code may take a KiB, and a MiB of them is parsed at most
FILE_MIB = 128
WALL_SECONDS = 900.0  # for the same: its bsdtar has seconds of its own, and the cores may be busy
MAX_HEADER = 8 * 2**20  # bytes of an answer, beside its texts
PROGRAMS = ("/bin", "/usr/bin", "/usr/local/bin", "/usr/local/lib")  # bsdtar, and what it needs
TRIES = 2  # of a call whose process something outside ended


class Exceeded(Exception):
    """A call took more than it may, or brought Python down. at: what it read then, "" where it did not say."""

    def __init__(self, problem: str, at: str = ""):
        super().__init__(problem)
        self.at = at


class Lost(Exception):
    """Something outside ended the process of a call."""


class Sandbox:
    """Starts its server at the first call, and again where that is lost. One call at a time, of any thread."""

    def __init__(self, cpu_seconds: int = CPU_SECONDS, memory_mib: int = MEMORY_MIB):
        self._cpu_seconds, self._memory_mib = cpu_seconds, memory_mib
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def start_ahead(self) -> None:
        """Start the server, which takes a moment, beside what this process does meanwhile."""
        with self._lock, suppress(OSError):  # the first call says what is wrong
            if self._control is None and sys.platform == "linux":
                self._start()

    def call(
        self, function: Function, header: dict[str, Any], raw: bytes = b"", paths: Iterable[Path] = ()
    ) -> tuple[dict[str, Any], bytes]:
        """What a function of the grader makes of a header and bytes. paths: what it may read beside Python.

        Raises Exceeded, and GraderFault where the function itself raises or its process is lost twice.
        """
        if sys.platform != "linux":  # no class is graded there
            return function(header, raw, lambda _: None)
        readable = [os.path.abspath(path) for path in paths]  # noqa: PTH100 - the server has another folder
        with self._lock:
            for _ in range(TRIES):
                try:
                    return self._call(function, header, raw, readable)
                except (Lost, OSError) as lost:
                    self._close()
                    problem = str(lost)
        raise GraderFault(f"the process that reads submissions was lost: {problem}")

    def _call(
        self, function: Function, header: dict[str, Any], raw: bytes, readable: list[str]
    ) -> tuple[dict[str, Any], bytes]:
        control = self._control or self._start()
        deadline = time.monotonic() + WALL_SECONDS
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(control, [self._order(function, readable)], [theirs.fileno()])
            answer, at = _asked(ours, header, raw, deadline)
        control.settimeout(max(deadline - time.monotonic(), 1.0))
        ended = control.recv(16)
        if answer is None:
            raise self._why(int(ended), at) if ended else Lost("its server ended")
        found, made = answer
        if "exceeded" in found:
            raise Exceeded(f"takes more than {self._memory_mib} MiB of memory to read, or is nested too deeply", at)
        if "value" not in found:
            raise GraderFault(str(found.get("fault"))[-2000:])
        return found["value"], made

    def _why(self, status: int, at: str) -> Exception:
        """Why a process ended without an answer."""
        by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if by == signal.SIGKILL:
            return Lost("its process was ended from outside")
        if by == signal.SIGXCPU:
            return Exceeded(f"takes more than {self._cpu_seconds} s of processor time to read", at)
        if by:
            return Exceeded(f"cannot be read: Python itself ends ({signal.Signals(by).name})", at)
        return Lost(f"its process ended with {status}")

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._scratch = tempfile.TemporaryDirectory(prefix="aelab-")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "grader.isolation.sandbox_server", str(theirs.fileno())],
                env=environment([ROOT]), cwd="/", pass_fds=[theirs.fileno()], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        self._control = ours
        return ours

    def _order(self, function: Function, readable: list[str]) -> bytes:
        assert self._scratch is not None
        policy = Confinement(
            landlock_abi=_newest_landlock(), readable=(*_PYTHON, *filter(os.path.exists, readable)),
            seccomp=_filter(), file_bytes=FILE_MIB << 20, processes=0, address_bytes=self._memory_mib << 20,
        )  # fmt: skip
        order = {
            "module": function.__module__, "function": function.__qualname__, "cpu_seconds": self._cpu_seconds,
            "policy": policy.as_json(), "scratch": self._scratch.name, "cwd": str(Path.cwd()),
        }  # fmt: skip
        return json.dumps(order).encode()

    def _close(self) -> None:
        """End the server and what it forked."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._scratch is not None:
            self._scratch.cleanup()
        self._control = self._process = self._scratch = None


def _asked(
    connection: socket.socket, header: dict[str, Any], raw: bytes, deadline: float
) -> tuple[tuple[dict[str, Any], bytes] | None, str]:
    """The answer, None where there is none, and what was read last. Raises Exceeded for an answer of the wrong form."""
    at = ""
    try:
        send(connection, header, [np.frombuffer(raw, np.uint8)], deadline)
        while True:
            found, arrays = receive(connection, [Want("uint8", (None,))], deadline, MAX_HEADER)
            if "begins" not in found:
                return (found, arrays[0].tobytes() if arrays else b""), at
            at = str(found["begins"])
    except TimeoutError:
        raise Lost(f"it did not answer within {WALL_SECONDS:g} s") from None
    except (OSError, EOFError):
        return None, at
    except ProtocolViolation as violation:
        raise Exceeded(f"cannot be read: it makes {violation}", at) from None


def _filter() -> str:
    """The filter of submissions, "" where there is no libseccomp."""
    try:
        return seccomp.program().hex()
    except (ImportError, RuntimeError, OSError):
        return ""


def _newest_landlock() -> int | None:
    try:
        kernel.landlock_abi()
    except OSError:
        return None
    return NEWEST_LANDLOCK


_PYTHON = tuple(filter(os.path.exists, [*SYSTEM, *PROGRAMS, sys.prefix, sys.base_prefix, str(ROOT)]))
SANDBOX = Sandbox()
