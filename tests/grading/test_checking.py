"""From checks to outcomes, with a submission that is played by the test."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Part
from grader.core.expect import Evidence, Failed, GraderFault, NotImplementedYet, SubmissionDied
from grader.core.outcomes import CheckResult, Outcome, Report, Status
from grader.core.registry import Check
from grader.engine.cache import Cache
from grader.engine.checking import run_checks
from grader.engine.run import RunConfig, grade_one
from grader.isolation.fork_server import ForkServer, ProcessLost
from grader.isolation.process import ProcessChannel
from grader.protocol.frames import Want
from grader.protocol.messages import Reply, Request
from grader.subject.subject import Subject
from grader.submissions.handed_in import HandedIn
from tests.isolation.probing import process_of, zygote_of
from tests.played_class import undated

Answer = Callable[[Request], tuple[Reply | None, dict[str, Any] | None]]


class Played:
    """A channel that answers as the test says, and notes what it was asked."""

    def __init__(self, answer: Answer = lambda request: (Reply(), None)):
        self.asked: list[Request] = []
        self._answer = answer

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        self.asked.append(request)
        return self._answer(request)

    @property
    def operations(self) -> list[str]:
        return [request.operation for request in self.asked]


Body = Callable[[Subject], Any]


def raising(error: BaseException) -> Body:
    def body(subject: Subject) -> Evidence:
        raise error

    return body


def passing(subject: Subject) -> Evidence:
    return Evidence("so", "so")


@pytest.fixture
def run() -> Callable[..., dict[str, CheckResult]]:
    """Runs bodies as checks of the part data, worth 3 points each; `needs` maps a name to the names it needs."""

    def run_them(
        bodies: dict[str, Body],
        needs: dict[str, tuple[str, ...]] | None = None,
        channel: Played | None = None,
        **settings: Any,
    ) -> dict[str, CheckResult]:
        wanted = {n: tuple(f"data.{x}" for x in (needs or {}).get(n, ())) for n in bodies}
        checks = tuple(Check(f"data.{n}", "data", 3, wanted[n], "A sentence.", b) for n, b in bodies.items())
        assignment = replace(ASSIGNMENT, parts=(Part("data", "Data", (), checks),))
        results = run_checks(assignment, Subject(channel or Played(), seed=5), checks, **settings)
        assert [r.id for r in results] == [c.id for c in checks]
        return {r.id.partition(".")[2]: r for r in results}

    return run_them


Run = Callable[..., dict[str, CheckResult]]


def test_a_check_that_returns_has_passed(run: Run) -> None:
    """All its points, and its evidence in the report."""
    result = run({"one": passing})["one"]
    assert (result.outcome, result.score, result.points, result.message) == (Outcome.PASSED, 3.0, 3, "")
    assert result.evidence == {"expected": "so", "measured": "so"}


def test_a_failure_carries_message_hint_and_evidence(run: Run) -> None:
    """What was expected, what was measured, one next step; no points."""
    result = run(
        {"one": raising(Failed("size.wrong", "Size {size} is wrong.", "Look.", Evidence(1, 2), size=np.int64(2)))}
    )["one"]
    assert (result.outcome, result.score) == (Outcome.FAILED, 0.0)
    assert (result.message, result.hint) == ("Size 2 is wrong.", "Look.")
    assert result.evidence == {"expected": 1, "measured": 2}


def test_a_failure_carries_its_cause(run: Run) -> None:
    """Code, template and parameters as plain values, rounded and without NaN, as everything in a record."""
    failed = Failed(
        "size.wrong", "Sizes {sizes} of {share} are wrong.", sizes=(1, 2), share=np.float64(1 / 3), of=np.nan
    )
    result = run({"one": raising(failed)})["one"]
    assert (result.code, result.template) == ("size.wrong", "Sizes {sizes} of {share} are wrong.")
    assert result.parameters == {"sizes": [1, 2], "share": 0.333333, "of": "nan"}


def test_only_a_failure_has_a_code(run: Run) -> None:
    """Whatever else became of a check has no cause of the submission's making."""
    others = {"one": passing, "two": raising(NotImplementedYet("stub")), "three": raising(GraderFault("ours"))}
    found = run(others | {"four": passing}, needs={"four": ("two",)})
    assert {(result.code, result.template, str(result.parameters)) for result in found.values()} == {("", "", "{}")}


