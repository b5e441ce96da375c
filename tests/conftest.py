"""Fixtures that several folders of tests share, and which tests are left out where a machine lacks what they need."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.cli.main import main
from grader.core.limits import Limits
from grader.engine.cache import VARIABLE
from grader.isolation import tiers
from grader.isolation.choice import examine, find_tier
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.isolation.view import ROOT
from tests.command import STAND_INS, Aelab, Run
from tests.isolation.light_server import light_server
from tests.isolation.probing import Open, submission
from tests.small_mnist import SmallMnist, write_small_mnist

HERE = Path(__file__).parent
sys.path.insert(0, str(STAND_INS))
PREPARED_MNIST = Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser() / "mnist" / "3.0.1"
FULL_MNIST_IS_HERE = (PREPARED_MNIST / "dataset_info.json").is_file()

IS_ROOT = os.geteuid() == 0
TIERS = ("best", "second") if IS_ROOT else ("best",)  # only root can grade under another user

collect_ignore = [
    "browser",  # asked for by its name, by `make test-browser`
    "platforms/nbgrader/test_postgres.py",  # by `make test-postgres`, which starts a server
    *([] if FULL_MNIST_IS_HERE else ["grading/test_full_mnist.py"]),
    *([] if IS_ROOT else ["isolation/test_users.py"]),
]


FOLDERS = ("isolation", "platforms", "grading", "corpus", "unit")  # the longest first, so that no core waits at the end
LONGEST = ("test_sample_class", "test_attacks")  # minutes; the first has two processes of its own


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by what files and folders cost: pytest-xdist hands files out in the order in which they come."""
    order = {name: place for place, name in enumerate((*LONGEST, *FOLDERS))}

    def place(item: pytest.Item) -> int:
        return order.get(item.path.stem, order.get(item.path.relative_to(HERE).parts[0], len(order)))

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out by file, and what a file has for the second tier by itself: the attacks take minutes on each."""
    from xdist.scheduler import LoadFileScheduling

    class ByFileAndTier(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return super()._split_scope(nodeid) + "[second" * ("[second" in nodeid)

    return ByFileAndTier(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fresh-results", action="store_true", help="Measure all that earlier runs of the tests measured."
    )


def pytest_report_header() -> list[str]:
    """Whether the tests on all 70,000 digits and those that need root are part of this run."""
    if FULL_MNIST_IS_HERE:
        digits = str(PREPARED_MNIST)
    else:
        digits = f"not in {PREPARED_MNIST}, test_full_mnist.py is left out (`aelab data import` prepares it)"
    who = "all of them" if IS_ROOT else "the best one; the second, and test_users.py, need root"
    return [f"full MNIST: {digits}", f"tiers of isolation: {who}"]


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Results and logs of tests are not the user's. Results last until something changes that they depend on."""
    own = tmp_path_factory.getbasetemp()
    of_this_run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own  # the processes of a run share it
    folder = of_this_run if request.config.getoption("fresh_results") else ROOT / "build" / "test-cache"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(VARIABLE, str(folder / "measured.sqlite"))
        patched.setenv("XDG_STATE_HOME", str(own / "state"))
        patched.setenv("PYTHONPATH", str(STAND_INS))
        yield


@pytest.fixture
def aelab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Aelab:
    """Run the command in this process."""

    def run(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["aelab", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Run(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def server() -> Iterator[ForkServer]:
    """A fork server of the best tier that this machine has."""
    found, _ = find_tier(ASSIGNMENT, Limits())
    yield found
    found.close()


@pytest.fixture(scope="session")
def second_server() -> Iterator[ForkServer]:
    """A fork server of the second tier; root only."""
    found, finding = examine(ASSIGNMENT, tiers.second(), Limits())
    assert found is not None, finding.reason
    yield found
    found.close()


@pytest.fixture(params=TIERS)
def each_full_server(request: pytest.FixtureRequest) -> ForkServer:
    """One fork server of every tier that can be had."""
    return request.getfixturevalue("server" if request.param == "best" else "second_server")


@pytest.fixture(scope="session")
def light_best() -> Iterator[ForkServer]:
    """A fork server of the best tier without TensorFlow."""
    found = light_server(ASSIGNMENT, tiers.best())
    yield found
    found.close()


@pytest.fixture(scope="session")
def light_second() -> Iterator[ForkServer]:
    """A fork server of the second tier without TensorFlow; root only."""
    found = light_server(ASSIGNMENT, tiers.second())
    yield found
    found.close()


@pytest.fixture(params=TIERS)
def each_server(request: pytest.FixtureRequest) -> ForkServer:
    """One fork server of every tier that can be had, without TensorFlow: processes are the same with and without."""
    return request.getfixturevalue("light_best" if request.param == "best" else "light_second")


@pytest.fixture
def open_channel(each_server: ForkServer) -> Iterator[Open]:
    """Open channels to submissions of one module, under every tier; they are closed after the test."""
    opened: list[ProcessChannel] = []

    def open_it(source: str, **limits: float) -> ProcessChannel:
        opened.append(ProcessChannel(submission(source), each_server, Limits(**limits)))
        return opened[-1]

    yield open_it
    for channel in opened:
        channel.close()


@pytest.fixture
def small_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallMnist:
    """Four small files that the grader and TFDS take for the official ones."""
    import tensorflow_datasets as tfds

    small = write_small_mnist(tmp_path / "idx")
    monkeypatch.setattr("grader.autoencoders.mnist_import.OFFICIAL_FILES", small.files)
    monkeypatch.setattr(tfds.image_classification.mnist, "_TRAIN_EXAMPLES", len(small.train_labels))
    monkeypatch.setattr(tfds.image_classification.mnist, "_TEST_EXAMPLES", len(small.test_labels))
    return small


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No host has an address, as on a machine without a network."""

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
