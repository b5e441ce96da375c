"""Claims about the sandbox in which submissions are read: what happens there ends a call, and nothing else."""

import ctypes
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.expect import GraderFault
from grader.isolation import reading
from grader.isolation.sandbox import Exceeded, Sandbox
from grader.submissions.reading import Submission, UnreadableSubmission
from grader.submissions.reading import read_submission as read_here
from tests.submissions.hostile_texts import write_text

SECONDS = 2  # of processor time, for a call of these tests


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox(cpu_seconds=SECONDS, memory_mib=512)


@pytest.fixture
def small(sandbox, monkeypatch):
    """Submissions are read in the sandbox of these tests."""
    monkeypatch.setattr(reading, "SANDBOX", sandbox)
    return sandbox


def echo(header, raw, _):
    return {"was": header, "uid": os.getuid()}, raw[::-1]


def spin(*_):
    while True:
        pass


def fill(*_):
    return {}, b"x" * 2**30


def crash(*_):
    ctypes.string_at(0)


def kill(*_):
    os.kill(os.getppid(), signal.SIGTERM)
    return {}, b""


def raises(*_):
    raise ZeroDivisionError("of ours")


def reads(header, raw, begins):
    begins("the file")
    return {"text": Path(header["path"]).read_text()}, b""


def sees(header, *_):
    """What a process may do that a parser was made to do something else."""
    tried = {
        "read": lambda: Path(header["path"]).read_text(),
        "write": lambda: Path(header["path"]).write_text("x"),
        "connect": lambda: socket.socket(),
        "home": lambda: list(Path("/root").iterdir()),
    }
    done = []
    for name, act in tried.items():
        try:
            act()
            done.append(name)
        except OSError:
            pass
    return {"done": done}, b""


def test_a_call_returns_what_the_function_makes(sandbox):
    """A header and bytes come back; the server is there for the next call."""
    assert sandbox.call(echo, {"a": [1, "ä"]}, b"abc")[0]["was"] == {"a": [1, "ä"]}
    assert sandbox.call(echo, {}, b"abc")[1] == b"cba"


@pytest.mark.parametrize(
    ("function", "says"),
    [(spin, f"more than {SECONDS} s"), (fill, "more than 512 MiB"), (crash, "Python itself ends")],
)
def test_what_takes_too_much_ends_the_call_alone(sandbox, function, says):
    """Time, memory and a crash are exceptions here, and the next call is answered."""
    with pytest.raises(Exceeded, match=says):
        sandbox.call(function, {})
    assert sandbox.call(echo, {}, b"x")[1] == b"x"


def test_an_exception_of_ours_is_a_fault_of_ours(sandbox):
    """What a function raises is reported with its traceback, and is nobody's zero."""
    with pytest.raises(GraderFault, match="ZeroDivisionError"):
        sandbox.call(raises, {})


def test_a_lost_server_is_started_anew(sandbox):
    """Whoever kills the server, or a process of it, costs one more start."""
    sandbox.call(echo, {})
    os.kill(sandbox._process.pid, signal.SIGKILL)
    assert sandbox.call(echo, {}, b"x")[1] == b"x"


def test_a_sandbox_reads_what_it_was_given_and_nothing_else(sandbox, tmp_path):
    """Neither other files nor the network are in reach of a parser that was taken over."""
    for name in ("mine", "other"):
        (tmp_path / name).write_text(name)
    assert sandbox.call(reads, {"path": str(tmp_path / "mine")}, paths=[tmp_path / "mine"])[0] == {"text": "mine"}
    assert sandbox.call(sees, {"path": str(tmp_path / "other")}, paths=[tmp_path / "mine"])[0] == {"done": []}
    assert sandbox.call(sees, {"path": str(tmp_path / "mine")}, paths=[tmp_path / "mine"])[0] == {"done": ["read"]}


@pytest.mark.parametrize("form", ["modules", "notebook"])
def test_what_is_read_is_the_same_as_without_a_sandbox(form, tmp_path):
    """Sources, notes and the choice do not depend on where a submission was read."""
    path = ASSIGNMENT.reference_folder()
    if form == "notebook":
        path = path.parent / "student_templates" / ASSIGNMENT.notebook
    found = reading.read_submission("ada", path, ASSIGNMENT)
    assert found == read_here("ada", path, ASSIGNMENT)
    given = ASSIGNMENT.given_statements
    each = reading.sources_for_each(found, ASSIGNMENT.parts, given)
    assert each == tuple(reading.dependencies.sources_for(found, [part], given) for part in ASSIGNMENT.parts)


def test_a_file_that_takes_too_long_is_named_and_ends_no_other(small, tmp_path):
    """The student reads which file it is; the next submission is read."""
    write_text(f_string(250_000), tmp_path, "notebook")
    began = time.monotonic()
    with pytest.raises(UnreadableSubmission, match=r"lab05\.ipynb takes more than 2 s of processor time to read"):
        reading.read_submission("eve", tmp_path, ASSIGNMENT)
    assert time.monotonic() - began < 60
    write_text("y = 1", tmp_path, "notebook")
    assert reading.read_submission("ada", tmp_path, ASSIGNMENT).sources[0].text == "y = 1"


def test_where_dependencies_take_too_long_everything_is_sent(small):
    """What cannot be told within bounds costs the student nothing: each part gets all sources."""
    sources = reading.Source("data.py", f_string(250_000)), reading.Source("vae.py", "")
    submission = Submission("eve", "modules", sources)
    each = reading.sources_for_each(submission, ASSIGNMENT.parts, frozenset())
    assert each == (submission.sources,) * len(ASSIGNMENT.parts)


def f_string(size: int) -> str:
    return 'f"' + "{a}" * (size // 3) + '"'
