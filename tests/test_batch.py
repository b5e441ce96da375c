"""A class: everyone gets a report, in order, whatever one of them does to the grader; nothing is measured twice."""

import csv
import json
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.outcomes import CheckResult, Outcome, Report, Status
from grader.engine.backends import ClusterLost, Started
from grader.engine.cache import Cache, CacheError
from grader.engine.run import OutputNotWritable, RunConfig, SummariesNotWritten, grade_all, prepare_output, seed_of
from grader.engine.tasks import Task, TaskResult
from grader.platforms.nbgrader.gradebook import GradebookError

NAMES = ("ada", "bob", "carl", "dora")


@dataclass
class Watcher:
    """Notes what it is told."""

    heard: list[tuple[str, ...]] = field(default_factory=list)

    def class_starts(self) -> None:
        self.heard.append(("class",))

    def submission_starts(self, name: str, parts: Sequence[str]) -> None:
        self.heard.append(("starts", name, *parts))

    def task_starts(self, name: str, part: str) -> None:
        self.heard.append(("measures", name, part))

    def task_ends(self, name: str, part: str) -> None:
        self.heard.append(("measured", name, part))

    def carrying_starts(self, name: str, parts: Sequence[str]) -> None:
        self.heard.append(("again", name, *parts))

    def submission_ends(self, report: Report) -> None:
        self.heard.append(("ends", report.submission))

    def warns(self, text: str) -> None:
        self.heard.append(("warns", text))

    def of(self, name: str) -> list[str]:
        return [heard[0] for heard in self.heard if heard[1:2] == (name,)]


@dataclass
class Played:
    """A measurer that runs nothing of a submission: points are what its text says, 1 for all of them."""

    tier: str = "played"
    width: int = 2
    act: Callable[[Task], None] = lambda task: None
    asked: list[Task] = field(default_factory=list)
    looked: int = 0
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2))

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        self.asked.append(task)
        return self.threads.submit(self._measure, task, started)

    def _measure(self, task: Task, started: Started) -> bytes:
        started()
        self.act(task)
        share = float(next((s.text for s in task.sources if s.name == f"{task.part}.py"), "# 0").split("# ")[1])
        passed = Outcome.PASSED if share == 1 else Outcome.FAILED
        results = (
            CheckResult(c.id, c.part, c.points, share * c.points, passed, "") for c in ASSIGNMENT.select(task.checks)
        )
        return TaskResult(tuple(results), stdout=f"{task.part} ").to_bytes()

    def check_alive(self) -> None:
        self.looked += 1

    def stop(self) -> None:
        self.threads.shutdown()


class Class:
    """A class in a folder: one submission a name, each with its own text unless it is told otherwise."""

    def __init__(self, folder: Path):
        self.folder, self.out = folder, folder / "out"
        self.cache = Cache(folder / "cache" / "measured.sqlite")
        self.watcher = Watcher()
        for name in NAMES:
            self.write(name, "data.py", f"# 1 # {name}")

    def write(self, name: str, module: str, text: str) -> None:
        (self.folder / name).mkdir(exist_ok=True)
        (self.folder / name / module).write_text(text)

    def grade(self, backend: Played | None = None, parts: Sequence[str] = ("data",), **others: Any) -> list[Report]:
        backend = backend or Played()
        found = [(name, self.folder / name) for name in NAMES]
        fields = {"tier": backend.tier, "cache": self.cache, "seed": 7} | others
        self.watcher = Watcher()
        config = RunConfig(
            found, self.out, ASSIGNMENT.select(parts), limits=Limits(), backend=lambda: backend, **fields
        )
        return grade_all(config, self.watcher)


@pytest.fixture
def lab_class(tmp_path: Path) -> Class:
    return Class(tmp_path)


def test_everyone_gets_a_report_in_the_order_of_the_class(lab_class: Class) -> None:
    """Whoever is done first; records and tables are written."""
    reports = lab_class.grade()
    assert [report.submission for report in reports] == list(NAMES)
    assert [report.score for report in reports] == [6.0] * 4
    for name in NAMES:
        assert json.loads((lab_class.out / name / "report.json").read_text())["submission"] == name
        assert lab_class.watcher.of(name) == ["starts", "measures", "measured", "ends"]
    with (lab_class.out / "grades.csv").open() as file:
        assert [row["submission"] for row in csv.DictReader(file)] == list(NAMES)


