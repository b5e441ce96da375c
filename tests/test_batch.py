"""A class: everyone gets a report, in order, whatever one of them does to the grader."""

import csv
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import batch
from grader.batch import Job, OutputNotWritable, grade_all, prepare_output
from grader.isolation import tiers
from grader.isolation.pool import Pool
from grader.isolation.view import view_of
from grader.isolation.worker import Worker
from grader.limits import Limits
from grader.outcomes import CheckResult, Outcome, Report, Status
from grader.registry import Check, select

NAMES = ("ada", "bob", "carl", "dora")


class Watcher:
    """Notes what it is told."""

    def __init__(self):
        self.heard: list[tuple[str, str]] = []

    def submission_starts(self, name: str) -> None:
        self.heard.append(("starts", name))

    def check_starts(self, name: str, check: Check) -> None:
        self.heard.append((check.id, name))

    def submission_ends(self, report: Report) -> None:
        self.heard.append(("ends", report.submission))


Grade = Callable[[str, Worker], None]


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[Report], Watcher]]:
    """Grades a class; `act` is called in place of measuring, with the submission's name and its worker."""

    def run(act: Grade = lambda name, worker: None, workers: int = 1) -> tuple[list[Report], Watcher]:
        def played(
            name: str, path: Path, checks: tuple[Check, ...], seed: int, worker: Worker, progress: Any
        ) -> Report:
            progress(checks[0])
            act(name, worker)
            results = tuple(CheckResult(c.id, c.part, c.points, c.points, Outcome.PASSED, "") for c in checks)
            return Report(name, Status.GRADED, results, worker.tier.name, seed, 1.0)

        monkeypatch.setattr(batch, "grade_submission", played)
        pool = Pool(Worker(tiers.TRUSTED, view_of(), Limits()), workers)
        found = [(name, tmp_path / name) for name in NAMES]
        watcher = Watcher()
        return grade_all(Job(found, tmp_path / "out", select(["data"]), 7, pool, workers), watcher), watcher

    return run


def failing_for(name: str, error: BaseException) -> Grade:
    def act(who: str, worker: Worker) -> None:
        if who == name:
            raise error

    return act


def test_everyone_gets_a_report_in_the_order_of_the_class(graded: Any, tmp_path: Path) -> None:
    """Whoever is done first; records and tables are written."""
    reports, watcher = graded(workers=3)
    assert [report.submission for report in reports] == list(NAMES)
    for name in NAMES:
        assert json.loads((tmp_path / "out" / name / "report.json").read_text())["submission"] == name
        own = [what for what, who in watcher.heard if who == name]
        assert own == ["starts", select(["data"])[0].id, "ends"]
    with (tmp_path / "out" / "grades.csv").open() as file:
        assert [row["submission"] for row in csv.DictReader(file)] == list(NAMES)


def test_one_that_breaks_the_grader_is_our_error_and_the_rest_goes_on(graded: Any, tmp_path: Path) -> None:
    """All its checks say so, the instructor gets the traceback, and nobody else notices."""
    reports, _ = graded(failing_for("bob", RuntimeError("a bug of ours")), workers=2)
    by_name = {report.submission: report for report in reports}
    bob = by_name.pop("bob")
    assert bob.status is Status.ERROR
    assert bob.needs_attention
    assert "a bug of ours" in bob.message
    assert bob.isolation == "none"
    assert [c.id for c in bob.checks] == [c.id for c in select(["data"])]
    assert {c.outcome for c in bob.checks} == {Outcome.ERROR}
    assert "a bug of ours" not in bob.checks[0].message
    assert {report.status for report in by_name.values()} == {Status.GRADED}
    assert {report.score for report in by_name.values()} == {6.0}
    assert json.loads((tmp_path / "out" / "bob" / "report.json").read_text())["status"] == "error"


def test_each_submission_at_work_has_a_worker_of_its_own(graded: Any) -> None:
    """As many at once as there are workers, and never two with one, also after a failure."""
    busy: set[int] = set()
    lock, together = threading.Lock(), threading.Barrier(2)

    def act(name: str, worker: Worker) -> None:
        with lock:
            assert id(worker) not in busy
            busy.add(id(worker))
        together.wait(timeout=20)
        with lock:
            busy.remove(id(worker))
        if name in ("ada", "bob"):
            raise RuntimeError("ours")

    reports, _ = graded(act, workers=2)
    assert [report.status for report in reports] == [Status.ERROR] * 2 + [Status.GRADED] * 2


def test_the_instructor_can_stop_it(graded: Any, tmp_path: Path) -> None:
    """What was not begun is not begun any more; no tables are written over half a class."""
    begun: list[str] = []

    def act(name: str, worker: Worker) -> None:
        begun.append(name)
        if name != NAMES[0]:
            time.sleep(1)  # long enough to be told
        else:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        graded(act)
    assert len(begun) < len(NAMES)
    assert not (tmp_path / "out" / "grades.csv").exists()


def test_an_output_folder_is_tried_before_any_work(tmp_path: Path) -> None:
    """It is made with all above it, and left empty; what cannot be one is named."""
    prepare_output(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputNotWritable, match=r"cannot write to .*/file: File exists; choose another --out"):
        prepare_output(tmp_path / "file")
