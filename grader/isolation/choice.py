"""Which tier of isolation a machine has: a canary that tries to get out finds it, not a search for programs."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.assignment import Assignment
from ..core.errors import UserError
from ..core.expect import GraderFault, SubmissionDied
from ..core.limits import MEBIBYTE, Limits
from ..protocol.frames import Want
from ..protocol.messages import Request
from ..submissions.reading import Source, Submission
from . import canary, seccomp, tiers
from .fork_server import ForkServer, ProcessLost
from .pool import Pool
from .process import ProcessChannel
from .tiers import Tier
from .view import OWN, view_of

TRIES = 5  # to send the canary, where something outside kills it
VARIABLE = "AELAB_CANARY"  # set here while the canary looks for it


@dataclass(frozen=True)
class Finding:
    """The result of trying a tier: it holds if there is neither a problem nor an escape.

    escapes: the attempts that the canary got away with. untried: the problem came from outside, so nothing is known of
    the tier.
    """

    tier: Tier
    problem: str = ""
    escapes: tuple[str, ...] = ()
    untried: bool = False

    @property
    def holds(self) -> bool:
        """Whether submissions can be graded under this tier."""
        return not self.problem and not self.escapes

    @property
    def reason(self) -> str:
        """Why it does not hold, in one line."""
        return self.problem or f"the canary could {', '.join(self.escapes)}"


class NoIsolation(UserError):
    """No tier holds; the text says why, and what to do."""

    def __init__(self, findings: Iterable[Finding]):
        reasons = "; ".join(f"{f.tier.name}: {f.reason}" for f in findings)
        super().__init__(
            f"submissions cannot be isolated on this machine ({reasons}). See `aelab doctor`, or grade code that you "
            "trust with --trust-submissions"
        )


@contextmanager
def open_pool(
    assignment: Assignment, limits: Limits, count: int, trusted: bool, private: Iterable[Path] = ()
) -> Iterator[Pool]:
    """A pool of `count` fork servers of the best tier that holds, or of none if trusted. Raises NoIsolation.

    private: folders of this run that submissions must not see.
    """
    private = [p.resolve() for p in private]
    hoped_for = ForkServer(tiers.TRUSTED if trusted else tiers.best(), view_of(assignment, private), limits)
    ahead = [hoped_for.another() for _ in range(count - 1)]
    try:
        if not trusted:
            _launch(ahead)
        first = hoped_for if trusted else find_tier(assignment, limits, private)[0]
    except BaseException:
        _close(ahead)
        raise
    if first.tier != hoped_for.tier:
        _close(ahead)
        ahead = [first.another() for _ in ahead]
    pool = Pool([first, *ahead])
    try:
        yield pool
    finally:
        pool.close()


def _launch(servers: Iterable[ForkServer]) -> None:
    """Let fork servers import while the first one and the canary find out whether their tier holds.

    It does not matter if one cannot be launched: starting it later raises the reason.
    """
    for server in servers:
        with suppress(OSError):
            server.launch()


def _close(servers: Iterable[ForkServer]) -> None:
    for server in servers:
        server.close()


def find_tier(assignment: Assignment, limits: Limits, private: Iterable[Path] = ()) -> tuple[ForkServer, list[Finding]]:
    """A started fork server of the best tier that holds, and the findings on the way to it.

    Raises NoIsolation, also where a better tier could not be tried: no accident may lower the tier.
    """
    private = tuple(private)
    findings = []
    for tier in (tiers.best(), tiers.second()):
        server, finding = examine(assignment, tier, limits, private)
        findings.append(finding)
        if server is not None:
            return server, findings
        if finding.untried:
            break
    raise NoIsolation(findings)


def examine(
    assignment: Assignment, tier: Tier, limits: Limits, private: Iterable[Path] = ()
) -> tuple[ForkServer | None, Finding]:
    """Try a tier; its fork server is returned, started, if it holds."""
    if tier.other_user and os.geteuid() != 0:
        return None, Finding(tier, "only the administrator can grade under another user")
    private = tuple(private)
    try:
        seccomp.program()
    except (ImportError, RuntimeError) as problem:
        return None, Finding(tier, f"there is no libseccomp (Debian: apt-get install libseccomp2; {problem})")
    for _ in range(TRIES):
        try:
            return _tried(ForkServer(tier, view_of(assignment, private), limits), private)
        except ProcessLost as loss:
            said = f"{_in_one_line(loss)}, {TRIES} times"
    return None, Finding(tier, said, untried=True)


def _tried(server: ForkServer, private: tuple[Path, ...]) -> tuple[ForkServer | None, Finding]:
    """Send the canary once. Raises ProcessLost."""
    tier = server.tier
    try:
        escapes = send_canary(server, private)
    except ProcessLost:
        server.close()
        raise
    except (GraderFault, SubmissionDied, OSError) as problem:
        server.close()
        return None, Finding(tier, _in_one_line(problem))
    if escapes:
        server.close()
        return None, Finding(tier, escapes=escapes)
    return server, Finding(tier)


def _in_one_line(problem: BaseException) -> str:
    if isinstance(problem, FileNotFoundError) and "bwrap" in str(problem):
        return "there is no bubblewrap (Debian: apt-get install bubblewrap)"
    return " ".join(str(problem).split())[-400:]


def send_canary(server: ForkServer, private: Iterable[Path] = ()) -> tuple[str, ...]:
    """What the canary could do that it should not. Raises SubmissionDied or GraderFault when it cannot live."""
    text = Path(canary.__file__).read_text(encoding="utf-8")
    channel = ProcessChannel(Submission("canary", "modules", (Source("canary.py", text),)), server)
    try:
        with _temptation() as facts:
            secrets = [str(path) for path in (*_secrets(server), *private)]
            facts |= {"secrets": secrets, "limits": _limits(server.limits)}
            tried = _call(channel, "attempt", (len(canary.ATTEMPTS),), **facts)
            if not _call(channel, "works", (), packages=list(server.view.data)):
                raise GraderFault("the canary cannot do what submissions have to do")
    finally:
        channel.close()
    return tuple(name for name, could in zip(canary.ATTEMPTS, tried, strict=True) if could)


@contextmanager
def _temptation() -> Iterator[dict[str, object]]:
    """Things within reach of any process that is not confined: a folder, a process, a variable."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)  # noqa: PTH101, S103 - only isolation may keep the canary out
        os.environ[VARIABLE] = "secret"
        try:
            yield {"outside": folder, "process": os.getpid(), "environment": VARIABLE}
        finally:
            del os.environ[VARIABLE]


def _secrets(server: ForkServer) -> list[Path]:
    """The solution, checks, digits, results and submissions, the tests and their like, and the home folder's files."""
    home = [p for p in Path.home().iterdir() if p.is_file()] if Path.home().is_dir() else []
    mounted = [OWN / "grader"] if server.tier.bubblewrap else []
    return [*server.view.secrets, *mounted, *home[:20]]


def _limits(limits: Limits) -> dict[str, int]:
    return {
        "processes": limits.processes,
        "open_files": limits.open_files,
        "file_bytes": int(limits.file_mib * MEBIBYTE),
    }


def _call(channel: ProcessChannel, name: str, shape: tuple[int, ...], **arguments: object) -> np.ndarray:
    parameters = {"part": "canary", "name": name, "arguments": arguments}
    request = Request("call_function", parameters, (np.zeros(1, np.float32),), (Want("float32", shape),))
    reply, failure = channel.request(request)
    if reply is None:
        raise GraderFault(f"the canary failed: {failure}")
    return reply.arrays[0]