def test_partial_credit(run: Run) -> None:
    """A graded step that is done counts: half of 3 points."""
    result = run({"one": raising(Failed("size.wrong", "Half done.", credit=0.5))})["one"]
    assert (result.outcome, result.score) == (Outcome.FAILED, 1.5)


def test_an_untouched_stub_is_not_implemented(run: Run) -> None:
    """Not a failure: the message names the task."""
    result = run({"one": raising(NotImplementedYet("Not done yet: Autoencoder.encode"))})["one"]
    assert (result.outcome, result.score) == (Outcome.NOT_IMPLEMENTED, 0.0)
    assert "Autoencoder.encode" in result.message


@pytest.mark.parametrize("bug", [ZeroDivisionError("ours"), KeyError("ours"), AssertionError("ours")])
def test_a_bug_of_ours_is_an_error_and_never_a_failure(
    run: Run, bug: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The student is told that it is not their doing, the instructor finds it in the log, the rest is graded."""
    results = run({"one": raising(bug), "two": passing})
    assert results["one"].outcome is Outcome.ERROR
    assert results["one"].message == f"The grader failed, not you: {type(bug).__name__} in data.one"
    assert "Traceback" in caplog.text
    assert "ours" in caplog.text
    assert results["two"].outcome is Outcome.PASSED


def test_a_fault_that_we_foresaw_says_what_happened(run: Run) -> None:
    """Its text is ours, so that the instructor reads it in the report."""
    results = run({"one": raising(GraderFault("ours")), "two": passing})
    assert (results["one"].outcome, results["one"].message) == (Outcome.ERROR, "The grader failed, not you: ours")
    assert results["two"].outcome is Outcome.PASSED


def test_a_skipped_check_names_what_it_needs(run: Run) -> None:
    """Skipped all the way down, each for the check that it waits for, and without asking the submission anything."""
    channel = Played()
    results = run(
        {"one": raising(Failed("size.wrong", "Wrong.")), "two": passing, "three": passing, "four": passing},
        needs={"three": ("two", "one"), "four": ("two", "three")},
        channel=channel,
    )
    assert [results[n].outcome for n in ("two", "three", "four")] == [Outcome.PASSED, Outcome.SKIPPED, Outcome.SKIPPED]
    assert results["three"].message == "Not measured, because data.one has not passed."
    assert "data.three" in results["four"].message
    assert "data.one" in results["three"].hint
    assert results["three"].score == 0
    assert len(channel.asked) == 2  # the seeds of the two checks that ran


@pytest.mark.parametrize(
    "blocker", [NotImplementedYet("stub"), GraderFault("ours"), SubmissionDied("process.ended", "gone")]
)
def test_any_outcome_but_passed_blocks(run: Run, blocker: BaseException) -> None:
    """Whatever became of it, a check that has not passed says nothing for those that build on it."""
    assert run({"one": raising(blocker), "two": passing}, needs={"two": ("one",)})["two"].outcome is Outcome.SKIPPED


def test_the_death_of_a_submission_fails_one_check(run: Run) -> None:
    """The check that met it fails with the reason, the others are measured."""
    results = run(
        {"one": raising(SubmissionDied("process.ended", "Your code ended the {what}.", what="process")), "two": passing}
    )
    assert (results["one"].outcome, results["one"].message) == (Outcome.FAILED, "Your code ended the process.")
    assert (results["one"].code, results["one"].parameters) == ("process.ended", {"what": "process"})
    assert results["two"].outcome is Outcome.PASSED


def test_a_death_before_the_check_began_is_its_failure(run: Run) -> None:
    """Also where the process ends while its generators are seeded."""

    def dying(request: Request) -> Any:
        raise SubmissionDied("process.ended", "gone")

    results = run({"one": passing, "two": passing}, channel=Played(dying))
    assert [r.outcome for r in results.values()] == [Outcome.FAILED, Outcome.FAILED]


def test_shared_measurements_are_made_once(run: Run) -> None:
    """One trained model serves all checks of its part, and a failure to train fails them all without another try."""
    made: list[str] = []

    def trained(subject: Subject) -> str:
        made.append("model")
        return "model"

    def broken(subject: Subject) -> str:
        made.append("broken")
        raise Failed("training.missing", "No training.")

    def use(subject: Subject) -> Evidence:
        return Evidence("model", subject.once(trained))

    def use_broken(subject: Subject) -> Evidence:
        return Evidence("", subject.once(broken))

    results = run({"one": use, "two": use, "three": use_broken, "four": use_broken})
    assert made == ["model", "broken"]
    assert results["two"].evidence["measured"] == "model"
    assert [results[n].message for n in ("three", "four")] == ["No training."] * 2


def test_shared_measurements_do_not_outlive_the_process(run: Run) -> None:
    """After a death the trained model is gone, so it is trained again."""
    made: list[int] = []

    def trained(subject: Subject) -> int:
        made.append(len(made))
        return made[-1]

    def use(subject: Subject) -> Evidence:
        return Evidence("", subject.once(trained))

    results = run({"one": use, "two": raising(SubmissionDied("process.ended", "gone")), "three": use})
    assert made == [0, 1]
    assert results["three"].outcome is Outcome.PASSED


def test_a_part_that_kills_its_process_at_import_is_imported_once(run: Run) -> None:
    """Its checks all fail with the same reason; the time that an import may take is not spent on each of them."""

    def dying(request: Request) -> Any:
        if request.operation == "load":
            raise SubmissionDied("process.timeout", "There was no answer within {seconds} s.", seconds=60)
        return Reply(), None

    def use(subject: Subject) -> Evidence:
        subject.load("data")
        return Evidence("", "")

    channel = Played(dying)
    results = run({"one": use, "two": use}, channel=channel)
    assert [r.message for r in results.values()] == ["There was no answer within 60 s."] * 2
    assert {r.code for r in results.values()} == {"process.timeout"}
    assert channel.operations.count("load") == 1


def test_no_check_starts_when_the_time_is_used_up(run: Run) -> None:
    """What is left is failed, and says why."""
    clock = iter([False, True, True])
    results = run({"one": passing, "two": passing, "three": passing}, out_of_time=lambda: next(clock))
    assert [r.outcome for r in results.values()] == [Outcome.PASSED, Outcome.FAILED, Outcome.FAILED]
    assert "time of this part was used up" in results["two"].message
    assert results["two"].code == "time.used_up"


def test_pictures_belong_to_the_check_that_made_them(run: Run) -> None:
    """Each picture once, also where the check failed after drawing it."""

    def drawing(subject: Subject) -> Evidence:
        subject.picture("strip", "Digits", np.zeros((28, 56)))
        raise Failed("size.wrong", "Wrong.")

    results = run({"one": drawing, "two": passing})
    assert [picture.name for picture in results["one"].pictures] == ["strip"]
    assert results["two"].pictures == ()


def test_every_check_begins_with_seeds_of_its_own(run: Run) -> None:
    """They depend on the grading seed and the check alone, so that the order of checks does not matter."""

    def seeds(*names: str) -> list[int]:
        channel = Played()
        run(dict.fromkeys(names, passing), channel=channel)
        assert channel.operations == ["seed"] * len(names)
        return [request.parameters["seed"] for request in channel.asked]

    forwards, backwards = seeds("one", "two"), seeds("two", "one")
    assert forwards == backwards[::-1]
    assert len(set(forwards)) == 2


def test_known_results_are_not_measured_again(run: Run) -> None:
    """A need that was measured earlier counts as it came out then."""
    known = CheckResult("data.one", "data", 3, 0.0, Outcome.FAILED, "Wrong.")
    ran: list[str] = []

    def body(subject: Subject) -> Evidence:
        ran.append("ran")
        return Evidence("", "")

    results = run({"one": body, "two": body}, needs={"two": ("one",)}, known={"data.one": known})
    assert results["one"] is known
    assert results["two"].outcome is Outcome.SKIPPED
    assert ran == []


# --- what comes back from a submission ------------------------------------------------------------------------------

FAILURES = [
    ({"kind": "stub", "message": "data.normalize"}, Outcome.NOT_IMPLEMENTED, "Not done yet: data.normalize"),
    (
        {"kind": "raised", "type": "ValueError", "message": "bad", "doing": "calling f", "where": "data.py, line 3"},
        Outcome.FAILED,
        "Your code raised ValueError while calling f (data.py, line 3): bad",
    ),
    (
        {"kind": "raised", "type": "ValueError", "message": "bad", "doing": "calling f", "where": ""},
        Outcome.FAILED,
        "Your code raised ValueError while calling f: bad",
    ),
    (
        {"kind": "shape", "what": "encode", "expected": "float32 (2, 10)", "received": "float32 (2, 9)"},
        Outcome.FAILED,
        "encode should return float32 (2, 10), but returned float32 (2, 9).",
    ),
    (
        {"kind": "missing", "name": "Autoencoder", "where": "autoencoder.py", "part": "vae", "present": ["Coder"]},
        Outcome.FAILED,
        "autoencoder.py defines no `Autoencoder`, which the part vae is about.",
    ),
    ({"kind": "missing_module", "name": "vae.py"}, Outcome.FAILED, "The submission has no vae.py."),
    ({"kind": "fault", "message": "a bug of the harness"}, Outcome.ERROR, "a bug of the harness"),
    ({"kind": "made up"}, Outcome.ERROR, "The grader failed, not you"),
    ("no object", Outcome.ERROR, "The grader failed, not you"),
]


@pytest.mark.parametrize(("failure", "outcome", "text"), FAILURES)
def test_what_a_submission_raised_becomes_a_message(run: Run, failure: Any, outcome: Outcome, text: str) -> None:
    """One clear sentence for its author, with file and line where they are known."""
    asked = {"seed": (Reply(), None)}
    channel = Played(lambda request: asked.get(request.operation, (None, failure)))
    result = run({"one": lambda subject: subject.request("call")}, channel=channel)["one"]
    assert result.outcome is outcome
    assert text in result.message


def test_texts_of_a_submission_are_cleaned_and_cut(run: Run) -> None:
    """No escape sequence reaches a terminal, and no message is longer than a page."""
    failure = {"kind": "raised", "type": "E", "doing": "x", "where": "", "message": "\x1b[31mred\x07" + "x" * 10_000}
    channel = Played(lambda request: (Reply(), None) if request.operation == "seed" else (None, failure))
    message = run({"one": lambda subject: subject.request("call")}, channel=channel)["one"].message
    assert "\x1b" not in message
    assert "\x07" not in message
    assert len(message) < 1000


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_fail_the_check(run: Run, value: float) -> None:
    """The message says what returned them and how many they are."""
    answer = Reply(arrays=(np.array([1.0, value], np.float32),))
    channel = Played(lambda request: (Reply(), None) if request.operation == "seed" else (answer, None))

    def body(subject: Subject) -> Any:
        return subject.request("call", wants=[Want("float32", (2,))], method="encode")

    result = run({"one": body}, channel=channel)["one"]
    assert result.outcome is Outcome.FAILED
    assert result.message == "What encode returned holds 1 of 2 values that are not finite."
    assert result.code == "numbers.not_finite"


# --- whole submissions ----------------------------------------------------------------------------------------------


def config(path: Path, server: ForkServer, names: tuple[str, ...] = ("data",)) -> RunConfig:
    """One submission, under the limits of the server."""
    return RunConfig(ASSIGNMENT, [HandedIn("ada", path, "ada")], ASSIGNMENT.select(names), 1, server.limits)


def test_what_cannot_be_read_is_reported_in_one_line(tmp_path: Path, server: ForkServer) -> None:
    """Every check says why, nobody is started, and the instructor is told to look."""
    report = grade_one(config(tmp_path, server), server.another())
    assert report.status is Status.UNREADABLE
    assert report.message == "the folder is empty"
    assert report.isolation == server.tier.name
    assert report.needs_attention
    assert report.score == 0
    assert {(c.outcome, c.code, c.message) for c in report.checks} == {
        (Outcome.FAILED, "submission.unreadable", "The submission could not be read: the folder is empty.")
    }
    assert {c.hint for c in report.checks} == {"Hand in lab05.ipynb or your folder of modules."}


def test_a_submission_that_vanished_is_reported(tmp_path: Path, server: ForkServer) -> None:
    """A folder that was there when the class was listed, and is gone now."""
    assert grade_one(config(tmp_path / "gone", server), server).status is Status.UNREADABLE


RIGHT = """
import time
import tensorflow as tf

time.sleep(1)
{more}

def normalize(image, label):
    return tf.cast(image, tf.float32) / 255.0
"""
CHECK = "data.normalize_scales_to_unit_interval"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[ProcessChannel]:
    """The channels that grading opened, in order."""
    channels: list[ProcessChannel] = []

    class Noted(ProcessChannel):
        def __init__(self, *arguments: Any, **others: Any):
            super().__init__(*arguments, **others)
            channels.append(self)

    monkeypatch.setattr("grader.engine.isolated.ProcessChannel", Noted)
    return channels


def grade(folder: Path, server: ForkServer, more: str = "", names: tuple[str, ...] = (CHECK,)) -> Report:
    (folder / "data.py").write_text(RIGHT.format(more=more))
    return grade_one(config(folder, server, names), server)


def killing_at(opened: list[ProcessChannel], role: str, times: int) -> Callable[[], None]:
    """Kills the process of each of the first channels, while its code is being imported."""

    def kill() -> None:
        deadline = time.monotonic() + 60
        for number in range(times):
            while len(opened) <= number or opened[number]._fork is None:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            time.sleep(0.2)
            channel = opened[number]
            (zygote_of(channel.server) if role == "fork server" else process_of(channel)).kill()

    return kill


@pytest.mark.parametrize("role", ["fork server", "submission"])
def test_a_submission_that_was_ended_from_outside_is_measured_again(
    tmp_path: Path, server: ForkServer, opened: list[ProcessChannel], role: str
) -> None:
    """From the beginning, in another process; it has its points, and nobody has to look."""
    killer = threading.Thread(target=killing_at(opened, role, 1))
    killer.start()
    report = grade(tmp_path, server)
    killer.join()
    assert len(opened) == 2
    assert report.status is Status.GRADED
    assert [(c.outcome, c.score) for c in report.checks] == [(Outcome.PASSED, 2.0)]
    assert not report.needs_attention


def test_a_submission_that_was_ended_from_outside_twice_is_an_error(
    tmp_path: Path, server: ForkServer, opened: list[ProcessChannel]
) -> None:
    """All its checks say that the grader failed, none that it did, and the instructor is told to look."""
    killer = threading.Thread(target=killing_at(opened, "submission", 2))
    killer.start()
    report = grade(tmp_path, server, names=("data",))
    killer.join()
    assert len(opened) == 2
    assert report.status is Status.ERROR
    assert report.needs_attention
    assert "ended from outside" in report.message
    assert report.message.endswith(", 2 times")
    assert [c.id for c in report.checks] == [c.id for c in ASSIGNMENT.select(["data"])]
    assert {c.outcome for c in report.checks} == {Outcome.ERROR}
    assert all(c.message.startswith("The grader failed, not you: ") for c in report.checks)


@pytest.mark.parametrize(
    "end", ["import os; os._exit(0)", "import ctypes; ctypes.string_at(0)", "import os; os.abort()"]
)
def test_a_submission_that_ends_itself_fails_at_once(
    tmp_path: Path, server: ForkServer, opened: list[ProcessChannel], end: str
) -> None:
    """It is not measured again, and it is not the grader's fault."""
    (tmp_path / "data.py").write_text(f"def normalize(image, label):\n    {end}\n")
    report = grade_one(config(tmp_path, server, (CHECK,)), server)
    assert len(opened) == 1
    assert report.status is Status.GRADED
    assert [c.outcome for c in report.checks] == [Outcome.FAILED]
    assert report.checks[0].message.startswith("Your code ended the Python process while")
    assert not report.needs_attention


def test_a_loss_passes_by_every_check(run: Run) -> None:
    """It is not taken for a failure of the check that runs, nor for a bug of it."""
    with pytest.raises(ProcessLost):
        run({"one": raising(ProcessLost("gone")), "two": passing})


def test_what_was_known_before_a_loss_does_not_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: ForkServer
) -> None:
    """The second try begins at the first check, with channels, models and measurements of its own."""
    tried: list[list[str]] = []

    def run_or_lose(assignment: Any, subject: Subject, checks: Any, *others: Any) -> tuple[CheckResult, ...]:
        tried.append([])
        results = []
        for check in checks:
            tried[-1].append(check.id)
            if len(tried) == 1 and len(results) == 1:
                raise ProcessLost("gone")
            results.append(CheckResult(check.id, check.part, check.points, float(len(tried)), Outcome.PASSED, ""))
        return tuple(results)

    monkeypatch.setattr("grader.engine.isolated.run_checks", run_or_lose)
    report = grade(tmp_path, server, names=("data",))
    names = [c.id for c in ASSIGNMENT.select(["data"])]
    assert tried == [names[:2], names]
    assert [c.score for c in report.checks] == [2.0] * len(names)


def test_what_is_kept_is_not_measured_again(tmp_path: Path, server: ForkServer, opened: list[ProcessChannel]) -> None:
    """With a cache, the second time no process is opened, and the report is the same."""
    cache = Cache(tmp_path / "cache.sqlite")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "data.py").write_text(RIGHT.format(more=""))
    first, second = (grade_one(config(tmp_path / "ada", server, (CHECK,)), server, cache=cache) for _ in range(2))
    assert len(opened) == 1
    assert undated(first) == undated(second)
    assert first.score == 2.0
