"""The engine knows no lab: it grades a second assignment isolated, and reports it."""

import csv
import json
import os
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from grader.autoencoders.assignment import ASSIGNMENT as AUTOENCODERS
from grader.core.assignment import Assignment
from grader.core.limits import Limits
from grader.core.outcomes import CheckResult, Outcome, Report
from grader.engine.backends import Backend, LocalBackend, Started
from grader.engine.cache import Cache
from grader.engine.fingerprint import measuring_files
from grader.engine.run import RunConfig, grade_class
from grader.engine.tasks import Task, TaskResult
from grader.isolation import tiers, view
from grader.isolation.choice import examine
from grader.isolation.fork_server import ForkServer
from grader.isolation.pool import Pool
from grader.isolation.process import ProcessChannel
from grader.isolation.view import view_of
from grader.protocol.frames import Want
from grader.protocol.messages import Request
from grader.release.notebook import render_notebook
from grader.release.templates import render_templates
from grader.render.results_folder import ResultsFolder
from grader.submissions.finding import find_submissions
from grader.submissions.reading import Source, Submission

from ..isolation.light_server import STAND_INS, light_view
from ..second_lab import FOLDER, POINTS, POWERS, installed, scores, solved, write

SEED = 7
TIERS = ("best", "second") if os.geteuid() == 0 else ("best",)  # only root can grade under another user


@pytest.fixture(scope="module", autouse=True)
def lab01() -> Iterator[Assignment]:
    """The second assignment, installed beside the first. Its fork servers need no TensorFlow."""
    with installed() as assignment, pytest.MonkeyPatch.context() as patched:
        patched.setattr("grader.isolation.choice.view_of", light_view)
        yield assignment


def started(assignment: Assignment, tier: tiers.Tier) -> ForkServer:
    """A fork server of a tier whose canary found no way out."""
    server, finding = examine(assignment, tier, Limits())
    assert server is not None, finding.reason
    return server


@pytest.fixture(scope="module")
def server(lab01: Assignment) -> Iterator[ForkServer]:
    """A fork server of the best tier, with the operations of this assignment."""
    found = started(lab01, tiers.best())
    yield found
    found.close()


@pytest.fixture(params=TIERS)
def each_server(request: pytest.FixtureRequest, lab01: Assignment, server: ForkServer) -> Iterator[ForkServer]:
    """One of each tier that can be had."""
    if request.param == "best":
        yield server
        return
    found = started(lab01, tiers.second())
    yield found
    found.close()


def write_class(folder: Path, assignment: Assignment) -> Path:
    """Whoever solved it and whoever made a mistake, each as modules and as a notebook; and who did nothing."""
    notebook = render_notebook(assignment, solutions=True)
    write(folder / "solved", solved(assignment))
    write(folder / "wrong", solved(assignment, *POWERS))
    write(folder / "untouched", render_templates(assignment))
    write(folder / "solved_notebook", {assignment.notebook: notebook})
    write(folder / "wrong_notebook", {assignment.notebook: notebook.replace(*POWERS)})
    return folder


def config_of(assignment: Assignment, folder: Path) -> RunConfig:
    return RunConfig(assignment, find_submissions(folder, assignment).submissions, assignment.checks, SEED, Limits())


