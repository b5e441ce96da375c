"""A run: everyone gets a report, in order, whatever one of them does to the grader; nothing is measured twice."""

import csv
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.outcomes import Outcome, Report, Status
from grader.engine.backends import ClusterLost
from grader.engine.cache import CacheError
from grader.engine.plan import SubmissionPlan, plan_of
from grader.engine.tasks import Task
from grader.render.results_folder import ResultsFolder
from grader.submissions.handed_in import HandedIn
from tests.played_class import NAMES, FakeBackend, PlayedClass, RecordingObserver


@pytest.fixture
def lab_class(tmp_path: Path) -> PlayedClass:
    return PlayedClass(tmp_path)


def test_everyone_gets_a_report_in_the_order_of_the_class(lab_class: PlayedClass) -> None:
    """Whoever is done first; records and tables are written."""
    reports = lab_class.grade_and_summarize()
    assert [report.submission for report in reports] == list(NAMES)
    assert [report.score for report in reports] == [6.0] * 4
    for name in NAMES:
        assert json.loads((lab_class.out / name / "report.json").read_text())["submission"] == name
        assert lab_class.observer.of(name) == ["starts", "measures", "measured", "ends"]
    with (lab_class.out / "grades.csv").open() as file:
        assert [row["submission"] for row in csv.DictReader(file)] == list(NAMES)


def test_a_part_that_could_not_be_measured_is_our_error_and_the_rest_goes_on(lab_class: PlayedClass) -> None:
    """Its checks say so, the instructor gets the reason, nobody else notices, and it is measured anew next time."""

    def act(task: Task) -> None:
        if "bob" in task.sources[0].text:
            raise RuntimeError("a bug of ours")

    by_name = {report.submission: report for report in lab_class.grade(FakeBackend(act=act))}
    bob = by_name.pop("bob")
    assert bob.status is Status.ERROR
    assert bob.needs_attention
    assert "a bug of ours" in bob.message
    assert [c.id for c in bob.checks] == [c.id for c in ASSIGNMENT.select(["data"])]
    assert {c.outcome for c in bob.checks} == {Outcome.ERROR}
    assert "a bug of ours" not in bob.checks[0].message
    assert {report.status for report in by_name.values()} == {Status.GRADED}
    assert json.loads((lab_class.out / "bob" / "report.json").read_text())["status"] == "error"
    again = FakeBackend()
    assert [report.score for report in lab_class.grade(again)] == [6.0] * 4
    assert len(again.asked) == 1


def test_what_got_no_core_is_measured_again_when_all_else_is_done(lab_class: PlayedClass) -> None:
    """Once, with nothing else beside it; then the score is that of a quiet machine."""
    seen: list[str] = []

    def starves(task: Task) -> bool:
        seen.append(task.sources[0].text)
        return "bob" in seen[-1] and len(seen) <= 4

    assert [report.score for report in lab_class.grade(FakeBackend(starves=starves))] == [6.0] * 4
    assert len(seen) == 5
    assert "bob" in seen[-1]


def test_what_never_gets_a_core_is_an_error_and_not_kept(lab_class: PlayedClass) -> None:
    """The instructor is told, no points are lost unseen, and the next run measures it."""
    backend = FakeBackend(starves=lambda task: "bob" in task.sources[0].text)
    bob = lab_class.grade(backend)[1]
    assert (bob.status, bob.needs_attention, len(backend.asked)) == (Status.ERROR, True, 5)
    again = FakeBackend()
    assert [report.score for report in lab_class.grade(again)] == [6.0] * 4
    assert len(again.asked) == 1


