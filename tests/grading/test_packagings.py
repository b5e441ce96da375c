"""One work, one record: whatever a submission is wrapped in, it is graded as the plain folder of its work."""

from pathlib import Path

from rich.console import Console

from benchmarks.one_work.packagings import differences, graded
from grader.autoencoders.assignment import ASSIGNMENT
from grader.engine.backends import SynchronousBackend
from grader.isolation.fork_server import ForkServer
from tests.submissions.packaging import WORKS, Packaging, spread

PARTS = ("data", "pictures")  # without a training


def test_a_work_is_graded_the_same_in_every_packaging(tmp_path: Path, server: ForkServer) -> None:
    """A few of the sixty that `make graded-packagings` grades with two more parts; solved, half done or wrong."""
    backend = SynchronousBackend(ASSIGNMENT, server)
    reports = graded(spread(8), PARTS, backend, tmp_path, Console(quiet=True), alone=False)
    assert differences(reports) == []
    assert [reports[Packaging(work)].score for work in WORKS] == [12.0, 6.0, 8.0]
