"""A Jupyter server on loopback with nbgrader's buttons Autograde and Validate, pressed as a browser does."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from grader.autoencoders.assignment import ASSIGNMENT
from tests.command import PACKAGES

from .postgres import free_port

SYSTEM_PATH = "/usr/bin:/bin"
SECONDS_TO_START = 120
SECONDS_TO_GRADE = 1800


@dataclass
class Formgrader:
    """A server that runs, and a browser with its cookies."""

    address: str
    token: str
    process: subprocess.Popen
    log: Path
    browser: requests.Session = field(default_factory=requests.Session)

    def open(self) -> requests.Response:
        """Log in with the token, as the address that Jupyter prints does; the page sets the cookies."""
        return self.browser.get(f"{self.address}/formgrader", params={"token": self.token}, timeout=60)

    def submitted(self) -> list[str]:
        """The students that the page lists as submitted, in its order."""
        found = self.browser.get(f"{self.address}/formgrader/api/submissions/{ASSIGNMENT.name}", timeout=60)
        found.raise_for_status()
        return [each["student"] for each in found.json() if each["submitted"]]

    def press(self, student: str, *, as_a_page_does: bool = True) -> requests.Response:
        """The Autograde button of a student; formgrade.js sends the cookie `_xsrf` back in a header."""
        headers = {"X-CSRFToken": self.browser.cookies["_xsrf"]} if as_a_page_does else {}
        place = f"{self.address}/formgrader/api/submission/{ASSIGNMENT.name}/{student}/autograde"
        return self.browser.post(place, headers=headers, timeout=SECONDS_TO_GRADE)

    def validate(self, notebook: str) -> dict[str, Any]:
        """What the button Validate above a notebook is answered; the path is that below the server's folder."""
        headers = {"X-CSRFToken": self.browser.cookies["_xsrf"]}
        place = f"{self.address}/assignments/validate"
        answer = self.browser.post(place, params={"path": notebook}, headers=headers, timeout=SECONDS_TO_GRADE)
        answer.raise_for_status()
        return dict(answer.json())

    def autograde(self, student: str) -> dict[str, Any]:
        """What the button's request answers."""
        answer = self.press(student)
        answer.raise_for_status()
        return dict(answer.json())


@contextmanager
def serving(course: Path, **environment: str) -> Iterator[Formgrader]:
    """`jupyter server` started in the course folder, where the environment was not activated."""
    port, token = free_port(), secrets.token_hex(16)
    options = {"ip": "127.0.0.1", "port": port, "port_retries": 0, "open_browser": False, "allow_root": True}
    words = [f"--ServerApp.{name}={value}" for name, value in options.items()]
    own = {"PATH": SYSTEM_PATH, "PYTHONPATH": PACKAGES, "JUPYTER_TOKEN": token}
    own |= {f"JUPYTER_{kind}_DIR": f"{course}.jupyter" for kind in ("CONFIG", "DATA", "RUNTIME")}  # not the user's
    with (course.parent / f"{course.name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *words],
            cwd=course,
            env=os.environ | own | environment,
            stdout=log,
            stderr=log,
        )
    formgrader = Formgrader(f"http://127.0.0.1:{port}", token, process, Path(log.name))
    try:
        _wait_until_open(formgrader)
        yield formgrader
    finally:
        formgrader.browser.close()
        process.terminate()
        process.wait(60)


def _wait_until_open(formgrader: Formgrader) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            formgrader.open().raise_for_status()
        except requests.ConnectionError:
            assert formgrader.process.poll() is None, formgrader.log.read_text()
            assert time.monotonic() < deadline, formgrader.log.read_text()
            time.sleep(0.2)
        else:
            return
