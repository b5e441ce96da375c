"""A busy machine makes a run slower, and changes no record."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.assignment import Assignment
from grader.core.limits import Limits
from grader.core.outcomes import Report
from grader.engine.backends import LocalBackend
from grader.engine.run import RunConfig, grade_class
from grader.isolation import tiers
from grader.isolation.pool import Pool
from grader.submissions.handed_in import HandedIn
from tests.isolation.light_server import light_server
from tests.isolation.probing import busy, on_one_core
from tests.second_lab import installed, solved, write

LIMITS = Limits(import_seconds=0.5, call_seconds=0.5, sleep_seconds=3.0)
LAST_LINES = {
    "right": "import time\nwhile time.process_time() < 0.25:\n    pass\n",
    "endless": "def design_matrix(*_, **__):\n    while True:\n        pass\n",
    "asleep": "import time\ndef design_matrix(*_, **__):\n    time.sleep(300)\n",
}


@pytest.fixture
def lab01() -> Iterator[Assignment]:
    with installed() as assignment:
        yield assignment


@pytest.fixture
def submissions(lab01: Assignment, tmp_path: Path) -> list[HandedIn]:
    """Right but slow to import, endless, and asleep."""
    texts = solved(lab01)
    return [
        HandedIn(name, write(tmp_path / name, {file: f"{text}\n{lines}" for file, text in texts.items()}), name)
        for name, lines in LAST_LINES.items()
    ]


def graded(
    assignment: Assignment, submissions: list[HandedIn], load: AbstractContextManager[None]
) -> tuple[list[Report], float]:
    """Reports without their times, and the seconds that the run took, under a load, once its fork servers ran."""
    servers = [light_server(assignment, tiers.best(), LIMITS) for _ in range(2)]
    pool = Pool(servers)
    backend = LocalBackend(assignment, pool)
    config = RunConfig(assignment, submissions, assignment.select(["evaluation"]), 7, LIMITS)
    try:
        for server in servers:
            server.start()
        with load:
            began = time.monotonic()
            reports = grade_class(config, lambda: backend, backend.tier)
            return [_timeless(report) for report in reports], time.monotonic() - began
    finally:
        backend.stop()
        pool.close()


def _timeless(report: Report) -> Report:
    checks = tuple(replace(check, seconds=0.0) for check in report.checks)
    return replace(report, checks=checks, seconds=0.0, graded=replace(report.graded, at=""))


def test_the_records_are_those_of_a_quiet_machine(lab01: Assignment, submissions: list[HandedIn]) -> None:
    """Beside eight spinning processes on one core, the right one has all points, and two fail for the same cause."""
    quiet, _ = graded(lab01, submissions, nullcontext())
    with on_one_core():
        loaded, seconds = graded(lab01, submissions, busy(8))
    assert seconds > 3.0
    assert loaded == quiet
    codes = {report.submission: {check.code for check in report.checks} for report in quiet}
    assert codes["endless"] == {"process.timeout"}
    assert codes["asleep"] == {"process.slept"}
    assert {report.submission: report.score for report in quiet} == {"right": 7.0, "endless": 0.0, "asleep": 0.0}
