"""One fork of a fork server with a submission in it: it is asked, watched and ended, and leaves nothing behind."""

import os
import secrets
import select
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil

from ..core.limits import MEBIBYTE, Limits
from ..protocol.frames import ProtocolViolation, receive, send
from ..protocol.messages import Request
from ..submissions.reading import Submission
from .clock import Breach, Clock
from .confinement import ENDED, SCRATCH
from .fork_server import ANSWER_SECONDS, ForkServer
from .output import Output
from .tree import is_ending, numbers_of
from .users import User, end_all_of, take_user
from .watch import Watch

LARGEST_ANSWER_HEADER = 2**20
LOOK_SECONDS = 0.05  # between two looks at a process that does not answer any more


class Fork:
    """Use `hand_over`, then `ask` any number of times, then `end`.

    clock: counts its time; its part may have other processes.
    """

    def __init__(self, server: ForkServer, limits: Limits, disabled: tuple[str, ...] = (), clock: Clock | None = None):
        self._server = server
        self._limits = limits
        self._disabled = disabled
        self._clock = clock or Clock(limits)
        self.breach: Breach | None = None
        self.stdout = self.stderr = ""
        self.peak_bytes = 0
        self.began: Any = None  # the last statement that did, by the submission's own word
        self._pidfd: int | None = None  # of init; when that ends, its PID namespace ends
        self._submission: int | None = None  # the number of its own process
        self._asked_at: float | None = None  # on the monotonic clock, while an answer is due
        self._watch: Watch | None = None
        self._gone = False
        self._left = ExitStack()  # releases what was taken, whatever happens
        try:
            self._user = self._take_user()
            self._folder = self._make_folder()
            self._start()
        except BaseException:
            self._left.close()
            raise

    def _take_user(self) -> User | None:
        if not self._server.tier.other_user:
            return None
        user = take_user()
        self._left.callback(self._give_back, user)
        return user

    def _give_back(self, user: User) -> None:
        """Release the user number, unless something may still run under it."""
        if self._gone:
            user.give_back()

    def _make_folder(self) -> Path | None:
        """Make a scratch folder for a process that has no mounts of its own."""
        if self._server.tier.bubblewrap:
            return None
        folder = Path(tempfile.mkdtemp(prefix="aelab-"))
        self._left.callback(subprocess.run, ["rm", "-rf", "--", str(folder)], check=False)  # it copes with any depth
        if self._user is not None:
            os.chown(folder, self._user.uid, self._user.uid)
        return folder

    def _start(self) -> None:
        uid = None if self._user is None else self._user.uid
        policy = self._server.tier.confinement(self._server.view, self._limits, uid, self._disabled)
        self._connection, theirs = socket.socketpair()
        self._report, supervisors = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._left.callback(self._connection.close)
        self._left.callback(self._report.close)
        self._output = Output(int(self._limits.output_mib * MEBIBYTE))
        order = {"scratch": str(self._folder or SCRATCH), "policy": policy.as_json()}
        with theirs, supervisors:
            ends = [supervisors.fileno(), theirs.fileno(), *self._output.writing_ends]
            try:
                self._server.fork(order, ends)
            finally:
                self._output.close_writing_ends()

    def hand_over(self, submission: Submission, deadline: float) -> None:
        """Wait for the process and give it the submission's sources. Raises OSError, EOFError, TimeoutError."""
        self._report.settimeout(max(deadline - time.monotonic(), 1e-6))
        message, pidfds, _, _ = socket.recv_fds(self._report, 16, 1)
        if not pidfds:
            raise EOFError(f"no process was started {message!r}")
        self._pidfd = pidfds[0]
        self._left.callback(os.close, self._pidfd)
        self._watch = Watch(
            _process_number(self._pidfd), self._limits, self._stop_for, self._folder,
            self._clock, self._waits_since, self._server.pace,
        )  # fmt: skip
        sources = [[source.name, source.text] for source in submission.sources]
        header = {
            "kind": submission.kind,
            "sources": sources,
            "seconds": [self._limits.statement_seconds, self._limits.cells_seconds],
            "hidden": list(self._server.view.hidden),
        }
        self._exchange(Request("start"), deadline, header)
        self._submission = next(iter(numbers_of(_process_number(self._pidfd))[1:]), None)  # there is no other yet

    def ask(self, request: Request) -> tuple[dict[str, Any], list[Any]]:
        """Send a request and wait for its answer, for as long as the clock allows."""
        self._asked_at = time.monotonic()
        try:
            return self._exchange(request)
        finally:
            self._asked_at = None

    def _waits_since(self) -> float | None:
        """Since when an answer is due that has not begun to arrive: until it is read, any delay is ours."""
        asked_at = self._asked_at
        return None if asked_at is None or _is_ready(self._connection.fileno(), 0) else asked_at

    def _exchange(
        self, request: Request, deadline: float | None = None, more: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[Any]]:
        """Send a request, whose number is random, so that no answer can be prepared before; and wait for its answer."""
        if _is_ready(self._connection.fileno(), 0) and self._connection.recv(1, socket.MSG_PEEK):
            raise ProtocolViolation("an answer to no question")
        number = secrets.randbits(53)
        send(self._connection, {"id": number, **_header(request), **(more or {})}, request.arrays, deadline)
        answer, arrays = receive(self._connection, request.wants, deadline, LARGEST_ANSWER_HEADER)
        while "begins" in answer:  # a statement of the submission, before it runs
            self.began = answer["begins"]
            answer, arrays = receive(self._connection, request.wants, deadline, LARGEST_ANSWER_HEADER)
        if answer.get("id") != number or answer.get("operation") != request.operation:
            raise ProtocolViolation("an answer to another question")
        if "failure" not in answer and request.wants is not None and len(arrays) != len(request.wants):
            raise ProtocolViolation("an answer without its arrays")
        return answer, arrays

    def was_ended_from_outside(self) -> bool:
        """Whether something killed it that was neither this process nor its own code. Call it before `end`.

        A process that only hangs up still runs, so there is no report: then its own code did it.
        """
        deadline = time.monotonic() + ANSWER_SECONDS
        while not _is_ready(self._report.fileno(), LOOK_SECONDS):
            if self._submission is not None and not is_ending(self._submission):
                return False
            if time.monotonic() > deadline:
                return True
        try:
            return self._report.recv(16) != ENDED  # nothing at all: the supervisor itself is gone
        except OSError:
            return True

    def _stop_for(self, breach: Breach) -> None:
        self.breach = breach
        self._kill()

    def _kill(self) -> None:
        if self._pidfd is None:
            return
        with suppress(ProcessLookupError):
            if not self._server.tier.bubblewrap:
                _kill_below(_process_number(self._pidfd))
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def end(self) -> None:
        """Kill everything the submission started, wait until it is gone, remove its scratch folder.

        Raises TimeoutError if it does not end; then its user number is not used again.
        """
        with self._left:
            if self._watch is not None:
                self._watch.stop()
                self.peak_bytes = self._watch.peak_bytes
            self._kill()
            self._connection.close()
            if self._pidfd is not None and not _is_ready(self._pidfd, ANSWER_SECONDS):
                raise TimeoutError("the processes of a submission do not end")
            self._pidfd = None
            if self._user is not None and not self._server.tier.bubblewrap:
                end_all_of(self._user.uid)
            self._gone = True
            self.stdout, self.stderr = self._output.texts()


def _is_ready(descriptor: int, seconds: float) -> bool:
    """Whether there is something to read, or, for a pidfd, whether the process has ended. `select` stops at 1,024."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def _kill_below(init: int) -> None:
    """Kill all processes below init until there are none; orphans become its children."""
    with suppress(psutil.NoSuchProcess):
        while below := [p for p in psutil.Process(init).children(recursive=True) if p.status() != "zombie"]:
            for process in below:
                with suppress(psutil.NoSuchProcess):
                    process.kill()


def _header(request: Request) -> dict[str, Any]:
    wants = None if request.wants is None else [[w.dtype, list(w.shape)] for w in request.wants]
    return {"operation": request.operation, "parameters": request.parameters, "wants": wants}


def _process_number(pidfd: int) -> int:
    """The number that the process of a pidfd has here. Raises ProcessLookupError when it has ended."""
    lines = Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines()
    number = next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))
    if number <= 0:
        raise ProcessLookupError("the process has ended")
    return number