def test_a_submission_that_breaks_the_reader_is_our_error(
    lab_class: PlayedClass, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All of it, and the class goes on. The log has the traceback, the record the kind of error alone."""

    def read(*_: Any) -> None:
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr("grader.engine.plan.read_submission", read)
    for report in lab_class.grade():
        assert report.status is Status.ERROR
        assert report.message == "ZeroDivisionError while the submission was read"
        assert {c.outcome for c in report.checks} == {Outcome.ERROR}
    assert caplog.text.count("ZeroDivisionError: a bug of ours") == len(NAMES)


def test_submissions_are_read_while_others_are_looked_up(
    lab_class: PlayedClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call of the sandbox takes tens of milliseconds, in which this process does something else."""
    read = threading.Event()

    def plan(assignment: Assignment, handed_in: HandedIn, **others: Any) -> SubmissionPlan:
        if handed_in.name == NAMES[1]:
            read.set()
        return plan_of(assignment, handed_in, **others)

    monkeypatch.setattr("grader.engine.run.plan_of", plan)
    monkeypatch.setattr(RecordingObserver, "submission_starts", lambda *_: read.wait(30) or pytest.fail("not read"))
    assert [report.score for report in lab_class.grade()] == [6.0] * 4


def test_nothing_that_is_known_is_measured_again(lab_class: PlayedClass) -> None:
    """The same class gives the same records, byte for byte with their dates, and needs no backend at all."""
    first = lab_class.grade_and_summarize()
    records = {path: path.read_bytes() for path in lab_class.out.rglob("*") if path.is_file()}

    def nobody() -> FakeBackend:
        raise AssertionError("nothing has to be measured")

    time.sleep(1.1)  # dates are to the second
    again = lab_class.grade(tier="fake", open_backend=nobody)
    assert again == first
    ResultsFolder(ASSIGNMENT, lab_class.out).write_summaries(again)
    texts = {path: path.read_bytes() for path in records if path.suffix in (".json", ".csv", ".html")}
    assert texts == {path: raw for path, raw in records.items() if path in texts}


def test_what_changed_is_measured_again_with_what_depends_on_it(lab_class: PlayedClass) -> None:
    """A module's own part, and the parts that import it."""
    parts = ("data", "autoencoder", "upsampling", "classifier")
    for part in parts[1:]:
        text = "from .autoencoder import Autoencoder " if part == "upsampling" else ""
        lab_class.write("ada", f"{part}.py", f"{text}# 1")
    lab_class.grade(parts=parts)
    lab_class.write("ada", "autoencoder.py", "# 1 # another")
    backend = FakeBackend()
    lab_class.grade(backend, parts=parts)
    assert [task.part for task in backend.asked] == ["autoencoder", "upsampling"]


def test_equal_code_is_measured_once(lab_class: PlayedClass) -> None:
    """Also when both are graded at the same time; each has its own report."""
    for name in NAMES:
        lab_class.write(name, "data.py", "# 1")
    backend = FakeBackend()
    assert [report.score for report in lab_class.grade(backend)] == [6.0] * 4
    assert len(backend.asked) == 1


@pytest.mark.parametrize(
    "change", [{"seed": 8}, {"fresh": True}, {"parts": ["data.normalize_scales_to_unit_interval"]}]
)
def test_another_seed_or_choice_is_measured(lab_class: PlayedClass, change: dict[str, Any]) -> None:
    """What a result depends on is part of its key; `fresh` measures everything, once."""
    lab_class.grade()
    backend = FakeBackend()
    lab_class.grade(backend, **change)
    assert len(backend.asked) == 4


def test_results_of_another_tier_do_not_count(lab_class: PlayedClass) -> None:
    """A class begins under the tier of last time; where the machine has another one by now, all is looked up anew."""
    lab_class.grade(FakeBackend(tier="lower"))
    lab_class.write("dora", "data.py", "# 1 # new")
    backend = FakeBackend(tier="higher")
    reports = lab_class.grade(backend, tier="lower")
    assert {report.isolation for report in reports} == {"higher"}
    assert len(backend.asked) == 4
    assert lab_class.observer.heard.count(("class",)) == 2


INHERITS = "from .autoencoder import Autoencoder; class UpsamplingAutoencoder(Autoencoder): 0"
USES = "from .autoencoder import Autoencoder; class UpsamplingAutoencoder: Autoencoder"
OURS = "class Autoencoder(tf.keras.Model):"


def runs(task: Task) -> str:
    """The part, and whether the lab's own version of the earlier part is below it."""
    theirs = any("# 0.5" in source.text for source in task.sources)
    ours = any(OURS in source.text for source in task.sources)
    return f"{task.part}{' on theirs' * theirs}{' on ours' * ours}"


THEIRS, WITH_OURS = "upsampling on theirs", "upsampling on ours"


@pytest.mark.parametrize(
    ("text", "asked", "points", "told"),
    [
        (f"{INHERITS} # 1.0", [WITH_OURS], 10.0, True),
        (f"{INHERITS} # 0.25", [WITH_OURS, THEIRS], 2.5, False),
        (f"{USES} # 1.0", [THEIRS], 10.0, False),
        (f"{USES} # 0.25", [THEIRS, WITH_OURS], 2.5, False),
    ],
)
def test_a_mistake_in_an_earlier_part_costs_its_points_once(
    lab_class: PlayedClass, text: str, asked: list[str], points: float, told: bool
) -> None:
    """The later part is measured with the lab's own version of the earlier one as well, where that may earn more.

    First where its class inherits from the wrong one. Nothing that this run prints is in the report.
    """
    lab_class.write("ada", "autoencoder.py", "# 0.5")
    lab_class.write("ada", "upsampling.py", text)
    backend = FakeBackend()
    ada = lab_class.grade(backend, parts=("autoencoder", "upsampling"))[0]
    assert ada.part_scores() == {"autoencoder": (12.0, 24), "upsampling": (points, 10)}
    assert [runs(task) for task in backend.asked if text in {source.text for source in task.sources}] == asked
    assert ada.stdout == "autoencoder " + "upsampling " * (THEIRS in asked)
    assert ("Measured with the lab's own version of autoencoder in place of yours." in ada.checks[-1].message) == told
    heard = lab_class.observer.of("ada")
    assert heard == ["starts", "measures", "measured", *["measures"] * len(asked), "measured", "ends"]


def test_a_right_part_below_is_never_replaced(lab_class: PlayedClass) -> None:
    """What builds on it waits for it, and is measured once, as it was handed in."""
    lab_class.write("ada", "autoencoder.py", "# 1")
    lab_class.write("ada", "upsampling.py", f"{INHERITS} # 0.25")
    backend = FakeBackend()
    ada = lab_class.grade(backend, parts=("autoencoder", "upsampling"))[0]
    assert ada.part_scores() == {"autoencoder": (24.0, 24), "upsampling": (2.5, 10)}
    assert [task.part for task in backend.asked if task.sources] == ["autoencoder", "upsampling"]


def test_the_solution_is_in_reach_of_nobody_while_others_are_measured(lab_class: PlayedClass) -> None:
    """Runs with the lab's version have the machine to themselves: no channel between processes leads to a report."""
    for name, right in (("ada", 1), ("bob", 0.25), ("carl", 0.25)):
        lab_class.write(name, "autoencoder.py", f"# 0.5 # {name}")
        lab_class.write(name, "upsampling.py", f"{INHERITS} # {right} # {name}")
    lock, running, mixed = threading.Lock(), list[bool](), list[bool]()

    def act(task: Task) -> None:
        ours = any(OURS in source.text for source in task.sources)
        with lock:
            mixed.append((not ours) in running)
            running.append(ours)
        time.sleep(0.02)
        with lock:
            running.remove(ours)

    backend = FakeBackend(act=act)
    assert {r.status for r in lab_class.grade(backend, parts=("autoencoder", "upsampling"))} == {Status.GRADED}
    assert not any(mixed)
    assert [runs(task) for task in backend.asked].count("upsampling on ours") == 3
    assert [runs(task) for task in backend.asked].count("upsampling on theirs") == 2


def test_a_run_with_our_version_that_gets_no_core_is_measured_again(lab_class: PlayedClass) -> None:
    """As any other."""
    lab_class.write("ada", "autoencoder.py", "# 0.5")
    lab_class.write("ada", "upsampling.py", f"{INHERITS} # 1.0")
    seen: list[str] = []

    def starves(task: Task) -> bool:
        seen.append(runs(task))
        return seen.count("upsampling on ours") == 1 and seen[-1] == "upsampling on ours"

    ada = lab_class.grade(FakeBackend(starves=starves), parts=("autoencoder", "upsampling"))[0]
    assert ada.part_scores()["upsampling"] == (10.0, 10)
    assert seen.count("upsampling on ours") == 2


def test_an_error_that_we_fail_to_carry_forward_is_our_error(lab_class: PlayedClass) -> None:
    """The instructor is told, and the next run measures just that again."""
    lab_class.write("ada", "autoencoder.py", "# 0.5")
    lab_class.write("ada", "upsampling.py", "from .autoencoder import Autoencoder # 0.25")

    def act(task: Task) -> None:
        own = {source.name: source.text for source in task.sources}
        if task.part == "upsampling" and "class Autoencoder" in own.get("autoencoder.py", ""):
            raise RuntimeError("a bug of ours")

    parts = ("autoencoder", "upsampling")
    ada = lab_class.grade(FakeBackend(act=act), parts=parts)[0]
    assert ada.needs_attention
    assert {c.outcome for c in ada.checks if c.part == "upsampling"} == {Outcome.ERROR}
    again = FakeBackend()
    assert lab_class.grade(again, parts=parts)[0].part_scores() == {"autoencoder": (12.0, 24), "upsampling": (2.5, 10)}
    assert len(again.asked) == 1


def test_one_notebook_that_cannot_be_divided_ends_nothing(
    lab_class: PlayedClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is our error, like one that breaks the reader."""

    def broken(*_: Any) -> None:
        raise RecursionError("a bug of ours")

    monkeypatch.setattr("grader.engine.plan.tasks_of", broken)
    assert {report.status for report in lab_class.grade()} == {Status.ERROR}


def test_a_backend_that_is_slow_or_fails_is_asked_whether_it_is_alive(
    lab_class: PlayedClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it raises ends the run, and what is done is kept."""
    monkeypatch.setattr("grader.engine.run.LOOK_SECONDS", 0.05)
    asked = threading.Event()

    class Slow(FakeBackend):
        def check_alive(self) -> None:
            asked.set()

    slow = Slow(act=lambda task: asked.wait(30) and None)
    assert [report.score for report in lab_class.grade(slow)] == [6.0] * 4
    assert asked.is_set()

    def fail(task: Task) -> None:
        raise OSError("the connection is lost")

    class Lost(FakeBackend):
        def check_alive(self) -> None:
            raise ClusterLost("the cluster is gone")

    with pytest.raises(ClusterLost, match="is gone"):
        lab_class.grade(Lost(act=fail), fresh=True)
    again = FakeBackend()
    assert [report.score for report in lab_class.grade(again)] == [6.0] * 4
    assert again.asked == []


def test_a_full_disk_costs_no_results(lab_class: PlayedClass, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that cannot be written is named, and the next run measures nothing."""

    def full(self: ResultsFolder, report: Report) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(ResultsFolder, "write", full)
        reports = lab_class.grade()
    assert {report.status for report in reports} == {Status.ERROR}
    assert {report.message for report in reports} == {"The report could not be written: No space left on device."}
    backend = FakeBackend()
    assert [report.score for report in lab_class.grade(backend)] == [6.0] * 4
    assert backend.asked == []


def test_a_report_that_vanished_meanwhile_is_written_again(lab_class: PlayedClass) -> None:
    """Somebody removes the first record while the last submission is measured: all are there in the end."""

    def act(task: Task) -> None:
        if "dora" in task.sources[0].text:
            while not (lab_class.out / "ada" / "report.json").exists():
                time.sleep(0.01)
            (lab_class.out / "ada" / "report.json").unlink()

    lab_class.grade(FakeBackend(act=act, width=1, threads=ThreadPoolExecutor(1)))
    assert [name for name in NAMES if not (lab_class.out / name / "report.json").exists()] == []


def test_the_run_goes_on_without_a_cache(lab_class: PlayedClass, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so once."""

    def broken(*_: Any) -> None:
        raise CacheError("the cache is full")

    monkeypatch.setattr(lab_class.cache, "keep", broken)
    assert [report.score for report in lab_class.grade()] == [6.0] * 4
    warnings = [entry for entry in lab_class.observer.heard if entry[0] == "warns"]
    assert warnings == [("warns", "the cache is full. The run goes on without it.")]


def test_the_instructor_can_stop_it(lab_class: PlayedClass) -> None:
    """What was not begun is not begun any more, and what is done is kept."""

    def act(task: Task) -> None:
        if "carl" in task.sources[0].text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lab_class.grade(FakeBackend(act=act, width=1, threads=ThreadPoolExecutor(1)))
    again = FakeBackend()
    assert [report.score for report in lab_class.grade(again)] == [6.0] * 4
    assert {"ada", "bob"}.isdisjoint(task.sources[0].text.split()[-1] for task in again.asked)
