"""A submission in a process of its own: it may die, hang, shout or lie, and the grader goes on.

Most of these submissions need no TensorFlow, so their processes find a stand-in under that name and start at once.
"""

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.expect import SubmissionDied
from grader.grading import run_checks
from grader.harness.operations import Request
from grader.isolation.process import OUTPUT_KEPT, ProcessChannel
from grader.isolation.wire import Want
from grader.lab import Lab
from grader.limits import Limits
from grader.outcomes import Outcome
from grader.registry import select
from grader.submissions import Source, Submission

STAND_IN = """
from types import SimpleNamespace as _Names
import numpy as _np

config = _Names(threading=_Names(
    set_intra_op_parallelism_threads=lambda n: None, set_inter_op_parallelism_threads=lambda n: None))

def constant(array):
    return array

def convert_to_tensor(value):
    return _Names(numpy=lambda: _np.asarray(value))
"""

SUBMISSION = """
import os, subprocess, sys, time

def double(x):
    return 2 * x

def process_id():
    return os.getpid()

def end():
    os._exit(0)

def leave():
    sys.exit(3)

def sleep():
    time.sleep(300)

def shout(line):
    print(line)
    print("and on the other stream", file=sys.stderr)
    os.write(1, b"below Python\\n")

def flood():
    for _ in range(40):
        print("x" * 100_000)

def start_another():
    return subprocess.Popen(["sleep", "300"]).pid

def surroundings():
    print(os.getcwd(), os.environ.get("HOME"), os.environ.get("SECRET"), sys.stdin.read() == "")
"""

NUMBER = Want("int64", ())
Open = Callable[..., ProcessChannel]


@pytest.fixture
def open_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens channels to submissions with the stand-in for TensorFlow; closes them after the test."""
    (tmp_path / "tensorflow.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(tmp_path)
    opened: list[ProcessChannel] = []

    def open_it(source: str = SUBMISSION, **limits: float) -> ProcessChannel:
        opened.append(ProcessChannel(Submission("it", "modules", (Source("data.py", source),)), Limits(**limits)))
        return opened[-1]

    yield open_it
    for channel in opened:
        channel.close()


def call(channel: ProcessChannel, name: str, *arrays: np.ndarray, want: Want | None = None, **arguments: Any) -> Any:
    request = Request(
        "call_function",
        {"part": "data", "name": name, "arguments": arguments},
        arrays,
        (want,) if want else (),
    )
    reply, failure = channel.request(request)
    assert failure is None, failure
    assert reply is not None
    return reply.arrays[0] if want else None


def is_running(process_id: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends_within(seconds: float, process_id: int) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(process_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(process_id)


def test_arrays_go_in_and_come_out(open_channel: Open) -> None:
    """The submission computes elsewhere; one process answers all its requests."""
    channel = open_channel()
    found = call(channel, "double", np.arange(6, dtype=np.float32).reshape(2, 3), want=Want("float32", (2, 3)))
    np.testing.assert_array_equal(found, [[0, 2, 4], [6, 8, 10]])
    first, second = (int(call(channel, "process_id", want=NUMBER)) for _ in range(2))
    assert first == second != os.getpid()


def test_no_process_starts_before_the_first_request(open_channel: Open) -> None:
    """A channel that is opened and closed costs nothing."""
    channel = open_channel()
    channel.close()
    assert channel.output == ""


def test_the_end_of_the_process_at_import_is_told(open_channel: Open) -> None:
    """os._exit while a module is imported: SubmissionDied says during what."""
    channel = open_channel("import os\nos._exit(0)\n")
    with pytest.raises(SubmissionDied, match=r"^Your code ended the Python process .* the import of data\.$"):
        channel.request(Request("load", {"part": "data"}))


def test_the_end_of_the_process_in_a_call_is_told_and_a_new_one_starts(open_channel: Open) -> None:
    """os._exit in a call: SubmissionDied names the call, and the next request is answered by a new process."""
    channel = open_channel()
    before = int(call(channel, "process_id", want=NUMBER))
    with pytest.raises(SubmissionDied, match=r"^Your code ended the Python process while the grader asked for end\.$"):
        call(channel, "end")
    assert ends_within(5, before)
    assert int(call(channel, "process_id", want=NUMBER)) != before


def test_leaving_the_interpreter_is_an_exception_like_any_other(open_channel: Open) -> None:
    """sys.exit in a call is what the submission raised, and its process lives on."""
    channel = open_channel()
    before = int(call(channel, "process_id", want=NUMBER))
    reply, failure = channel.request(Request("call_function", {"part": "data", "name": "leave"}))
    assert reply is None
    assert failure is not None
    assert (failure["kind"], failure["type"], failure["message"]) == ("raised", "SystemExit", "3")
    assert int(call(channel, "process_id", want=NUMBER)) == before


def test_a_call_that_takes_too_long_is_ended(open_channel: Open) -> None:
    """The limit of a call holds, the message says so, the process is gone, and the next request gets a new one."""
    channel = open_channel(call_seconds=1.0)
    before = int(call(channel, "process_id", want=NUMBER))
    started = time.monotonic()
    with pytest.raises(SubmissionDied, match=r"^There was no answer within 1 s when the grader asked for sleep\.$"):
        call(channel, "sleep")
    assert time.monotonic() - started < 10
    assert ends_within(5, before)
    assert not channel.out_of_time
    assert int(call(channel, "process_id", want=NUMBER)) != before


def test_an_import_has_a_limit_of_its_own(open_channel: Open) -> None:
    """A module that never ends being imported is ended by the limit of imports."""
    channel = open_channel("import time\ntime.sleep(300)\n", import_seconds=4.0, call_seconds=100.0)
    with pytest.raises(SubmissionDied, match=r"within 4 s .* the import of data\.$"):
        channel.request(Request("load", {"part": "data"}))


def test_the_time_of_a_submission_is_limited_in_all(open_channel: Open) -> None:
    """Quick calls add up; the message says which limit it was, and no later request is answered."""
    channel = open_channel(submission_seconds=4.0)
    call(channel, "process_id", want=NUMBER)
    with pytest.raises(SubmissionDied, match=r"^The submission used up its 4 s while the grader asked for sleep\.$"):
        call(channel, "sleep")
    assert channel.out_of_time
    with pytest.raises(SubmissionDied, match="used up"):
        call(channel, "process_id", want=NUMBER)


def test_nothing_is_left_of_a_submission(open_channel: Open) -> None:
    """Processes that a submission started end with it, and so does its scratch folder."""
    channel = open_channel()
    grandchild = int(call(channel, "start_another", want=NUMBER))
    child = int(call(channel, "process_id", want=NUMBER))
    call(channel, "surroundings")
    assert is_running(grandchild)
    channel.close()
    scratch = Path(channel.output.split()[0])
    assert scratch.name.startswith("aelab-")
    assert not scratch.exists()
    assert ends_within(5, grandchild)
    assert ends_within(5, child)


def test_what_is_printed_is_kept(open_channel: Open) -> None:
    """Both streams, and what is written below Python, of every process of the submission."""
    channel = open_channel()
    call(channel, "shout", line="first")
    with pytest.raises(SubmissionDied):
        call(channel, "end")
    call(channel, "shout", line="second")
    channel.close()
    for text in ("first", "and on the other stream", "below Python", "second"):
        assert text in channel.output


def test_what_is_printed_is_capped(open_channel: Open) -> None:
    """Four million characters neither fill the memory nor make the submission wait for a reader."""
    channel = open_channel(call_seconds=30.0)
    call(channel, "flood")
    channel.close()
    assert len(channel.output) == OUTPUT_KEPT


def test_the_grader_s_own_surroundings_do_not_get_through(open_channel: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """No environment variable of the grader's, no home folder, nothing on stdin: an empty scratch folder."""
    monkeypatch.setenv("SECRET", "the gradebook's password")
    channel = open_channel()
    call(channel, "surroundings")
    channel.close()
    folder, home, secret, stdin_is_empty = channel.output.split()
    assert folder == home != str(Path.home())
    assert (secret, stdin_is_empty) == ("None", "True")


