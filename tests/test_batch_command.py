"""What `aelab grade` does around the run: gradebook, tables and pages come last, and one that fails costs no other."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.engine.cache import CacheError
from grader.engine.tasks import Task
from grader.platforms.nbgrader.gradebook import GradebookError
from grader.render.results_folder import ResultsFolder
from tests.played_class import NAMES, FakeBackend, PlayedClass


@pytest.fixture
def lab_class(tmp_path: Path) -> PlayedClass:
    return PlayedClass(tmp_path)


def test_nbgrader_is_imported_while_the_class_is_measured(
    lab_class: PlayedClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its seconds are over before the gradebook is written; a class of which all is known does not need them."""
    backend, asked_before = FakeBackend(), []
    monkeypatch.setattr("grader.engine.run.load_ahead", lambda: asked_before.append(len(backend.asked)))
    lab_class.grade(backend)
    assert asked_before[0] == 0
    asked_before.clear()
    lab_class.grade()
    assert asked_before == []


def test_an_output_folder_that_is_removed_meanwhile_is_written_whole(lab_class: PlayedClass) -> None:
    """All records, the note of the seed and the tables are there in the end."""

    def act(task: Task) -> None:
        if "dora" in task.sources[0].text:
            while not (lab_class.out / "ada" / "report.json").exists():
                time.sleep(0.01)
            shutil.rmtree(lab_class.out)

    lab_class.grade(FakeBackend(act=act, width=1, threads=ThreadPoolExecutor(1)))
    whole = {f"{name}/report.json" for name in NAMES} | {"run.json", "grades.csv", "index.html", "gradebook.db"}
    assert [name for name in sorted(whole) if not (lab_class.out / name).exists()] == []
    assert ResultsFolder(ASSIGNMENT, lab_class.out).seed(None) == 7


def test_a_gradebook_that_cannot_be_written_costs_no_page(
    lab_class: PlayedClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything else is written before it."""
    lab_class.out.mkdir()
    (lab_class.out / "gradebook.db").write_text("not a database at all, and long enough to be looked at")
    with pytest.raises(GradebookError, match="move it away"):
        lab_class.grade()
    assert (lab_class.out / "index.html").exists()


def test_a_cache_that_fails_in_the_end_costs_nothing(lab_class: PlayedClass, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradebook and pages are written, every time."""

    def broken(*_: Any) -> None:
        raise CacheError("the cache is full")

    for method in ("fact", "remember"):
        monkeypatch.setattr(lab_class.cache, method, broken)
    lab_class.grade()
    assert (lab_class.out / "gradebook.db").exists()
    assert (lab_class.out / "index.html").exists()


def test_the_instructor_can_stop_it(lab_class: PlayedClass) -> None:
    """What was not begun is not begun any more, what is done is kept, no tables are written over half a class."""

    def act(task: Task) -> None:
        if "carl" in task.sources[0].text:
            raise KeyboardInterrupt

    backend = FakeBackend(act=act, width=1, threads=ThreadPoolExecutor(1))
    with pytest.raises(KeyboardInterrupt):
        lab_class.grade(backend)
    assert not (lab_class.out / "grades.csv").exists()
    again = FakeBackend()
    assert [report.score for report in lab_class.grade(again)] == [6.0] * 4
    assert {"ada", "bob"}.isdisjoint(task.sources[0].text.split()[-1] for task in again.asked)
