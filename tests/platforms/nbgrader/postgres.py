"""A PostgreSQL server for tests: from Debian's packages, on a free port on loopback, ended with the test run."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

PASSWORD = "not-to-be-shown"
USER = "postgres"  # the server refuses to run as root, and Debian's package makes this user
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int

    def url(self, database: str) -> str:
        """The address of a database, as an instructor writes it."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template1") -> str:
        """A new database that begins as a copy of `template`, by its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)


def programs() -> Path | None:
    """The folder of the newest server that is installed, None without one."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def running() -> Iterator[Server]:
    """A server with an empty cluster of its own."""
    found = programs()
    assert found is not None, "these tests need a PostgreSQL server: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))  # a folder of pytest's is closed to other users
    account = {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        (folder / "password").write_text(PASSWORD)
        if account:
            for path in (folder, folder / "password"):
                shutil.chown(path, USER, USER)
        _initialise(found, folder, account)
        with _serving(found, folder, account) as port:
            yield Server(port)
    finally:
        shutil.rmtree(folder)


def _initialise(found: Path, folder: Path, account: dict) -> None:
    subprocess.run(
        [found / "initdb", "--pgdata", folder / "data", "--username", USER, "--pwfile", folder / "password",
         "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"],
        check=True, cwd=folder, capture_output=True, text=True, **account,
    )  # fmt: skip


@contextmanager
def _serving(found: Path, folder: Path, account: dict) -> Iterator[int]:
    port = free_port()
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [found / "postgres", "-D", folder / "data", *options], cwd=folder, stdout=log, stderr=log, **account
        )
    try:
        _wait_until_ready(server, Server(port), folder / "log")
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # ends what is connected, too
        server.wait(60)


def _wait_until_ready(process: subprocess.Popen, server: Server, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        else:
            return


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