LIAR = """
import json, os, struct, sys

def lie(text):
    raw = text.encode()
    os.write(int(sys.argv[1]), struct.pack(">I", len(raw)) + raw)
    os._exit(0)
"""


@pytest.mark.parametrize(
    "lie",
    [
        '{"id": 1, "value": null, "arrays": []}',
        '{"id": 3, "value": null}',
        '{"id": 3, "value": NaN, "arrays": []}',
        '{"id": 3, "value": 1, "arrays": [{"dtype": "float32", "shape": [100000000000]}]}',
        "no JSON",
    ],
)
def test_an_answer_out_of_turn_is_the_submission_s_failure(open_channel: Open, lie: str) -> None:
    """A submission that writes to the connection itself is ended; the grader neither believes it nor falls over."""
    channel = open_channel(LIAR)
    channel.request(Request("load", {"part": "data"}))
    with pytest.raises(SubmissionDied, match="answered out of turn or with something else"):
        call(channel, "lie", text=lie, want=NUMBER)


TRIAL = """
import sys
unpickled = []
sys.addaudithook(lambda event, arguments: unpickled.append(event) if event == "pickle.find_class" else None)
import json, pickle
from pathlib import Path
from grader.grading import grade_submission
from grader.lab import Lab
from grader.limits import Limits
from grader.outcomes import Outcome
from grader.registry import select
from grader.registry import select

def refuse(*arguments, **others):
    raise AssertionError("the grader pickles")

pickle.dumps = pickle.dump = pickle.loads = pickle.load = pickle.Pickler = pickle.Unpickler = refuse
checks = select(["data.normalize_scales_to_unit_interval"])
report = grade_submission("tiny", Path(sys.argv[1]), checks, 1, Limits())
found = [name for name in sys.modules if name.partition(".")[0] in ("tensorflow", "tf_keras", "keras", "submission")]
print(json.dumps({"outcome": report.checks[0].outcome, "message": report.checks[0].message, "imported": found,
                  "unpickled": unpickled, "isolation": report.isolation}))
"""


def test_the_process_that_decides_stays_clear_of_tensorflow_and_pickle(tmp_path: Path) -> None:
    """A whole grading, in a fresh interpreter: no TensorFlow, none of the submission's code, no pickle either way."""
    source = """
        import builtins, pickle, sys
        import tensorflow as tf

        def refuse(*arguments, **others):
            builtins.print("pickle was used", flush=True)
            raise AssertionError("the grader pickles")

        pickle.dumps = pickle.dump = pickle.loads = pickle.load = pickle.Pickler = pickle.Unpickler = refuse

        def normalize(image, label):
            return tf.cast(image, tf.float32) / 255.0
    """
    (tmp_path / "data.py").write_text(textwrap.dedent(source))
    command = [sys.executable, "-c", TRIAL, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == {"outcome": "passed", "message": "", "imported": [], "unpickled": [], "isolation": "none"}


def test_a_process_that_does_not_start_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the submission has run by then: the outcome is `error`, which costs no points unseen."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    submission = Submission("it", "modules", (Source("data.py", "x = 1\n"),))
    channel = ProcessChannel(submission, Limits())
    results = run_checks(Lab(channel, 1), select(["data"]))
    channel.close()
    assert {result.outcome for result in results} == {Outcome.ERROR}
