"""`aelab grade` and `aelab report`: in which order what is written, what stays, and what the exit status says."""

import csv
import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from grader.core.expect import SubmissionDied
from grader.engine import backend_config
from grader.engine.backend_config import BackendConfig
from grader.engine.cache import VARIABLE, CacheError
from grader.engine.tasks import Task, TaskResult
from grader.isolation.choice import Finding
from grader.isolation.fork_server import ForkServer
from grader.render.report_json import write_report
from tests.command import Aelab, Run
from tests.isolation.light_server import light_view
from tests.played_class import NAMES, FakeBackend
from tests.second_lab import NAME, installed, solved, write

from ..unit.render import samples


class Class:
    """A class in a folder, graded by the command with a backend that runs nothing of it."""

    def __init__(self, aelab: Aelab, folder: Path, monkeypatch: pytest.MonkeyPatch):
        self._aelab, self.folder, self.out = aelab, folder / "class", folder / "out"
        self.opened: list[FakeBackend] = []
        self.next = FakeBackend()
        monkeypatch.setenv(VARIABLE, str(folder / "cache" / "measured.sqlite"))
        monkeypatch.setattr(BackendConfig, "starter", lambda _, say: lambda left: self._open(say, left))
        for name in NAMES:
            (self.folder / name).mkdir(parents=True)
            (self.folder / name / "data.py").write_text(f"# 1 # {name}")

    def _open(self, say: Callable[[str], None], left: ExitStack) -> FakeBackend:
        self.opened.append(self.next)
        left.callback(self.next.stop)
        say("fake, of a test")
        return self.next

    def grade(
        self,
        backend: FakeBackend | None = None,
        *options: str | Path,
        before: tuple[str, ...] = (),
        seed: str = "--seed=7",
    ) -> Run:
        self.next = backend or FakeBackend()
        own = ("--part", "data", *seed.split(), *options)
        return self._aelab(*before, "grade", self.folder, "--out", self.out, *own)

    def record(self, name: str) -> dict[str, Any]:
        return json.loads((self.out / name / "report.json").read_text())


