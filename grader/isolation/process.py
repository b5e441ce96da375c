"""The channel to a submission in a process of its own, confined, with a clock that it cannot touch."""

import time
from typing import Any

from ..core.expect import GraderFault, SubmissionDied
from ..core.limits import Limits
from ..protocol.frames import ProtocolViolation
from ..protocol.messages import Reply, Request
from ..submissions.reading import Submission
from .clock import SLEPT, STARVED, Breach, Clock
from .fork import Fork
from .fork_server import START_SECONDS, ForkServer, ProcessLost, Starved
from .watch import FAILED

_ENDED = "Your code ended the Python process while the grader asked for {doing}."
_BREACH = "{breach} while the grader asked for {doing}."
_VIOLATION = "The submission's process answered out of turn or with something else: {violation}."


class ProcessChannel:
    """Forks the submission's process at the first request, and again at the first request after it died.

    limits: by default those of the fork server. disabled: defences to switch off, which only tests do.
    """

    def __init__(
        self,
        submission: Submission,
        server: ForkServer,
        limits: Limits | None = None,
        disabled: tuple[str, ...] = (),
        clock: Clock | None = None,
    ):
        self.submission = submission
        self.server = server
        self.limits = limits or server.limits
        self.disabled = disabled
        self.clock = clock or Clock(self.limits, self._is_known_to_sleep())
        self.stdout = self.stderr = ""
        self.peak_bytes = 0
        self._fork: Fork | None = None
        self._others: list[ProcessChannel] = []

    @property
    def out_of_time(self) -> bool:
        """Whether the part has no time left."""
        return self.clock.is_used_up

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        """Ask the submission's process: the reply, or a description of what went wrong.

        Raises SubmissionDied when it ends or exceeds a limit, ProcessLost when neither the grader nor its own code
        ended it, and Starved when it got no core.
        """
        fork = self._fork or self._start(request)
        self.clock.begin(self.limits.import_seconds if request.operation == "load" else self.limits.call_seconds)
        try:
            answer, arrays = fork.ask(request)
        except (EOFError, OSError):
            raise _at(fork, self._ended(fork, request)) from None
        except ProtocolViolation as violation:
            self.close()
            raise SubmissionDied("process.protocol", _VIOLATION, violation=str(violation)) from None
        if fork.breach is not None:  # it answered a moment too late
            raise _at(fork, self._ended(fork, request))
        if "failure" in answer:
            return None, answer["failure"]
        return Reply(answer.get("value"), tuple(arrays)), None

    def fresh(self) -> "ProcessChannel":
        """A second process of the same submission, which has seen nothing. It is closed together with this one."""
        other = ProcessChannel(self.submission, self.server, self.limits, self.disabled, self.clock)
        self._others.append(other)
        return other

    def _start(self, request: Request) -> Fork:
        """Fork a new process. It runs nothing of the submission yet, so its failures are ours."""
        fork = Fork(self.server, self.limits, self.disabled, self.clock)
        try:
            fork.hand_over(self.submission, time.monotonic() + START_SECONDS)
        except (TimeoutError, EOFError, OSError, ProtocolViolation) as problem:
            from_outside = not isinstance(problem, TimeoutError) and fork.was_ended_from_outside()
            fork.end()
            if fork.breach is not None:
                raise self._breached(fork.breach, request) from None
            if not self.server.is_alive():
                raise ProcessLost("the fork server was lost") from None
            kind = ProcessLost if from_outside else GraderFault
            raise kind(
                f"there is no process to grade in: {type(problem).__name__} {problem} {fork.stderr[-500:]}"
            ) from None
        self._fork = fork
        return fork

    def _ended(self, fork: Fork, request: Request) -> BaseException:
        """Why a process is gone: it exceeded a limit, its own code ended it, or something outside did."""
        breach = fork.breach
        from_outside = breach is None and (fork.was_ended_from_outside() or not self.server.is_alive())
        self.close()
        if breach is not None:
            return self._breached(breach, request)
        if from_outside:
            return ProcessLost(f"the process was ended from outside while asked for {_doing(request)}")
        return SubmissionDied("process.ended", _ENDED, doing=_doing(request))

    def _breached(self, breach: Breach, request: Request) -> BaseException:
        """What a breach of a limit means; some are not the submission's doing."""
        if breach.code == STARVED:
            return Starved(f"{breach.text} while the grader asked for {_doing(request)}")
        if breach.code == FAILED:
            return ProcessLost(breach.text)
        if breach.code == SLEPT and request.operation == "load":
            self.server.sleepers.add(frozenset(self.submission.sources))
        return SubmissionDied(breach.code, _BREACH, breach=breach.text, doing=_doing(request))

    def _is_known_to_sleep(self) -> bool:
        """Whether another part slept when it imported the same files, so that nobody needs to wait for it again."""
        sources = frozenset(self.submission.sources)
        return any(sleeper <= sources for sleeper in self.server.sleepers)

    def close(self) -> None:
        """End the process, everything it started, and its second process."""
        others, self._others = self._others, []
        for other in others:
            other.close()
            self.stdout += other.stdout
            self.stderr += other.stderr
            self.peak_bytes = max(self.peak_bytes, other.peak_bytes)
        fork, self._fork = self._fork, None
        if fork is not None:
            fork.end()
            self.stdout += fork.stdout
            self.stderr += fork.stderr
            self.peak_bytes = max(self.peak_bytes, fork.peak_bytes)


def _at(fork: Fork, death: BaseException) -> BaseException:
    """The death of a process, with the statement of the submission that ran then."""
    if isinstance(death, SubmissionDied):
        death.at = fork.began
    return death


def _doing(request: Request) -> str:
    """What a request asks for, in words."""
    parameters = request.parameters
    if request.operation == "load":
        return f"the import of {parameters['part']}"
    return str(parameters.get("method") or parameters.get("name") or request.operation.replace("_", " "))
