"""A Dask cluster on this machine grades like this machine alone, and never under other terms than its reports say."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster
from distributed.security import Security

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Installed
from grader.core.limits import Limits
from grader.core.outcomes import Outcome, Report, Status
from grader.engine import dask_backend
from grader.engine import run as run_loop
from grader.engine.backends import ClusterError, ClusterLost, LazyBackend
from grader.engine.cache import Cache
from grader.engine.dask_backend import DaskBackend, dask_backends
from grader.engine.run import RunConfig, grade_class, grade_one
from grader.isolation.fork_server import ForkServer
from grader.isolation.view import ROOT
from grader.render.results_folder import ResultsFolder
from grader.submissions.handed_in import HandedIn
from tests.platforms.nbgrader.postgres import free_port
from tests.played_class import RecordingObserver

RIGHT = """
import time
import tensorflow as tf
{more}

def normalize(image, label):
    return tf.cast(image, tf.float32) / 255.0
"""
CHECKS = ASSIGNMENT.select(["data.normalize_scales_to_unit_interval"])
NAMES = [f"student{n}" for n in range(4)]


@pytest.fixture(scope="module")
def local_cluster() -> Iterator[LocalCluster]:
    """Two workers with one thread each, in processes of their own."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, protocol="tcp://") as found:
        yield found


class Losing(RecordingObserver):
    """Loses something two seconds after the first part was handed to the cluster."""

    def __init__(self, lose: Callable[[], object]):
        super().__init__()
        self.timer = threading.Timer(2, lose)

    def task_starts(self, name: str, part: str) -> None:
        if self.timer.ident is None:
            self.timer.start()


def grade(folder: Path, address: str, more: str = "", observer: RecordingObserver | None = None) -> list[Report]:
    for name in NAMES:
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "data.py").write_text(RIGHT.format(more=f"# {name}\n{more}"))
    cache = Cache(folder / "cache.sqlite")
    with LazyBackend(cache, address, dask_backends(ASSIGNMENT, address, False, lambda text: None)) as backend:
        config = RunConfig(ASSIGNMENT, [HandedIn(name, folder / name, name) for name in NAMES], CHECKS, 7, Limits())
        return grade_class(config, backend, backend.tier, cache, observer, ResultsFolder(ASSIGNMENT, folder / "out"))


def test_a_cluster_gives_the_reports_that_this_machine_gives(
    tmp_path: Path, local_cluster: LocalCluster, server: ForkServer
) -> None:
    """Scores, outcomes, evidence, and the tier."""
    reports = grade(tmp_path, local_cluster.scheduler_address)
    for report in reports:
        here = grade_one(
            RunConfig(
                ASSIGNMENT,
                [HandedIn(report.submission, tmp_path / report.submission, report.student)],
                CHECKS,
                7,
                server.limits,
            ),
            server,
        )
        assert (report.score, report.status, report.isolation) == (2.0, Status.GRADED, here.isolation)
        assert [(c.outcome, c.evidence) for c in report.checks] == [(c.outcome, c.evidence) for c in here.checks]


def test_workers_are_left_unprofiled(local_cluster: LocalCluster) -> None:
    """Dask's profiler, which may stop a worker for ever, runs on none of them once they measure."""
    with Client(local_cluster, set_as_default=False) as client:
        DaskBackend(client, ASSIGNMENT, trusted=False)
        time.sleep(0.5)  # it ends in the worker's own loop
        running = client.run(lambda dask_worker: dask_worker.periodic_callbacks["profile"].is_running())
    assert list(running.values()) == [False, False]


def test_a_worker_that_is_lost_costs_nobody_a_point(tmp_path: Path, local_cluster: LocalCluster) -> None:
    """Killed while it measures: its tasks are measured elsewhere, or again."""

    def kill_one() -> None:
        with Client(local_cluster, set_as_default=False) as client:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    observer = Losing(kill_one)
    reports = grade(tmp_path, local_cluster.scheduler_address, "time.sleep(2)", observer)
    observer.timer.join()
    assert [(report.score, report.status) for report in reports] == [(2.0, Status.GRADED)] * len(NAMES)