@pytest.fixture(scope="module")
def submissions(lab01: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class."""
    return write_class(tmp_path_factory.mktemp("second") / "class", lab01)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """What was measured."""
    return Cache(tmp_path_factory.mktemp("cache") / "measured.sqlite")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the reports."""
    return tmp_path_factory.mktemp("second") / "out"


@pytest.fixture(scope="module")
def reports(lab01: Assignment, submissions: Path, server: ForkServer, cache: Cache, out: Path) -> dict[str, Report]:
    """The class, graded with a local pool and written into a folder."""
    backend, sink = LocalBackend(lab01, Pool([server])), ResultsFolder(lab01, out)
    graded = grade_class(config_of(lab01, submissions), lambda: backend, backend.tier, cache, sink=sink)
    sink.write_summaries(graded)
    return {report.submission: report for report in graded}


@pytest.mark.parametrize("name", ["solved", "solved_notebook"])
def test_the_reference_gets_all_points(reports: dict[str, Report], name: str) -> None:
    """In both forms, isolated, under the best tier."""
    assert scores(reports[name]) == POINTS
    assert reports[name].isolation == "namespaces+landlock"


@pytest.mark.parametrize("name", ["wrong", "wrong_notebook"])
def test_a_mistake_costs_its_points_once(reports: dict[str, Report], name: str) -> None:
    """The part that builds on the wrong one is measured with the lab's own version of that, in both forms."""
    report = reports[name]
    assert scores(report) == POINTS | dict.fromkeys(list(POINTS)[:2], 0)
    told = {result.id: result.message for result in report.checks}
    assert told["evaluation.design_matrix_holds_the_powers"] == "Column 0 does not hold the powers it should."
    assert told["fitting.recovers_exact_polynomials"] == (
        "Measured with the lab's own version of evaluation in place of yours."
    )


def test_a_download_of_canvas_is_the_same_work(
    lab01: Assignment, submissions: Path, reports: dict[str, Report], server: ForkServer, cache: Cache, tmp_path: Path
) -> None:
    """All files side by side, one of them handed in twice: the same texts, so nothing has to be measured again."""
    students = {folder.name: str(100 + number) for number, folder in enumerate(sorted(submissions.iterdir()))}
    for name, student in students.items():
        for number, file in enumerate(sorted((submissions / name).iterdir())):
            (tmp_path / f"{name}_{student}_{number + 10}_{file.name}").write_bytes(file.read_bytes())
    earlier = f"solved_LATE_{students['solved']}_9_fitting.py"
    (tmp_path / earlier).write_text("an earlier one")

    def nobody() -> Backend:
        raise AssertionError("nothing has to be measured")

    graded = grade_class(config_of(lab01, tmp_path), nobody, server.tier.name, cache)
    found = {report.student: report for report in graded}
    for name, student in students.items():
        assert found[student].submission == f"{name}_{student}"
        assert scores(found[student]) == scores(reports[name])
        assert found[student].graded.submission_sha256 == reports[name].graded.submission_sha256
    assert [note.where for note in found[students["solved"]].left_out] == [earlier]


def test_untouched_templates_are_to_do(reports: dict[str, Report]) -> None:
    """Every task is named, and nothing is worth a point."""
    report = reports["untouched"]
    assert report.score == 0
    outcomes = {result.id: result.outcome for result in report.checks}
    todo = dict.fromkeys(POINTS, Outcome.NOT_IMPLEMENTED)
    assert outcomes == todo | {"fitting.averages_out_noise": Outcome.SKIPPED}


LOOK = """
import importlib
import sys
import numpy as np

def evaluate(coefficients, points):
    return np.polyval(coefficients[::-1], points)

def opened(_, paths):
    return np.int64(sum(map(opens, paths)))

def opens(path):
    try:
        with open(path, "rb") as file:
            return len(file.read(1)) > 0
    except OSError:
        return False

def imported(_, names):
    return np.int64(sum(map(imports, names)))

def imports(name):
    try:
        importlib.import_module(name)
        return True
    except (ImportError, PermissionError):
        return False

def in_memory(_, beginning):
    print(*sorted(name for name, module in sys.modules.items() if name.startswith(beginning) and module))
    return np.int64(0)
"""


def ask(
    channel: ProcessChannel, operation: str, name: str, want: Want, *arrays: np.ndarray, **arguments: object
) -> float:
    """The number that a function of the module answers."""
    parameters = {"part": "evaluation", "name": name, "arguments": arguments}
    reply, failure = channel.request(Request(operation, parameters, arrays or (np.zeros(1, np.float32),), (want,)))
    assert reply is not None, failure
    return float(reply.arrays[0])


def test_a_submission_sees_operations_and_nothing_else_of_it(each_server: ForkServer) -> None:
    """On every tier the operations are there; checks, thresholds, solution and the tests' folder cannot be read."""
    channel = ProcessChannel(Submission("spy", "modules", (Source("evaluation.py", LOOK),)), each_server)
    number, value = Want("int64", ()), Want("float32", ())
    polynomial, point = np.array([1, 2, 3], np.float32), np.array(2, np.float32)
    light = STAND_INS["tensorflow"].parent  # which every submission imports
    found = (path for path in FOLDER.parent.rglob("*") if path.is_file() and path.suffix != ".pyc")
    files = [str(path) for path in found if not path.is_relative_to(light)]
    assert str(FOLDER / "polynomials" / "thresholds.json") in files
    assert str(FOLDER / "polynomials_reference" / "fitting.py") in files
    hidden = ["polynomials_reference", "polynomials_reference.fitting", "polynomials.checks", "polynomials.assignment"]
    try:
        assert ask(channel, "call_with_numpy", "evaluate", value, polynomial, point) == 1 + 2 * 2 + 3 * 4
        assert ask(channel, "call_function", "opened", number, paths=files) == 0
        assert ask(channel, "call_function", "opened", number, paths=[np.__file__]) == 1  # it is able to look
        assert ask(channel, "call_function", "imported", number, names=hidden) == 0
        assert ask(channel, "call_function", "imported", number, names=["polynomials.operations"]) == 1
        ask(channel, "call_function", "in_memory", number, beginning="polynomials")
    finally:
        channel.close()
    assert channel.stdout.split() == ["polynomials", "polynomials.operations"]


def test_installed_among_the_packages_it_is_hidden_all_the_same(
    lab01: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where submissions may read Python's packages, they may not read its checks and its solution."""
    monkeypatch.setattr(view, "SYSTEM", ())
    monkeypatch.setattr(view, "NOT_FOR_SUBMISSIONS", ())  # its folder lies in that of the tests
    monkeypatch.setattr(view, "_python_folders", lambda: [FOLDER])
    found = view_of(lab01)
    assert [path.name for path in found.readable] == ["polynomials-1.0.dist-info"]
    assert {path.name for path in found.covered} == {"polynomials", "polynomials_reference"}


def test_reports_are_its_own(reports: dict[str, Report], out: Path) -> None:
    """Records, pages and tables speak of its parts and titles, and none of the other lab's."""
    record = json.loads((out / "wrong" / "report.json").read_text(encoding="utf-8"))
    assert [check["id"] for check in record["checks"]] == list(POINTS)
    assert (record["score"], record["max_score"]) == (13, 20)
    pages = {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in out.rglob("*.html")}
    assert pages.keys() == {"index.html", *(f"{name}/index.html" for name in reports)}
    assert all("Lab 1: polynomials" in page for page in pages.values())
    assert "The error of a fit is the mean of its squared residuals." in pages["solved/index.html"]
    others = ("autoencoder", "lab05", "lab 5", "mnist", "digit")
    written = [path for path in out.rglob("*") if path.suffix in (".html", ".json", ".csv")]
    assert [path for path in written for word in others if word in path.read_text(encoding="utf-8").lower()] == []


def test_grades_have_a_column_for_each_of_its_parts(reports: dict[str, Report], out: Path) -> None:
    """With the points of everybody."""
    with (out / "grades.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["submission"]: row for row in csv.DictReader(stream)}
    assert rows.keys() == reports.keys()
    found = {name: (row["score"], row["evaluation"], row["fitting"]) for name, row in rows.items()}
    assert found["solved"] == found["solved_notebook"] == ("20", "7", "13")
    assert found["wrong"] == found["wrong_notebook"] == ("13", "0", "13")
    assert found["untouched"] == ("0", "0", "0")
    assert list(rows["solved"])[-2:] == ["evaluation", "fitting"]


class Made:
    """A backend that measures nothing: no check is passed. It notes what it was asked for."""

    tier, width = "namespaces+landlock", 2

    def __init__(self, assignment: Assignment):
        self.asked: list[Task] = []
        self._assignment = assignment

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        self.asked.append(task)
        checks = self._assignment.select(task.checks)
        results = tuple(CheckResult(c.id, c.part, c.points, 0.0, Outcome.FAILED, "made up") for c in checks)
        future: Future[bytes] = Future()
        future.set_result(TaskResult(results).to_bytes())
        return future

    def check_alive(self) -> None:
        """It always will be."""

    def stop(self) -> None:
        """Nothing runs."""


def test_one_cache_serves_both_labs_and_mixes_nothing(
    lab01: Assignment, reports: dict[str, Report], submissions: Path, cache: Cache, tmp_path: Path
) -> None:
    """What was measured for one is found again for it, and for it alone, with the other's results beside them."""
    both = write(tmp_path / "class" / "both", solved(lab01) | {"data.py": "", "vae.py": ""})
    other = Made(AUTOENCODERS)
    grade_class(config_of(AUTOENCODERS, both.parent), lambda: other, other.tier, cache)
    assert {task.part for task in other.asked} == set(AUTOENCODERS.part_names)

    def none() -> Backend:
        raise AssertionError("everything was measured before")

    again = grade_class(config_of(lab01, submissions), none, "namespaces+landlock", cache)
    assert {report.submission: scores(report) for report in again} == {n: scores(r) for n, r in reports.items()}


def test_results_depend_on_nothing_of_the_other_lab(lab01: Assignment) -> None:
    """Whoever edits a check of one lab has the other's results left."""
    own, others = measuring_files(lab01, "fitting"), measuring_files(AUTOENCODERS, "vae")
    assert {name for name in own if not name.startswith("grader/")} == {
        "polynomials/__init__.py",
        "polynomials/checks/__init__.py",
        "polynomials/checks/fitting.py",
        "polynomials/operations/__init__.py",
        "polynomials/registry.py",
        "polynomials/subject.py",
        "polynomials/thresholds.py",
    }
    assert [name for name in own if name.startswith("grader/autoencoders/")] == []
    assert [name for name in others if name.startswith("polynomials")] == []
