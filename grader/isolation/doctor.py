"""What isolation this machine has, why it has no more, and what to install: the facts behind `aelab doctor`.

A tier holds if the canary, sent like a submission, could do nothing that it should not. The facts about the machine
decide nothing; they explain what was found.
"""

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from statistics import median

from ..core.assignment import Assignment
from ..core.limits import Limits
from ..submissions import unpacking
from ..submissions.reading import Source, Submission
from . import fork_server, kernel, seccomp, tiers
from .canary import ATTEMPTS
from .choice import examine
from .fork import Fork
from .fork_server import START_SECONDS, ForkServer
from .tiers import Tier

FORKS = 3
Progress = Callable[[str], None]

MEANINGS = {
    "import_seconds": "s of processor time for the import of one part",
    "call_seconds": "s of processor time for one call",
    "part_seconds": "s of processor time for everything of one part",
    "statement_seconds": "s of processor time for one statement of a cell or module, while it is loaded",
    "cells_seconds": "s of processor time for all these statements of one part",
    "sleep_seconds": "s of sleep with nothing to run",
    "resident_mib": "MiB of memory for all its processes together",
    "scratch_mib": "MiB in its scratch folder",
    "scratch_files": "files and folders in its scratch folder",
    "file_mib": "MiB for one file",
    "output_mib": "MiB kept of each output stream",
    "processes": "processes and threads",
    "open_files": "open files of one process",
}
LANDLOCK_HOLDS = {  # what each version of Landlock added
    1: "files", 2: "moves between folders", 3: "truncation", 4: "TCP", 5: "devices", 6: "signals and local sockets"
}  # fmt: skip


@dataclass(frozen=True)
class Machine:
    """What tiers are made of. A version is "" where there is none; then `landlock_abi` is 0."""

    kernel: str
    administrator: bool
    bubblewrap: str
    landlock_abi: int
    seccomp_instructions: int  # of the filter, 0 without libseccomp
    bsdtar: str = ""  # unpacks what students hand in; no tier needs it


@dataclass(frozen=True)
class TierFound:
    """The result of trying a tier. Seconds are None where it could not be started.

    start_seconds: until the fork server had imported everything. fork_seconds: from asking for a process until one
    waits for requests, the median of a few. A fork server with more than one thread counts as not started. pace: by
    what limits on processor time are stretched, as this machine is slower than the reference.
    """

    name: str
    description: str
    holds: bool
    reason: str
    attempts: int
    escapes: tuple[str, ...]
    single_threaded: bool
    start_seconds: float | None = None
    fork_seconds: float | None = None
    pace: float | None = None


@dataclass(frozen=True)
class Limit:
    """One of the limits that `aelab grade --limit NAME=VALUE` changes."""

    name: str
    value: float
    meaning: str


@dataclass(frozen=True)
class Diagnosis:
    """Everything that `aelab doctor` shows. isolation: the tier that grading would use, "" if there is none."""

    isolation: str
    tiers: tuple[TierFound, ...]
    machine: Machine
    limits: tuple[Limit, ...]
    advice: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether submissions can be graded under isolation."""
        return bool(self.isolation)


def diagnose(assignment: Assignment, limits: Limits, progress: Progress) -> Diagnosis:
    """Try every tier, best first; `progress` is told its name. This starts two fork servers."""
    found = []
    for tier in (tiers.best(), tiers.second()):
        progress(tier.name)
        found.append(try_tier(assignment, tier, limits))
    machine = look_at_machine()
    best = next((tier.name for tier in found if tier.holds), "")
    return Diagnosis(best, tuple(found), machine, describe(limits), advice(machine, tuple(found)))


def try_tier(assignment: Assignment, tier: Tier, limits: Limits) -> TierFound:
    """Send the canary, and measure how long submissions would wait."""
    running, finding = examine(assignment, tier, limits)
    start = fork = pace = None
    if running is not None:
        try:
            start, fork, pace = running.start_seconds, fork_seconds(running, limits), running.pace
        finally:
            running.close()
    reason = "" if finding.holds else finding.reason
    return TierFound(
        tier.name, parts_of(tier), finding.holds, reason, len(ATTEMPTS), finding.escapes,
        running is not None, start, fork, pace,
    )  # fmt: skip


def parts_of(tier: Tier) -> str:
    """What a tier consists of, in words."""
    parts = {"bubblewrap": tier.bubblewrap, "Landlock and seccomp": tier.landlock, "another user": tier.other_user}
    return ", ".join(name for name, present in parts.items() if present)


def fork_seconds(running: ForkServer, limits: Limits) -> float:
    """The median time from asking for a process to its first answer."""
    submission = Submission("doctor", "modules", (Source("data.py", ""),))
    taken = []
    for _ in range(FORKS):
        began = time.monotonic()
        fork = Fork(running, limits)
        try:
            fork.hand_over(submission, began + START_SECONDS)
            taken.append(time.monotonic() - began)
        finally:
            fork.end()
    return median(taken)


def look_at_machine() -> Machine:
    """Collect the facts; none of them decides anything."""
    return Machine(
        kernel=f"{platform.system()} {platform.release()}",
        administrator=os.geteuid() == 0,
        bubblewrap=bubblewrap_version(),
        landlock_abi=landlock_abi(),
        seccomp_instructions=seccomp_instructions(),
        bsdtar=unpacking.version(),
    )


def bubblewrap_version() -> str:
    """What `bwrap --version` says, looked for on the PATH of fork servers."""
    program = shutil.which("bwrap", path=fork_server.environment([])["PATH"])
    if program is None:
        return ""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10)
    return done.stdout.removeprefix("bubblewrap").strip() or "unknown"


def landlock_abi() -> int:
    """The version of Landlock that the kernel offers, 0 for none."""
    if platform.system() != "Linux":
        return 0
    try:
        return kernel.landlock_abi()
    except OSError:
        return 0


def seccomp_instructions() -> int:
    """The length of the filter, 0 where it cannot be made."""
    try:
        return len(seccomp.program()) // 8
    except (ImportError, RuntimeError):
        return 0


def describe(limits: Limits) -> tuple[Limit, ...]:
    """The limits by name, in the order of their record."""
    return tuple(Limit(f.name, getattr(limits, f.name), MEANINGS.get(f.name, "")) for f in fields(limits))


def advice(machine: Machine, found: tuple[TierFound, ...]) -> tuple[str, ...]:
    """What to do, the most useful first; nothing where the best tier holds."""
    if found[0].holds:
        return ()
    lines = []
    if not machine.seccomp_instructions:
        lines.append("Install libseccomp (Debian: apt-get install libseccomp2): no tier holds without it.")
    if not machine.landlock_abi:
        lines.append("Use a kernel with Landlock (5.13 or newer, landlock in its lsm= list): no tier holds without it.")
    if not machine.bubblewrap:
        lines.append("Install bubblewrap (Debian: apt-get install bubblewrap): without it there are no namespaces.")
    if not lines:
        lines.append(
            "Let bubblewrap make namespaces: a container needs the capability SYS_ADMIN and a seccomp profile that "
            "allows mount and unshare; an ordinary user needs unprivileged user namespaces (user.max_user_namespaces)."
        )
    if not any(tier.holds for tier in found):
        if not machine.administrator:
            lines.append("Or grade as root: the second tier needs no namespaces, but another user for submissions.")
        lines.append("Until then `aelab grade` refuses; --trust-submissions grades without isolation.")
    return tuple(lines)
