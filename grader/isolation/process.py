"""The channel of a grade: a submission in a process of its own, with a clock it cannot touch."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from typing import Any

from ..expect import GraderFault, SubmissionDied
from ..harness.operations import Reply, Request
from ..limits import Limits
from ..submissions import Submission
from .wire import ProtocolViolation, receive, send

OUTPUT_KEPT = 64 * 1024
START_SECONDS = 120.0  # for the imports of the grader itself, on a cold and busy machine
LARGEST_ANSWER_HEADER = 2**20


class ProcessChannel:
    """Starts the process at the first request, and anew at the first request after it died."""

    isolation = "none"

    def __init__(self, submission: Submission, limits: Limits):
        self.submission = submission
        self.limits = limits
        self.output = ""
        self._deadline = time.monotonic() + limits.submission_seconds
        self._child: _Child | None = None

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        """Ask the submission's process. Raises SubmissionDied when it ends or runs out of time."""
        child = self._child or self._start()
        header = {
            "operation": request.operation,
            "parameters": request.parameters,
            "wants": None if request.wants is None else [[w.dtype, list(w.shape)] for w in request.wants],
        }
        limit = self.limits.import_seconds if request.operation == "load" else self.limits.call_seconds
        try:
            answer, arrays = child.ask(header, request, self._until(limit))
        except TimeoutError:
            raise self._died(self._time_text(request, limit)) from None
        except (EOFError, OSError):
            raise self._died(
                f"Your code ended the Python process while the grader asked for {_doing(request)}."
            ) from None
        except ProtocolViolation as violation:
            raise self._died(
                f"The submission's process answered out of turn or with something else: {violation}."
            ) from None
        if "failure" in answer:
            return None, answer["failure"]
        return Reply(answer.get("value"), tuple(arrays)), None

    def _start(self) -> "_Child":
        """A new process. It runs nothing of the submission yet, so its time and its failures are ours."""
        child, began = _Child(), time.monotonic()
        try:
            child.start(self.submission, began + START_SECONDS)
        except (TimeoutError, EOFError, OSError, ProtocolViolation) as problem:
            said = child.end()[-300:]
            raise GraderFault(f"there is no process to grade in: {type(problem).__name__} {problem} {said}") from None
        self._deadline += time.monotonic() - began
        self._child = child
        return child

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self._deadline)

    def _time_text(self, request: Request, limit: float) -> str:
        if self.out_of_time:
            total = self.limits.submission_seconds
            return f"The submission used up its {total:g} s while the grader asked for {_doing(request)}."
        return f"There was no answer within {limit:g} s when the grader asked for {_doing(request)}."

    @property
    def out_of_time(self) -> bool:
        """Whether the submission has no time left."""
        return time.monotonic() >= self._deadline

    def _died(self, reason: str) -> SubmissionDied:
        self.close()
        return SubmissionDied(reason)

    def close(self) -> None:
        """End the process and everything it started, and remove its scratch folder."""
        if self._child is not None:
            self.output = (self.output + self._child.end())[:OUTPUT_KEPT]
            self._child = None


class _Child:
    """One running process: its connection, its scratch folder, what it prints."""

    def __init__(self) -> None:
        self.scratch = tempfile.mkdtemp(prefix="aelab-")
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "grader.isolation.child", str(theirs.fileno())],
                cwd=self.scratch, env=_environment(self.scratch), pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.connection = ours
        self._kept = bytearray()
        self._drain = threading.Thread(target=self._keep_output, daemon=True)
        self._drain.start()
        self._id = 0

    def start(self, submission: Submission, deadline: float) -> None:
        """Let it import TensorFlow, and hand it the sources."""
        sources = [[source.name, source.text] for source in submission.sources]
        header = {"kind": submission.kind, "sources": sources, "notes": list(submission.notes)}
        self.ask(header, Request("start"), deadline)

    def ask(self, header: dict[str, Any], request: Request, deadline: float) -> tuple[dict[str, Any], list[Any]]:
        """One request and its answer."""
        self._id += 1
        self.connection.settimeout(max(deadline - time.monotonic(), 1e-6))
        send(self.connection, {"id": self._id, **header}, request.arrays)
        answer, arrays = receive(self.connection, request.wants, deadline, LARGEST_ANSWER_HEADER)
        if answer.get("id") != self._id:
            raise ProtocolViolation("an answer to another question")
        if "failure" not in answer and request.wants is not None and len(arrays) != len(request.wants):
            raise ProtocolViolation("an answer without its arrays")
        return answer, arrays

    def _keep_output(self) -> None:
        """Read all that is printed, so that nobody waits, and keep the beginning."""
        assert self.process.stdout is not None
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            self._kept += chunk[: OUTPUT_KEPT - len(self._kept)]

    def end(self) -> str:
        """Kill the process group, reap it, remove the scratch folder; returns what was printed."""
        self.connection.close()
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._drain.join(timeout=1)
        shutil.rmtree(self.scratch, ignore_errors=True)
        return self._kept.decode(errors="replace")


def _environment(scratch: str) -> dict[str, str]:
    """As little as Python needs; nothing of the grader's own environment gets through."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": scratch,
        "TMPDIR": scratch,
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",  # what was printed is kept also where the process is killed
        "PYTHONDONTWRITEBYTECODE": "1",
        "TF_USE_LEGACY_KERAS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
    }


def _doing(request: Request) -> str:
    """What a request asks for, in words."""
    parameters = request.parameters
    if request.operation == "load":
        return f"the import of {parameters['part']}"
    return str(parameters.get("method") or parameters.get("name") or request.operation.replace("_", " "))
