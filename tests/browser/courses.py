"""A course with one half-finished submission, and a Jupyter server on loopback that holds it."""

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from playwright.sync_api import Page

from grader.autoencoders.assignment import ASSIGNMENT
from grader.engine.cache import VARIABLE
from grader.platforms.nbgrader.course_folder import write_course

STUDENT, SOLVED_PART = "emmy", "data"
TOKEN = "for-the-tests-only"
PATIENCE = 60  # seconds until the server answers


@dataclass(frozen=True)
class Server:
    """A running Jupyter server: where it listens, and the folder that it shows."""

    address: str
    folder: Path

    def open(self, page: Page, path: str) -> None:
        """Log in with the token, as a person does, and show a page."""
        page.goto(f"{self.address}/login?token={TOKEN}")
        page.goto(f"{self.address}/{path}")


def make_course(folder: Path) -> Path:
    """The course folder of the lab, its assignment generated, with a submission that solves the first part only."""
    write_course(ASSIGNMENT, folder)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", ASSIGNMENT.name, "--create"]
    subprocess.run(command, cwd=folder, env=environment(folder), check=True, capture_output=True)
    source, released = (folder / room / ASSIGNMENT.name / ASSIGNMENT.notebook for room in ("source", "release"))
    answers = {cell.id: cell.source for cell in nbformat.read(source, as_version=4).cells}
    handed_in = nbformat.read(released, as_version=4)
    for cell in handed_in.cells:
        if cell.id.startswith(f"{SOLVED_PART}-"):
            cell.source = answers[cell.id]
    target = folder / "submitted" / STUDENT / ASSIGNMENT.name / ASSIGNMENT.notebook
    target.parent.mkdir(parents=True)
    nbformat.write(handed_in, target)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """The variables of this process, but with Jupyter's settings and the cache of results beside the course."""
    private = folder.with_name(f"{folder.name}-private")
    private.mkdir(exist_ok=True)
    own = {
        name: str(private / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    return os.environ | own | {"PATH": path, "IPYTHONDIR": str(private), VARIABLE: str(private / "measured.sqlite")}


def _ask_nothing(variables: dict[str, str]) -> None:
    """Settings of JupyterLab under which it neither asks for nor fetches news."""
    settings = Path(variables["JUPYTER_CONFIG_DIR"]) / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    settings.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": quiet}))


@contextmanager
def jupyter(folder: Path) -> Iterator[Server]:
    """JupyterLab with nbgrader's formgrader, in the folder, on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    options += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    options += ["--LabApp.extension_manager=readonly"]
    variables = environment(folder)
    _ask_nothing(variables)
    command = [sys.executable, "-m", "jupyterlab", *options]
    with (folder.with_name("jupyter.log")).open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log)
        try:
            server = Server(f"http://127.0.0.1:{port}", folder)
            _wait_until_it_answers(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_until_it_answers(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{server.address}/api/status?token={TOKEN}", timeout=2).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    log = server.folder.with_name("jupyter.log").read_text(errors="replace")
    raise RuntimeError(f"Jupyter did not answer within {PATIENCE} s:\n{log[-2000:]}")