def test_workers_on_other_terms_are_refused(local_cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of the grader, and another tier than the first worker's; each is named."""
    with Client(local_cluster, set_as_default=False) as client:
        client.wait_for_workers(2)
        with monkeypatch.context() as patched:
            patched.setattr(dask_backend, "environment", lambda: "Python 2.7")
            with pytest.raises(ClusterError, match=r"the worker tcp://.* has another version of the grader"):
                DaskBackend(client, ASSIGNMENT, trusted=False)
        found = client.run(dask_backend.terms_here, Installed(ASSIGNMENT.name), False)
        first, second = found
        mixed = found | {second: ("landlock+user", "worse", found[second][2])}
        monkeypatch.setattr(client, "run", lambda *_: {first: found[first], second: mixed[second]})
        with pytest.raises(ClusterError, match=rf"{second} isolates with landlock\+user, the first one"):
            DaskBackend(client, ASSIGNMENT, trusted=False)


def test_a_worker_that_joins_later_on_other_terms_measures_nothing(tmp_path: Path, local_cluster: LocalCluster) -> None:
    """The result is an error of ours that names the worker, never a zero."""
    address = local_cluster.scheduler_address
    cache = Cache(tmp_path / "cache.sqlite")
    (tmp_path / "data.py").write_text(RIGHT.format(more=""))

    def start(exit_stack: ExitStack) -> DaskBackend:
        backend = dask_backends(ASSIGNMENT, address, False, lambda text: None)(exit_stack)
        assert isinstance(backend, DaskBackend)
        find, trusted, tier, _ = backend._terms
        backend._terms = (find, trusted, tier, "another version")
        return backend

    with LazyBackend(cache, address, start) as backend:
        config = RunConfig(ASSIGNMENT, [HandedIn("ada", tmp_path, "ada")], CHECKS, 7, Limits())
        (report,) = grade_class(config, backend, backend.tier, cache)
    assert report.status is Status.ERROR
    assert {check.outcome for check in report.checks} == {Outcome.ERROR}
    assert "has another version of the grader" in report.message


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for long."""
    monkeypatch.setattr(dask_backend, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(dask_backend, "WORKER_SECONDS", 1.0)
    monkeypatch.setattr(run_loop, "LOOK_SECONDS", 0.5)


@pytest.mark.usefixtures("hasty")
def test_a_scheduler_that_is_lost_is_one_line(tmp_path: Path) -> None:
    """Killed while tasks are measured: nobody gets a report of it."""
    address = f"tcp://127.0.0.1:{free_port()}"
    with (
        running("distributed.cli.dask_scheduler", "--host", address, "--no-dashboard") as scheduler,
        running("distributed.cli.dask_worker", address, "--no-dashboard", "--nthreads", "1", "--death-timeout", "10"),
    ):
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(1, timeout=60)
        with pytest.raises(ClusterLost, match=f"the Dask scheduler at {address} is gone"):
            grade(tmp_path, address, "time.sleep(40)", Losing(scheduler.kill))
    assert list(tmp_path.glob("out/*/report.json")) == []


@contextmanager
def running(*command: str, **variables: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A module that runs as a program within the block, with these variables in its environment."""
    program = subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, **variables},
    )  # fmt: skip
    try:
        yield program
    finally:
        program.terminate()
        program.wait(30)


def certificates(folder: Path) -> Path:
    """Dask's configuration with new certificates, made in a folder by the commands of the guide."""
    guide = (ROOT / "docs" / "scaling.md").read_text()
    commands = next(block for block in re.findall(r"```\n(.*?)```", guide, re.DOTALL) if "openssl" in block)
    folder.mkdir()
    subprocess.run(["bash", "-euc", commands], cwd=folder, check=True, capture_output=True)
    return folder / "tls" / "dask.yaml"


def security_of(config: Path) -> Security:
    """What a client takes of Dask's configuration."""
    files = dask.config.collect([str(config)])["distributed"]["comm"]["tls"]
    own = {f"tls_client_{kind}": file for kind, file in files["client"].items()}
    return Security(require_encryption=True, tls_ca_file=files["ca-file"], **own)


def test_the_guide_s_certificates_keep_others_out(tmp_path: Path) -> None:
    """A client with them gets in; one with others of its own making, or with none, does not."""
    config, address = certificates(tmp_path / "ours"), f"tls://127.0.0.1:{free_port()}"
    assert config.parent.stat().st_mode & 0o777 == 0o700
    with running("distributed.cli.dask_scheduler", "--host", address, "--no-dashboard", DASK_CONFIG=str(config)):
        with Client(address, security=security_of(config), timeout=60, set_as_default=False) as client:
            assert client.run_on_scheduler(os.getpid) > 0
        stranger = security_of(certificates(tmp_path / "stranger"))
        for other, security in ((address, stranger), (address.replace("tls", "tcp"), Security())):
            with pytest.raises(OSError), Client(other, security=security, timeout=3, set_as_default=False):  # noqa: PT011 - Dask has one type for all of them
                pass


def test_where_there_is_no_scheduler_the_line_says_so() -> None:
    """With its address, and at once: nobody waits for what nothing answers at."""
    before = time.monotonic()
    refused = r"there is no Dask scheduler at tcp://127\.0\.0\.1:9: Connection refused"
    with ExitStack() as exit_stack, pytest.raises(ClusterError, match=refused):
        dask_backends(ASSIGNMENT, "tcp://127.0.0.1:9", False, lambda text: None)(exit_stack)
    assert time.monotonic() - before < 5


@pytest.mark.usefixtures("hasty")
def test_a_cluster_without_workers_is_one_line(tmp_path: Path, local_cluster: LocalCluster) -> None:
    """All are gone, as at the end of a batch job: the run ends, and does not wait for ever. The last test of these."""
    observer = Losing(lambda: local_cluster.scale(0))
    with pytest.raises(ClusterLost, match="has had no workers for 1 seconds") as lost:
        grade(tmp_path, local_cluster.scheduler_address, "time.sleep(40)", observer)
    observer.timer.join()
    assert "the same command goes on from there" in str(lost.value)
