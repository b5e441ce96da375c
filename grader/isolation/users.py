"""User numbers for submissions: no account has them, and no two submissions use one at the same time."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FIRST_UID = 1_879_000_000  # far above accounts, subordinate ids and systemd's dynamic users
COUNT = 256


@dataclass(frozen=True)
class User:
    """A user number that is taken for as long as its lock lives; the lock vanishes with this process."""

    uid: int
    lock: socket.socket

    def give_back(self) -> None:
        """Let another submission take the number."""
        self.lock.close()


def take_user() -> User:
    """The first free user number. Raises OSError when all are taken."""
    for uid in range(FIRST_UID, FIRST_UID + COUNT):
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0autoencoder-lab-user-{uid}")  # an abstract name: no file is left behind
        except OSError:
            lock.close()
            continue
        end_all_of(uid)  # a run that was killed may have left some
        if not processes_of(uid, also_dead=True):
            return User(uid, lock)
        lock.close()  # the dead that nobody waits for count as processes of their user
    raise OSError(f"all {COUNT} user numbers for submissions are in use")


def processes_of(uid: int, also_dead: bool = False) -> list[int]:
    """The processes of a user that can be seen from here. also_dead: those included that nobody has waited for."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it has just ended
                if entry.stat().st_uid == uid and (also_dead or _lives(entry)):
                    found.append(int(entry.name))
    return found


def _lives(process: Path) -> bool:
    """Whether any of its threads runs. A process that has ended stays in sight until its parent waits for it."""
    states = [stat.read_text().rpartition(")")[2].split()[0] for stat in process.glob("task/*/stat")]
    return any(state not in ("Z", "X") for state in states)


def end_all_of(uid: int, seconds: float = 10.0) -> None:
    """Kill the processes of a user until there are none. Raises TimeoutError.

    `kill(-1)` under that user's number reaches all of them at once, faster than they can fork.
    """
    deadline = time.monotonic() + seconds
    while processes_of(uid):
        _kill_all_as(uid)
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes of user {uid} do not end")
        time.sleep(0.01)


def _kill_all_as(uid: int) -> None:
    code = f"import os; u = {uid}; os.setresgid(u, u, u); os.setresuid(u, u, u); os.kill(-1, {signal.SIGKILL:d})"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=False, stderr=subprocess.DEVNULL)
