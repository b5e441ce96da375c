"""The canary: a submission of the grader's own that tries what no submission may do, and reports what it could do.

Its text is sent like any submission's, so it is confined like any submission. It imports nothing of the grader.
"""

import os
import resource
import socket
from collections.abc import Callable
from functools import partial
from importlib import resources
from pathlib import Path

import numpy as np


def attempt(
    _: object, secrets: list[str], outside: str, process: int, environment: str, limits: dict[str, int]
) -> np.ndarray:
    """1.0 for every attempt of ATTEMPTS that succeeded, float32 (len(ATTEMPTS),).

    secrets: files and folders that exist outside. outside: a folder that anyone may write to. process: the number of
    the deciding process. environment: one of its variables. limits: the policy's processes, open_files and file_bytes.
    """
    tries: dict[str, Callable[[], object]] = {
        "read what is secret": lambda: _read_any(secrets),
        "write outside its scratch folder": lambda: (Path(outside) / "canary").write_text("x"),
        "see other processes": lambda: Path(f"/proc/{process}/environ").read_bytes(),
        "signal other processes": lambda: os.kill(process, 0),
        "open a network socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "open a local socket": lambda: socket.socketpair(),
        "be the administrator": lambda: os.setuid(0),
        "read the grader's environment": lambda: os.environ[environment],
        "use inherited descriptors": lambda: _open_descriptors()[1],  # one is the connection itself
        "start any number of processes": lambda: _unlimited(resource.RLIMIT_NPROC, limits["processes"]),
        "open any number of files": lambda: _unlimited(resource.RLIMIT_NOFILE, limits["open_files"]),
        "write files of any size": lambda: _unlimited(resource.RLIMIT_FSIZE, limits["file_bytes"]),
        "take over new privileges": lambda: _may_gain_privileges(),
    }
    return np.array([_could(tries[name]) for name in ATTEMPTS], np.float32)


ATTEMPTS = (
    "read what is secret", "write outside its scratch folder", "see other processes", "signal other processes",
    "open a network socket", "open a local socket", "be the administrator", "read the grader's environment",
    "use inherited descriptors", "start any number of processes", "open any number of files",
    "write files of any size", "take over new privileges",
)  # fmt: skip


def works(_: object, packages: list[str]) -> np.ndarray:
    """1.0 if what submissions need is there: a writable scratch folder, TensorFlow, packages of data. float32 ()."""
    import tensorflow as tf

    Path("canary").write_text("x")
    total = float(tf.reduce_sum(tf.ones((2, 2)) @ tf.ones((2, 2))))
    data = [path for name in packages for path in resources.files(name).iterdir() if path.is_file()]
    return np.array(total == 8 and all(path.read_bytes() for path in data), np.float32)


def _could(act: Callable[[], object]) -> bool:
    try:
        act()
    except (OSError, LookupError):
        return False
    return True


def _read(path: Path) -> object:
    return list(path.iterdir()) if path.is_dir() else path.read_bytes()


def _read_any(paths: list[str]) -> None:
    if not any(_could(partial(_read, Path(path))) for path in paths):
        raise PermissionError


def _open_descriptors() -> list[int]:
    return [number for number in range(3, 512) if _could(partial(os.fstat, number))]


def _unlimited(what: int, limit: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY and hard <= limit:
        raise PermissionError


def _may_gain_privileges() -> None:
    """Nothing can clear no_new_privs, so the flag tells."""
    status = Path("/proc/self/status").read_text()
    if "NoNewPrivs:\t1" in status:
        raise PermissionError