def test_a_part_that_could_not_be_measured_is_our_error_and_the_rest_goes_on(lab_class: Class) -> None:
    """Its checks say so, the instructor gets the reason, nobody else notices, and it is measured anew next time."""

    def act(task: Task) -> None:
        if "bob" in task.sources[0].text:
            raise RuntimeError("a bug of ours")

    by_name = {report.submission: report for report in lab_class.grade(Played(act=act))}
    bob = by_name.pop("bob")
    assert bob.status is Status.ERROR
    assert bob.needs_attention
    assert "a bug of ours" in bob.message
    assert [c.id for c in bob.checks] == [c.id for c in ASSIGNMENT.select(["data"])]
    assert {c.outcome for c in bob.checks} == {Outcome.ERROR}
    assert "a bug of ours" not in bob.checks[0].message
    assert {report.status for report in by_name.values()} == {Status.GRADED}
    assert json.loads((lab_class.out / "bob" / "report.json").read_text())["status"] == "error"
    again = Played()
    assert [report.score for report in lab_class.grade(again)] == [6.0] * 4
    assert len(again.asked) == 1


def test_a_submission_that_breaks_the_reader_is_our_error(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it, and the class goes on."""

    def read(name: str, path: Path) -> None:
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr("grader.engine.plan.read_submission", read)
    for report in lab_class.grade():
        assert report.status is Status.ERROR
        assert "a bug of ours" in report.message
        assert {c.outcome for c in report.checks} == {Outcome.ERROR}


def test_nothing_that_is_known_is_measured_again(lab_class: Class) -> None:
    """The same class gives the same records, byte for byte, and needs no measurer at all."""
    first = lab_class.grade()
    records = {path: path.read_bytes() for path in lab_class.out.rglob("*") if path.is_file()}

    def nobody() -> Played:
        raise AssertionError("nothing is to be measured")

    found = [(name, lab_class.folder / name) for name in NAMES]
    config = RunConfig(
        found, lab_class.out, ASSIGNMENT.select(["data"]), 7, Limits(), lab_class.cache, "played", nobody
    )
    assert grade_all(config, Watcher()) == first
    texts = {path: path.read_bytes() for path in records if path.suffix in (".json", ".csv", ".html")}
    assert texts == {path: raw for path, raw in records.items() if path in texts}


def test_nbgrader_is_imported_while_the_class_is_measured(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its seconds are over before the gradebook is written; a class of which all is known does not need them."""
    backend, asked_before = Played(), []
    monkeypatch.setattr("grader.engine.run.load_ahead", lambda: asked_before.append(len(backend.asked)))
    lab_class.grade(backend)
    assert asked_before[0] == 0
    asked_before.clear()
    lab_class.grade()
    assert asked_before == []


def test_what_changed_is_measured_again_with_what_depends_on_it(lab_class: Class) -> None:
    """A module's own part, and the parts that import it."""
    parts = ("data", "autoencoder", "upsampling", "classifier")
    for part in parts[1:]:
        text = "from .autoencoder import Autoencoder " if part == "upsampling" else ""
        lab_class.write("ada", f"{part}.py", f"{text}# 1")
    lab_class.grade(parts=parts)
    lab_class.write("ada", "autoencoder.py", "# 1 # another")
    backend = Played()
    lab_class.grade(backend, parts=parts)
    assert [task.part for task in backend.asked] == ["autoencoder", "upsampling"]


def test_equal_code_is_measured_once(lab_class: Class) -> None:
    """Also when both are graded at the same time; each has its own report."""
    for name in NAMES:
        lab_class.write(name, "data.py", "# 1")
    backend = Played()
    assert [report.score for report in lab_class.grade(backend)] == [6.0] * 4
    assert len(backend.asked) == 1


@pytest.mark.parametrize(
    "change", [{"seed": 8}, {"fresh": True}, {"parts": ["data.normalize_scales_to_unit_interval"]}]
)
def test_another_seed_or_choice_is_measured(lab_class: Class, change: dict[str, Any]) -> None:
    """What a result depends on is part of its key; `fresh` measures everything, once."""
    lab_class.grade()
    backend = Played()
    lab_class.grade(backend, **change)
    assert len(backend.asked) == 4


def test_results_of_another_tier_do_not_count(lab_class: Class) -> None:
    """A class begins under the tier of last time; where the machine has another one by now, all is looked up anew."""
    lab_class.grade(Played(tier="lower"))
    lab_class.write("dora", "data.py", "# 1 # new")
    backend = Played(tier="higher")
    reports = lab_class.grade(backend, tier="lower")
    assert {report.isolation for report in reports} == {"higher"}
    assert len(backend.asked) == 4
    assert lab_class.watcher.heard.count(("class",)) == 2


def test_a_mistake_in_an_earlier_part_costs_its_points_once(lab_class: Class) -> None:
    """The later part is measured again with the lab's own version of the earlier one, and says so."""
    lab_class.write("ada", "autoencoder.py", "# 0.5")
    lab_class.write("ada", "upsampling.py", "from .autoencoder import Autoencoder # 0.25")

    def act(task: Task) -> None:
        own = {source.name: source.text for source in task.sources}
        if task.part == "upsampling" and "# 0.5" not in own["autoencoder.py"]:
            assert "class Autoencoder(tf.keras.Model):" in own["autoencoder.py"]
            asked.append(task)

    asked: list[Task] = []
    ada = lab_class.grade(Played(act=act), parts=("autoencoder", "upsampling"))[0]
    assert ada.part_scores() == {"autoencoder": (12.0, 24), "upsampling": (2.5, 10)}
    assert len(asked) == 1
    assert ada.stdout == "autoencoder upsampling "  # nothing of the second run
    assert ("again", "ada", "upsampling") in lab_class.watcher.heard
    assert lab_class.watcher.of("ada")[-4:] == ["again", "measures", "measured", "ends"]


def test_a_second_chance_that_we_lose_is_our_error(lab_class: Class) -> None:
    """The instructor is told, and the next run measures just that again."""
    lab_class.write("ada", "autoencoder.py", "# 0.5")
    lab_class.write("ada", "upsampling.py", "from .autoencoder import Autoencoder # 0.25")

    def act(task: Task) -> None:
        own = {source.name: source.text for source in task.sources}
        if task.part == "upsampling" and "class Autoencoder" in own.get("autoencoder.py", ""):
            raise RuntimeError("a bug of ours")

    parts = ("autoencoder", "upsampling")
    ada = lab_class.grade(Played(act=act), parts=parts)[0]
    assert ada.needs_attention
    assert {c.outcome for c in ada.checks if c.part == "upsampling"} == {Outcome.ERROR}
    again = Played()
    assert lab_class.grade(again, parts=parts)[0].part_scores() == {"autoencoder": (12.0, 24), "upsampling": (2.5, 10)}
    assert len(again.asked) == 1


def test_one_notebook_that_cannot_be_divided_ends_nothing(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is our error, like one that breaks the reader."""

    def broken(*_: Any) -> None:
        raise RecursionError("a bug of ours")

    monkeypatch.setattr("grader.engine.plan.units_of", broken)
    assert {report.status for report in lab_class.grade()} == {Status.ERROR}


def test_an_output_folder_that_is_removed_meanwhile_is_written_whole(lab_class: Class) -> None:
    """All records, the note of the seed and the tables are there in the end."""

    def act(task: Task) -> None:
        if "dora" in task.sources[0].text:
            while not (lab_class.out / "ada" / "report.json").exists():
                time.sleep(0.01)
            shutil.rmtree(lab_class.out)

    lab_class.grade(Played(act=act, width=1, threads=ThreadPoolExecutor(1)))
    whole = {f"{name}/report.json" for name in NAMES} | {"run.json", "grades.csv", "index.html", "gradebook.db"}
    assert [name for name in sorted(whole) if not (lab_class.out / name).exists()] == []
    assert seed_of(lab_class.out, None) == 7


def test_a_gradebook_that_cannot_be_written_costs_no_page(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is written before it."""
    lab_class.out.mkdir()
    (lab_class.out / "gradebook.db").write_text("not a database at all, and long enough to be looked at")
    with pytest.raises(GradebookError, match="move it away"):
        lab_class.grade()
    assert (lab_class.out / "index.html").exists()


def test_a_measurer_that_is_slow_or_fails_is_asked_about(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether there will be any result: what it raises ends the run, and what is done is kept."""
    monkeypatch.setattr("grader.engine.run.LOOK_SECONDS", 0.05)
    slow = Played(act=lambda task: time.sleep(0.2))
    assert [report.score for report in lab_class.grade(slow)] == [6.0] * 4
    assert slow.looked > 0

    def fail(task: Task) -> None:
        raise OSError("the connection is lost")

    class Lost(Played):
        def check_alive(self) -> None:
            raise ClusterLost("the cluster is gone")

    with pytest.raises(ClusterLost, match="is gone"):
        lab_class.grade(Lost(act=fail), fresh=True)
    again = Played()
    assert [report.score for report in lab_class.grade(again)] == [6.0] * 4
    assert again.asked == []


def test_a_full_disk_costs_no_results(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that cannot be written is named, the tables are a clear line, and the next run measures nothing."""

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("grader.engine.run.write_report", full)
        reports = lab_class.grade()
        assert {report.status for report in reports} == {Status.ERROR}
        assert {report.message for report in reports} == {"The report could not be written: No space left on device."}
        patched.setattr("grader.engine.run.write_grades", full)
        with pytest.raises(SummariesNotWritten, match="No space left on device; what was measured is kept"):
            lab_class.grade()
    backend = Played()
    assert [report.score for report in lab_class.grade(backend)] == [6.0] * 4
    assert backend.asked == []


def test_the_work_goes_on_without_a_cache(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so once."""

    def broken(*_: Any) -> None:
        raise CacheError("the cache is full")

    monkeypatch.setattr(lab_class.cache, "keep", broken)
    assert [report.score for report in lab_class.grade()] == [6.0] * 4
    warnings = [entry for entry in lab_class.watcher.heard if entry[0] == "warns"]
    assert warnings == [("warns", "the cache is full. The work goes on without it.")]


def test_a_cache_that_fails_in_the_end_costs_nothing(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradebook and pages are written, every time."""

    def broken(*_: Any) -> None:
        raise CacheError("the cache is full")

    for method in ("fact", "remember"):
        monkeypatch.setattr(lab_class.cache, method, broken)
    lab_class.grade()
    assert (lab_class.out / "gradebook.db").exists()
    assert (lab_class.out / "index.html").exists()


def test_the_instructor_can_stop_it(lab_class: Class) -> None:
    """What was not begun is not begun any more, what is done is kept, no tables are written over half a class."""

    def act(task: Task) -> None:
        if "carl" in task.sources[0].text:
            raise KeyboardInterrupt

    backend = Played(act=act, width=1, threads=ThreadPoolExecutor(1))
    with pytest.raises(KeyboardInterrupt):
        lab_class.grade(backend)
    assert not (lab_class.out / "grades.csv").exists()
    again = Played()
    assert [report.score for report in lab_class.grade(again)] == [6.0] * 4
    assert {"ada", "bob"}.isdisjoint(task.sources[0].text.split()[-1] for task in again.asked)


def test_an_output_folder_is_tried_before_any_work(tmp_path: Path) -> None:
    """It is made with all above it, and left empty; what cannot be one is named."""
    prepare_output(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputNotWritable, match=r"cannot write to .*/file: File exists; choose another --out"):
        prepare_output(tmp_path / "file")


def test_a_run_into_the_same_folder_has_the_same_seed(tmp_path: Path) -> None:
    """Unless another one is asked for; a damaged note is no obstacle."""
    drawn = seed_of(tmp_path, None)
    assert seed_of(tmp_path, None) == drawn
    assert seed_of(tmp_path, 5) == seed_of(tmp_path, None) == 5
    (tmp_path / "run.json").write_text("{")
    assert 0 <= seed_of(tmp_path, None) < 2**53
