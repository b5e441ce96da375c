"""A fork server as the deciding process sees it: started, asked for forks, replaced when it is lost."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..core.expect import GraderFault
from ..core.limits import Limits
from ..submissions.reading import Source
from .confinement import SCRATCH
from .tiers import Tier
from .view import OWN, View, bubblewrap_arguments

START_SECONDS = 600.0  # for the imports of TensorFlow, on a cold machine whose cores are busy with other things
ANSWER_SECONDS = 60.0  # for what takes milliseconds, on such a machine
log = logging.getLogger(__name__)


class ForkServer:
    """Owns the process that submissions are forked from. It serves one thread at a time.

    Start it from a thread that lives as long as it is used: the process ends with that thread.
    """

    def __init__(self, tier: Tier, view: View, limits: Limits):
        self.tier = tier
        self.view = view
        self.limits = limits
        self.start_seconds: float | None = None  # how long the last start took
        self.pace = 1.0  # seconds of processor time here for one of the reference machine, measured at the start
        self.sleepers: set[frozenset[Source]] = set()  # what slept when it was imported
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None
        self._launched: socket.socket | None = None  # the connection, until the process is known to be ready
        self._control: socket.socket | None = None  # the connection from then on
        self._home: tempfile.TemporaryDirectory[str] | None = None  # where imports write, without mounts

    def another(self) -> "ForkServer":
        """Another one with the same tier, view and limits, not started."""
        return ForkServer(self.tier, self.view, self.limits)

    def launch(self) -> None:
        """Start the process without waiting for it, so that several import at once. Raises OSError and ProcessLost."""
        if self._stopped:
            raise ProcessLost("the fork server was stopped")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        imported = [self.view.operations, *(f"{name}={module}" for name, module in self.view.data.items())]
        python = [sys.executable, "-P", "-m", "grader.isolation.zygote", str(theirs.fileno()), *imported]
        surroundings = environment([OWN] if self.tier.bubblewrap else map(self.view.root_of, self.view.own))
        if not self.tier.bubblewrap:
            self._home = tempfile.TemporaryDirectory(prefix="aelab-")
            surroundings["HOME"] = self._home.name
        with theirs:
            self._process = subprocess.Popen(
                [*(_bubblewrap(self.view) if self.tier.bubblewrap else []), *python],
                env=surroundings, cwd="/", pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        self._launched = ours

    def start(self) -> None:
        """Launch the process if it is not, and wait until it has imported everything.

        Raises GraderFault, ProcessLost, and OSError where a program is missing.
        """
        began = time.monotonic()
        if self._launched is None:
            self.launch()
        assert self._launched is not None
        self._control, self._launched = self._launched, None
        try:
            self._control.settimeout(START_SECONDS)
            facts = json.loads(self._control.recv(2**16))
        except (OSError, ValueError) as problem:
            killed = self._was_killed()
            said = self.close()
            if killed:
                raise ProcessLost("the fork server was ended from outside while it started") from None
            raise GraderFault(
                f"the process that submissions are forked from does not start: {problem} {said}"
            ) from None
        if facts["threads"] != 1:
            self.close()
            raise GraderFault(f"a process with {facts['threads']} threads cannot be forked safely")
        self.start_seconds, self.pace = time.monotonic() - began, float(facts["pace"])
        log.info("limits on time are stretched by %.2f, as this machine takes longer or shorter", self.pace)

    def _was_killed(self) -> bool:
        """Whether SIGKILL ended the process, or the one that bubblewrap waits for."""
        assert self._process is not None
        try:
            return self._process.wait(1) in (-signal.SIGKILL, 128 + signal.SIGKILL)
        except subprocess.TimeoutExpired:
            return False

    def fork(self, order: dict[str, Any], descriptors: list[int]) -> None:
        """Ask for a fork. order: its policy and its scratch folder. descriptors: report, connection, stdout, stderr."""
        message = json.dumps(order).encode()
        try:
            self._send(message, descriptors)
        except OSError:  # the process was lost
            self.close()
            self._send(message, descriptors)

    def _send(self, message: bytes, descriptors: list[int]) -> None:
        if self._control is None:
            self.start()
        assert self._control is not None
        socket.send_fds(self._control, [message], descriptors)

    def is_alive(self) -> bool:
        """Whether the process answers."""
        if self._control is None:
            return False
        try:
            self._control.settimeout(ANSWER_SECONDS)
            self._control.send(b"ping")
            return self._control.recv(16) == b"pong"
        except OSError:
            return False

    def stop(self) -> None:
        """End the process for good, from any thread. Whoever waits for one of its forks gets ProcessLost."""
        self._stopped = True
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def close(self) -> str:
        """End the process and with it all forks. Returns the last 500 characters of its stderr."""
        said = b""
        for connection in (self._launched, self._control):
            if connection is not None:
                connection.close()
        self._launched = self._control = None
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            _, said = self._process.communicate()
            self._process = None
        if self._home is not None:
            self._home.cleanup()
            self._home = None
        return said.decode(errors="replace")[-500:].strip()


class ProcessLost(BaseException):
    """Something that is neither the grader nor the submission killed a fork server or a submission's process.

    It is no Exception, so that checks and Hypothesis let it pass, and the whole task is measured again.
    """


class Starved(ProcessLost):
    """Something else had the cores all the time; the task is measured once more when the others are done."""


def _bubblewrap(view: View) -> list[str]:
    """Bubblewrap and its options. Root gets no user namespace, so that a fork can become another user for good."""
    options = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        options.append("--unshare-user")
    return ["bwrap", *options, "--die-with-parent", "--new-session", *bubblewrap_arguments(view), "--"]


def environment(packages: Iterable[Path]) -> dict[str, str]:
    """As little as Python needs; nothing of the grader's own environment gets through.

    packages: the folders from which the fork server imports.
    """
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(map(str, packages))),
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",  # what was printed is kept even if the process is killed
        "PYTHONDONTWRITEBYTECODE": "1",
        "TF_USE_LEGACY_KERAS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "HDF5_USE_FILE_LOCKING": "FALSE",  # the filter takes locks away
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "LC_ALL": "C.UTF-8",
        "HOME": SCRATCH,
        "USER": "student",  # no account has the number that submissions run under
        "LOGNAME": "student",
    }