@pytest.fixture
def lab_class(aelab: Aelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    return Class(aelab, tmp_path, monkeypatch)


def test_a_class_is_graded(lab_class: Class) -> None:
    """Records, tables, pages and gradebook are written; no log is, as there is nothing to log."""
    found = lab_class.grade()
    assert (found.status, found.err) == (0, "")
    assert found.out.splitlines()[:2] == ["4 submissions", "isolation: fake, of a test"]
    assert found.out.splitlines()[-1] == "seed 7, isolation fake"
    assert [lab_class.record(name)["score"] for name in NAMES] == [6.0] * 4
    with (lab_class.out / "grades.csv").open() as file:
        assert [row["submission"] for row in csv.DictReader(file)] == list(NAMES)
    written = {path.name for path in lab_class.out.iterdir()}
    assert written == {*NAMES, "run.json", "grades.csv", "index.html", "gradebook.db"}


def test_nobody_is_lost_without_a_word(lab_class: Class) -> None:
    """What is not graded has its reason on the terminal and in the class report, and the exit status is 1."""
    (lab_class.folder / "lab05.ipynb").write_text("{}")
    (lab_class.folder / "zoe").mkdir()
    (lab_class.folder / "roster.csv").write_text("ada,bob\n")
    found = lab_class.grade()
    assert found.status == 1
    assert "not graded: lab05.ipynb: it lies beside the students' work" in found.out
    assert "not graded: zoe: the folder is empty" in found.out
    assert "2 of 6 not graded" in found.out
    assert [lab_class.record(name)["score"] for name in NAMES] == [6.0] * 4
    page = (lab_class.out / "index.html").read_text()
    assert "whose is it?" in page
    assert "the folder is empty" in page
    assert lab_class.record("lab05.ipynb")["student"] == ""


def test_the_last_attempt_counts_and_the_report_says_so(lab_class: Class) -> None:
    """Of two folders of one student, as a browser names them."""
    (lab_class.folder / "ada (1)").mkdir()
    (lab_class.folder / "ada (1)" / "data.py").write_text("# 0.5 # the second")
    assert lab_class.grade().status == 0
    record = lab_class.record("ada")
    assert (record["student"], record["attempt"], record["score"]) == ("ada", 2, 3.0)
    why = "attempt 1 is passed over, as attempt 2 came later"
    assert record["left_out"] == [{"where": "ada", "why": why}]


def test_what_is_known_needs_no_backend(lab_class: Class) -> None:
    """The same command again opens none, and finds the same; without --seed it has the seed of before."""
    lab_class.grade()
    first = [lab_class.record(name)["checks"] for name in NAMES]
    found = lab_class.grade(seed="")
    assert found.status == 0
    assert found.out.splitlines()[-1] == "seed 7, isolation fake"
    assert len(lab_class.opened) == 1
    assert [lab_class.record(name)["checks"] for name in NAMES] == first


def test_what_is_being_done_is_logged_where_it_is_asked_for(lab_class: Class) -> None:
    """-v says what is looked up and measured, -vv more of it; on stderr, so that stdout stays what it was."""
    told = lab_class.grade(before=("-v",))
    assert "INFO grader.engine.run: 4 submissions, seed 7, tier fake" in told.err
    assert "INFO grader.engine.backends: measuring up to 2 parts at once under fake" in told.err
    assert "INFO grader.engine.run: bob: data will be measured" in told.err
    assert "DEBUG" not in told.err
    again = lab_class.grade(None, "--fresh", before=("-vv",))
    assert "DEBUG grader.engine.run: data is measured, key " in again.err
    quiet = lab_class.grade()
    assert quiet.err == ""
    assert quiet.out.splitlines()[-8:] == told.out.splitlines()[-8:]
    assert not (lab_class.out / "aelab.log").exists()


class DeadChannel:
    """A submission that ends at the first question; asking bob's is a bug of the grader's."""

    stdout = stderr = ""
    out_of_time = False

    def __init__(self, submission: Any, *_: object):
        self._whose = submission.sources[0].text

    def request(self, _: object) -> None:
        raise (
            ZeroDivisionError("a bug of ours")
            if "bob" in self._whose
            else SubmissionDied("process.ended", "It has ended.")
        )

    def fresh(self) -> "DeadChannel":
        return self

    def close(self) -> None:
        pass


class Checking(FakeBackend):
    """Runs the checks here, on whatever channel there is."""

    def result(self, task: Task) -> TaskResult:
        from grader.autoencoders.assignment import ASSIGNMENT
        from grader.engine.isolated import measure

        return measure(task, ASSIGNMENT, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["check", "reading", "channel", "backend"])
def test_a_bug_in_one_submission_is_its_error_and_is_kept(
    lab_class: Class, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The class goes on, the exit status is 1, the traceback is in aelab.log and on no page."""

    def broken(channel: Any, seed: int) -> Any:
        raise ZeroDivisionError("a bug of ours")

    def act(task: Task) -> None:
        if "bob" in task.sources[0].text:
            raise ZeroDivisionError("a bug of ours")

    backend = FakeBackend()
    if place == "check":
        monkeypatch.setattr("grader.engine.isolated.ProcessChannel", DeadChannel)
        backend = Checking()
    elif place == "reading":
        from grader.engine.plan import read_submission

        monkeypatch.setattr(
            "grader.engine.plan.read_submission",
            lambda name, *others: broken(None, 0) if name == "bob" else read_submission(name, *others),
        )
    elif place == "channel":
        monkeypatch.setattr(
            "grader.engine.isolated.ProcessChannel",
            lambda submission, *_: broken(None, 0) if "bob" in submission.sources[0].text else DeadChannel(submission),
        )
        backend = Checking()
    else:
        backend = FakeBackend(act=act)
    found = lab_class.grade(backend)
    assert (found.status, found.err) == (1, "")
    bob = lab_class.record("bob")
    assert {check["outcome"] for check in bob["checks"]} == {"error"}
    assert {lab_class.record(name)["status"] for name in NAMES if name != "bob"} == {"graded"}
    text = (lab_class.out / "aelab.log").read_text()
    assert text.count("Traceback (most recent call last):") == (2 if place == "check" else 1)
    assert "ZeroDivisionError: a bug of ours" in text
    assert "Traceback" not in json.dumps(bob) + found.out
    assert (lab_class.out / "index.html").exists()


def test_the_folder_is_tried_and_a_bad_address_is_said_before_any_work(lab_class: Class) -> None:
    """No backend is opened for nothing."""
    lab_class.out.write_text("in the way")
    found = lab_class.grade()
    assert found.status == 2
    assert found.err.startswith(f"aelab: cannot write to {lab_class.out}")
    assert lab_class.out.read_text() == "in the way"
    assert lab_class.grade(None, "--db", "mysql://ada:hunter2@host/course").status == 2
    assert lab_class.opened == []


def test_nbgrader_is_imported_while_the_class_is_measured(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its seconds are over before the gradebook is written; a class of which all is known does not need them."""
    backend, asked_before = FakeBackend(), []
    monkeypatch.setattr("grader.platforms.nbgrader.entry.load_ahead", lambda: asked_before.append(len(backend.asked)))
    lab_class.grade(backend)
    assert asked_before == [0]
    lab_class.grade()
    assert asked_before == [0]


def test_an_output_folder_that_is_removed_meanwhile_is_written_whole(lab_class: Class) -> None:
    """All records, the note of the seed and the tables are there in the end."""

    def act(task: Task) -> None:
        if "dora" in task.sources[0].text:
            while not all((lab_class.out / name / "report.json").exists() for name in ("ada", "bob", "carl")):
                time.sleep(0.01)
            shutil.rmtree(lab_class.out)

    assert lab_class.grade(FakeBackend(act=act, width=1, threads=ThreadPoolExecutor(1))).status == 0
    whole = {f"{name}/report.json" for name in NAMES} | {"run.json", "grades.csv", "index.html", "gradebook.db"}
    assert [name for name in sorted(whole) if not (lab_class.out / name).exists()] == []
    assert json.loads((lab_class.out / "run.json").read_text()) == {"seed": 7}


def test_a_gradebook_that_cannot_be_written_costs_no_page(lab_class: Class) -> None:
    """Everything else is written before it; the exit status says that something is missing."""
    lab_class.out.mkdir()
    (lab_class.out / "gradebook.db").write_text("not a database at all, and long enough to be looked at")
    found = lab_class.grade()
    assert found.status == 1
    assert "move it away" in found.err
    assert found.err.count("\n") == 1
    assert (lab_class.out / "index.html").exists()


def test_a_full_disk_costs_no_results(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables that cannot be written are a clear line and exit status 1, and the next run measures nothing."""

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("grader.render.results_folder.write_grades", full)
        found = lab_class.grade()
    assert found.status == 1
    assert "No space left on device; what was measured is kept" in found.err
    assert found.err.count("\n") == 1
    assert lab_class.grade().status == 0
    assert len(lab_class.opened) == 1


def test_a_cache_that_fails_in_the_end_costs_nothing(lab_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradebook and pages are written, every time; one warning says so."""

    def broken(*_: Any) -> None:
        raise CacheError("the cache is full")

    for method in ("keep", "touch", "remember"):
        monkeypatch.setattr(f"grader.engine.cache.Cache.{method}", broken)
    found = lab_class.grade()
    assert found.status == 0
    assert found.out.count("warning: the cache is full. The run goes on without it.") == 1
    assert (lab_class.out / "gradebook.db").exists()
    assert (lab_class.out / "index.html").exists()


def test_the_instructor_can_stop_it(lab_class: Class) -> None:
    """Exit status 130 and one line; no tables are written over half a class, and the next run goes on from there."""

    def act(task: Task) -> None:
        if "carl" in task.sources[0].text:
            raise KeyboardInterrupt

    found = lab_class.grade(FakeBackend(act=act, width=1, threads=ThreadPoolExecutor(1)))
    assert (found.status, found.err.count("\n")) == (130, 1)
    assert f"the same command with --out {lab_class.out} goes on from here" in found.err
    assert not (lab_class.out / "grades.csv").exists()
    again = FakeBackend()
    assert lab_class.grade(again).status == 0
    assert {"ada", "bob"}.isdisjoint(task.sources[0].text.split()[-1] for task in again.asked)


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was handed to nbgrader: to a gradebook by its address, or to a course folder."""
    heard: list[tuple[Any, ...]] = []

    def into(_: Any, place: Any, *others: Any) -> None:
        reports, where = (others[0], place) if isinstance(place, Path) else (place, others[0])
        heard.append((where, [report.submission for report in reports], reports[0].seed))

    monkeypatch.setattr("grader.platforms.nbgrader.gradebook.write_gradebook", into)
    monkeypatch.setattr("grader.platforms.nbgrader.course.enter_reports", into)
    monkeypatch.setattr("grader.platforms.final_grades.final_by_student", lambda *_: {})
    return heard


def test_a_gradebook_elsewhere_is_written_in_place_of_that_in_the_folder(
    lab_class: Class, entered: list[tuple[Any, ...]]
) -> None:
    """What it is called is not said again, as a password may be in it."""
    found = lab_class.grade(None, "--db", "postgresql://ada:hunter2@host/course")
    assert found.status == 0
    assert entered == [("postgresql://ada:hunter2@host/course", list(NAMES), 7)]
    assert "at the address of --db" in found.out
    assert "hunter2" not in found.out


def test_a_course_is_graded_with_its_own_seed_and_its_grades_are_entered(
    lab_class: Class, aelab: Aelab, entered: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    """After the gradebook of --out; single parts are not entered, as that would leave the other scores open."""
    course = tmp_path / "course"
    course.mkdir()
    (course / "nbgrader_config.py").touch()
    (course / "grading_seed.txt").write_text("11\n")
    lab_class.folder.rename(course / "submitted")
    lab_class.next = FakeBackend()
    aelab("grade", course, "--out", tmp_path / "out", "--db", "sqlite:///elsewhere.db")
    assert entered == [("sqlite:///elsewhere.db", list(NAMES), 11), (course, list(NAMES), 11)]
    entered.clear()
    lab_class.next = FakeBackend()
    aelab("grade", course, "--out", tmp_path / "data", "--db", "sqlite:///elsewhere.db", "--part", "data")
    assert entered == [("sqlite:///elsewhere.db", list(NAMES), 11)]


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """A folder of submissions of which none can be read."""
    (tmp_path / "class" / "bob").mkdir(parents=True)
    (tmp_path / "class" / "carl.zip").write_text("no zip")
    return tmp_path / "class"


def test_what_cannot_be_graded_is_named_and_the_exit_status_says_so(
    aelab: Aelab, handed_in: Path, tmp_path: Path
) -> None:
    """Records, tables and pages are written all the same; `aelab report` writes them again from the records."""
    out = tmp_path / "out"
    found = aelab("grade", handed_in, "--out", out, "--seed", "7", "--part", "data", "--trust-submissions")
    assert found.status == 1
    assert "bob" in found.out
    assert "seed 7" in found.out
    record = json.loads((out / "bob" / "report.json").read_text())
    assert (record["status"], record["seed"], len(record["checks"])) == ("unreadable", 7, 2)
    for name in ("grades.csv", "index.html", "gradebook.db"):
        (out / name).unlink()
    again = aelab("report", out)
    assert (again.status, again.err) == (0, "")
    assert "carl" in again.out
    assert all((out / name).is_file() for name in ("grades.csv", "index.html", "gradebook.db"))


def test_a_drawn_seed_survives_any_reader_of_json(
    aelab: Aelab, handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is below 2**53, so that it is the same number where all numbers are floats, and it is in the report."""
    asked: list[int] = []
    monkeypatch.setattr("grader.core.seeds.secrets.randbelow", lambda n: asked.append(n) or n - 1)
    found = aelab("grade", handed_in, "--out", tmp_path / "out", "--trust-submissions")
    record = json.loads((tmp_path / "out" / "bob" / "report.json").read_text())
    assert asked == [2**53]
    assert record["seed"] == int(float(record["seed"])) == 2**53 - 1
    assert f"seed {2**53 - 1}" in found.out


def test_a_record_of_an_earlier_version_is_named_and_the_others_are_shown(aelab: Aelab, tmp_path: Path) -> None:
    """One line says what to do, and the exit status is 1; alone, it is no class."""
    write_report(samples.solved(), tmp_path / "ada")
    (tmp_path / "zoe").mkdir()
    (tmp_path / "zoe" / "report.json").write_text('{"schema": 1, "submission": "zoe"}')
    found = aelab("report", tmp_path)
    assert (found.status, found.err.count("\n")) == (1, 1)
    assert "zoe/report.json is not a report that this version reads: an earlier one made it; `aelab grade`" in found.err
    page = (tmp_path / "index.html").read_text()
    assert ("ada/index.html" in page, "zoe" in page) == (True, False)
    shutil.rmtree(tmp_path / "ada")
    assert aelab("report", tmp_path).status == 2


@pytest.mark.parametrize("has_browser", [True, False])
def test_report_opens_the_class_page(
    aelab: Aelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_browser: bool
) -> None:
    """`--open` hands the written page's address to the browser; where there is none, one line says where it is."""
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or has_browser)
    write_report(samples.solved(), tmp_path / "results" / "ada")
    assert aelab("report", tmp_path / "results").status == 0
    assert opened == []
    found = aelab("report", tmp_path / "results", "--open")
    assert found.status == (0 if has_browser else 2)
    assert ("no browser to open" in found.err) is not has_browser
    assert [Path(unquote(urlsplit(address).path)) for address in opened] == [tmp_path / "results" / "index.html"]
    assert "Class report" in (tmp_path / "results" / "index.html").read_text()


def test_without_isolation_nothing_is_graded(
    aelab: Aelab, handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2, and one line with the reason of every tier and the way out; the output folder stays empty."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "new.sqlite"))  # nothing is known of this machine
    monkeypatch.setattr(
        "grader.isolation.choice.examine", lambda _, tier, *others: (None, Finding(tier, f"no {tier.name} here"))
    )
    monkeypatch.setattr("grader.isolation.choice._launch", lambda _: None)
    found = aelab("grade", handed_in, "--out", tmp_path / "out")
    assert found.status == 2
    assert found.err.startswith("aelab: submissions cannot be isolated on this machine (")
    assert "no namespaces+landlock here" in found.err
    assert "no landlock+user here" in found.err
    assert "--trust-submissions" in found.err
    assert found.err.count("\n") == 1
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A right submission to the second assignment, of which nothing is known, in fork servers without TensorFlow."""
    monkeypatch.setattr("grader.isolation.choice.view_of", light_view)
    monkeypatch.setenv("AELAB_ASSIGNMENT", NAME)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "new.sqlite"))
    with installed() as lab01:
        yield write(tmp_path / "tiny", solved(lab01))


ONE_CHECK = ("--part", "evaluation.design_matrix_holds_the_powers")


def test_submissions_are_isolated_and_the_tier_is_said(
    aelab: Aelab, tiny: Path, light_best: ForkServer, tmp_path: Path
) -> None:
    """The best tier of this machine: described in the first line, named in the last and in every report."""
    found = aelab("grade", tiny, "--out", tmp_path / "out", *ONE_CHECK)
    assert found.status == 0, found
    assert found.out.splitlines()[1] == f"isolation: {light_best.tier.description}"
    assert found.out.splitlines()[-1].endswith(f"isolation {light_best.tier.name}")
    record = json.loads((tmp_path / "out" / "tiny" / "report.json").read_text())
    assert record["isolation"] == light_best.tier.name
    assert record["checks"][0]["outcome"] == "passed"


def test_trusted_submissions_are_not_isolated_and_the_report_says_so(
    aelab: Aelab, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No tier is looked for; the name in the reports is none; one process is started for the one part there is."""
    counts: list[int] = []
    opened = backend_config.open_pool

    def counting(assignment: Any, limits: Any, count: int, *others: Any) -> Any:
        counts.append(count)
        return opened(assignment, limits, count, *others)

    monkeypatch.setattr(backend_config, "open_pool", counting)
    monkeypatch.setattr("grader.isolation.choice.find_tier", lambda *_: pytest.fail("a tier was looked for"))
    found = aelab("grade", tiny, "--out", tmp_path / "out", *ONE_CHECK, "--trust-submissions", "--workers", "7")
    assert found.status == 0, found
    assert "\nisolation: none: submissions are trusted" in found.out
    record = json.loads((tmp_path / "out" / "tiny" / "report.json").read_text())
    assert (record["isolation"], record["checks"][0]["outcome"]) == ("none", "passed")
    assert counts == [1]


def test_limits_reach_the_submission(aelab: Aelab, tiny: Path, tmp_path: Path) -> None:
    """The option may be repeated; each sets one limit."""
    (tiny / "evaluation.py").write_text("def design_matrix(*_, **__):\n    while True:\n        pass\n")
    limits = ("--limit", "call_seconds=1.5", "--limit", "part_seconds=200")
    aelab("grade", tiny, "--out", tmp_path / "out", *ONE_CHECK, "--trust-submissions", *limits)
    record = json.loads((tmp_path / "out" / "tiny" / "report.json").read_text())
    assert "the 1.5 s of processor time" in record["checks"][0]["message"]
