"""A submission in a process of its own may die, hang, flood its output or lie, and the grader goes on."""

import json
import os
import select
import statistics
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.expect import SubmissionDied
from grader.core.limits import Limits
from grader.core.outcomes import Outcome
from grader.engine.checking import run_checks
from grader.isolation.fork_server import ForkServer, ProcessLost
from grader.isolation.memory import resident_bytes
from grader.isolation.process import ProcessChannel
from grader.protocol.frames import Want
from grader.protocol.messages import Request
from tests.isolation.probing import (
    NUMBER,
    Open,
    ask,
    call,
    ends_within,
    init_of,
    is_running,
    process_of,
    processes_of,
    raised,
    submission,
    zygote_of,
)

SUBMISSION = """
import ctypes, os, signal, sys, time
from pathlib import Path

import numpy as np

IDENTITY = np.int64(int.from_bytes(os.urandom(6), "little"))  # numbers repeat in PID namespaces

def double(x):
    return 2 * x

def identity():
    return IDENTITY

def end():
    os._exit(0)

def leave():
    sys.exit(3)

def crash():
    ctypes.string_at(0)

def abort():
    os.abort()

def end_by_signal():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

def hang_up():
    os.closerange(3, 64)
    time.sleep(60)

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def sleep():
    time.sleep(300)

def never_end():
    while True:
        pass

def shout(line):
    print(line)
    print("and on the other stream", file=sys.stderr)
    os.write(1, b"below Python\\n")

def flood():
    for _ in range(40):
        print("x" * 100_000)
        print("y" * 100_000, file=sys.stderr)

def start_another():
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(300)
        os._exit(0)

def surroundings():
    print(os.getcwd(), os.environ.get("HOME"), os.environ.get("SECRET"), sys.stdin.read() == "")

def write(name, mib):
    Path(name).write_bytes(b"x" * 2**20 * mib)

def fill(mib):
    for number in range(mib):
        write(f"{number}", 1)
    time.sleep(60)

def take(mib):
    bytearray(b"x") * (mib * 2**20)
    kept = bytearray(b"x") * (mib * 2**20)
    time.sleep(60)
    return kept

def share_out(children, mib, seconds):
    for _ in range(children):
        if os.fork() == 0:
            take(mib)
    time.sleep(seconds)
"""


def test_arrays_go_in_and_come_out(open_channel: Open) -> None:
    """The submission computes in another process, and the same one answers all requests."""
    channel = open_channel(SUBMISSION)
    found = call(channel, "double", np.arange(6, dtype=np.float32).reshape(2, 3), want=Want("float32", (2, 3)))
    np.testing.assert_array_equal(found, [[0, 2, 4], [6, 8, 10]])
    first, second = (int(call(channel, "identity", want=NUMBER)) for _ in range(2))
    assert first == second
    assert process_of(channel).pid != os.getpid()


def test_no_process_starts_before_the_first_request(open_channel: Open, each_server: ForkServer) -> None:
    """A channel that is opened and closed costs nothing."""
    call(open_channel(SUBMISSION), "identity", want=NUMBER)  # now the fork server has a fork
    before = [process.pid for process in zygote_of(each_server).children()]
    channel = open_channel(SUBMISSION)
    assert [process.pid for process in zygote_of(each_server).children()] == before
    channel.close()
    assert channel.stdout == channel.stderr == ""


def test_a_fork_is_ready_at_once(server: ForkServer) -> None:
    """Once the fork server runs, a submission answers in a twentieth of the time that its start took."""

    def seconds() -> float:
        channel = ProcessChannel(submission("x = 1\n"), server, Limits())
        started = time.perf_counter()
        channel.request(Request("load", {"part": "data"}))
        taken = time.perf_counter() - started
        channel.close()
        return taken

    seconds()
    assert statistics.median(seconds() for _ in range(5)) < server.start_seconds / 20


def test_the_end_of_the_process_at_import_is_reported(open_channel: Open) -> None:
    """SubmissionDied names the import during which os._exit was called."""
    channel = open_channel("import os\nos._exit(0)\n")
    with pytest.raises(SubmissionDied, match=r"^Your code ended the Python process .* the import of data\.$") as death:
        channel.request(Request("load", {"part": "data"}))
    assert death.value.code == "process.ended"


@pytest.mark.parametrize("way", ["end", "crash", "abort", "end_by_signal", "hang_up"])
def test_a_process_that_ends_itself_fails_and_a_new_one_starts(open_channel: Open, way: str) -> None:
    """After os._exit, a segmentation fault, abort, a signal or a closed connection, the message names the call.

    A new process answers the next request.
    """
    channel = open_channel(SUBMISSION)
    before, process = int(call(channel, "identity", want=NUMBER)), process_of(channel)
    with pytest.raises(SubmissionDied, match=rf"^Your code ended the Python process while .* {way}\.$"):
        call(channel, way)
    assert ends_within(5, process)
    assert int(call(channel, "identity", want=NUMBER)) != before


def test_a_process_cannot_kill_itself_as_if_from_outside(open_channel: Open) -> None:
    """SIGKILL to itself is refused, so a process that died of one was killed by something else."""
    channel = open_channel(SUBMISSION)
    assert raised(channel, "kill")[0] == "PermissionError"


@pytest.mark.parametrize("role", ["fork server", "supervisor", "init", "submission"])
def test_an_end_from_outside_is_not_the_submission_s(open_channel: Open, role: str) -> None:
    """Whichever process on the way to a submission is killed, ProcessLost says so, and nothing of it is left."""
    channel = open_channel(SUBMISSION)
    before = int(call(channel, "identity", want=NUMBER))
    processes = processes_of(channel)
    killing = threading.Timer(0.5, processes[role].kill)
    killing.start()
    with pytest.raises(ProcessLost, match="while asked for sleep"):
        call(channel, "sleep")
    killing.join()
    assert ends_within(5, processes["submission"], processes["init"], processes[role])
    assert int(call(channel, "identity", want=NUMBER)) != before
    assert (zygote_of(channel.server) == processes["fork server"]) == (role != "fork server")


def test_an_end_from_outside_before_the_first_answer_is_not_the_submission_s(
    each_server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed while it gets its sources is ProcessLost too."""
    from grader.isolation.fork import Fork

    channel = ProcessChannel(submission(SUBMISSION), each_server, Limits())
    ask_first = Fork.ask

    def kill_first(fork: Fork, *arguments: object) -> object:
        channel._fork = fork
        process_of(channel).kill()
        return ask_first(fork, *arguments)

    monkeypatch.setattr(Fork, "ask", kill_first)
    with pytest.raises(ProcessLost):
        call(channel, "identity", want=NUMBER)


def test_a_fork_server_that_is_lost_between_submissions_is_replaced(
    open_channel: Open, each_server: ForkServer
) -> None:
    """The next submission does not notice."""
    call(open_channel(SUBMISSION), "identity", want=NUMBER)
    lost = zygote_of(each_server)
    lost.kill()
    assert ends_within(5, lost)
    assert not each_server.is_alive()
    call(open_channel(SUBMISSION), "identity", want=NUMBER)
    assert each_server.is_alive()
    assert zygote_of(each_server) != lost


def test_leaving_the_interpreter_is_an_exception_like_any_other(open_channel: Open) -> None:
    """sys.exit in a call is an exception of the submission, and its process goes on."""
    channel = open_channel(SUBMISSION)
    before = int(call(channel, "identity", want=NUMBER))
    assert raised(channel, "leave") == ("SystemExit", "3")
    assert int(call(channel, "identity", want=NUMBER)) == before


def test_a_call_that_takes_too_long_is_ended(open_channel: Open) -> None:
    """The process is ended at the limit, the message names it, and the next request gets a new process."""
    channel = open_channel(SUBMISSION, call_seconds=0.5)
    before, process = int(call(channel, "identity", want=NUMBER)), process_of(channel)
    started = time.monotonic()
    with pytest.raises(
        SubmissionDied, match=r"^It used up the 0\.5 s of processor time .* the grader asked for never_end\.$"
    ) as death:
        call(channel, "never_end")
    assert death.value.code == "process.timeout"
    assert time.monotonic() - started < 60
    assert ends_within(5, process)
    assert not channel.out_of_time
    assert int(call(channel, "identity", want=NUMBER)) != before


def test_an_import_has_a_limit_of_its_own(open_channel: Open) -> None:
    """The import of a module that never ends is stopped at the limit of imports."""
    channel = open_channel("while True:\n    pass\n", import_seconds=0.5, call_seconds=100.0)
    with pytest.raises(SubmissionDied, match=r"the 0\.5 s of .* the import of data\.$"):
        channel.request(Request("load", {"part": "data"}))


def test_the_total_time_of_a_part_is_limited(open_channel: Open) -> None:
    """Quick calls add up. The message names the limit, and no later request is answered."""
    channel = open_channel(SUBMISSION, part_seconds=1.0)
    call(channel, "identity", want=NUMBER)
    with pytest.raises(
        SubmissionDied, match=r"^The part used up its 1 s of processor time while the grader asked for never_end\.$"
    ) as death:
        call(channel, "never_end")
    assert death.value.code == "process.time_used_up"
    assert channel.out_of_time
    with pytest.raises(SubmissionDied, match="used up"):
        call(channel, "sleep")


def test_a_submission_leaves_nothing(open_channel: Open, each_server: ForkServer) -> None:
    """Processes that it started end with it, even in another session, and its scratch folder is gone."""
    channel = open_channel(SUBMISSION)
    call(channel, "start_another")
    init = init_of(channel)
    below = init.children(recursive=True)
    assert len(below) == 2
    call(channel, "write", name="file", mib=1)
    call(channel, "surroundings")
    assert all(map(is_running, below))
    channel.close()
    assert ends_within(5, init, *below)
    scratch = Path(channel.stdout.split()[0])
    assert scratch == Path("/scratch") if each_server.tier.bubblewrap else scratch.name.startswith("aelab-")
    assert not (scratch / "file").exists()
    assert each_server.tier.bubblewrap or not scratch.exists()


def test_a_second_process_has_seen_nothing_and_shares_the_clock(open_channel: Open) -> None:
    """channel.fresh() is another process of the same submission that uses the same time."""
    channel = open_channel(SUBMISSION, part_seconds=1.0)
    other = channel.fresh()
    one, two = (int(call(c, "identity", want=NUMBER)) for c in (channel, other))
    assert one != two
    assert int(call(channel, "identity", want=NUMBER)) == one
    with pytest.raises(SubmissionDied, match="used up its 1 s"):
        call(other, "never_end")
    assert channel.out_of_time
    assert is_running(process_of(channel))


def test_a_second_process_is_closed_with_the_first(open_channel: Open) -> None:
    """Nobody has to remember it."""
    channel = open_channel(SUBMISSION)
    other = channel.fresh()
    call(channel, "identity", want=NUMBER)
    call(other, "start_another")
    below = init_of(other).children(recursive=True)
    assert len(below) == 2
    channel.close()
    assert ends_within(5, *below)


def test_what_is_printed_is_kept(open_channel: Open) -> None:
    """Each stream is kept by itself, with what is written below Python, from every process of the submission."""
    channel = open_channel(SUBMISSION)
    call(channel, "shout", line="first")
    with pytest.raises(SubmissionDied):
        call(channel, "end")
    call(channel, "shout", line="second")
    channel.close()
    assert channel.stdout.splitlines() == ["first", "below Python", "second", "below Python"]
    assert channel.stderr.splitlines() == ["and on the other stream"] * 2


def test_what_is_printed_is_capped(open_channel: Open) -> None:
    """Of four million characters the start is kept, and the submission never waits for a reader."""
    channel = open_channel(SUBMISSION, call_seconds=30.0, output_mib=0.5)
    call(channel, "flood")
    channel.close()
    assert len(channel.stdout) == len(channel.stderr) == 2**19
    assert set(channel.stdout) == {"x", "\n"}
    assert set(channel.stderr) == {"y", "\n"}


def test_the_grader_s_own_surroundings_do_not_get_through(
    light_best: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission gets no variable of the grader's environment, no home folder and no stdin."""
    monkeypatch.setenv("SECRET", "the gradebook's password")
    own = light_best.another()
    channel = ProcessChannel(submission(SUBMISSION), own, Limits())
    call(channel, "surroundings")
    channel.close()
    own.close()
    assert channel.stdout.split() == ["/scratch", "/scratch", "None", "True"]


def test_memory_is_watched(open_channel: Open) -> None:
    """A submission that uses more than the limit is ended, and the message says so."""
    channel = open_channel(SUBMISSION, resident_mib=100)
    with pytest.raises(
        SubmissionDied, match=r"^It used more than 100 MiB of memory while the grader asked for take\.$"
    ) as death:
        call(channel, "take", mib=100)
    assert death.value.code == "process.memory"
    assert channel.peak_bytes > 100 * 2**20


def test_the_memory_of_all_its_processes_is_added_up(open_channel: Open) -> None:
    """Together they exceed the limit, though none does alone."""
    channel = open_channel(SUBMISSION, resident_mib=100)
    with pytest.raises(SubmissionDied, match="used more than 100 MiB of memory"):
        call(channel, "share_out", children=4, mib=30, seconds=50)


def test_memory_that_processes_share_is_counted_once(open_channel: Open) -> None:
    """Eight forks share the imported packages, which do not count eight times."""
    channel = open_channel(SUBMISSION, resident_mib=100)
    call(channel, "share_out", children=8, mib=1, seconds=1)
    assert resident_bytes(init_of(channel).pid, limit=float("inf")) > 100 * 2**20  # what a simple sum would say


def test_a_file_is_no_larger_than_allowed(open_channel: Open) -> None:
    """A larger one is an OSError in the submission, which goes on."""
    channel = open_channel(SUBMISSION, file_mib=4)
    call(channel, "write", name="small", mib=3)
    assert raised(channel, "write", name="large", mib=5) == ("OSError", "[Errno 27] File too large")


def test_scratch_space_is_limited(open_channel: Open, each_server: ForkServer) -> None:
    """With mounts its disk is full at the limit; without them it is ended with a message."""
    channel = open_channel(SUBMISSION, scratch_mib=16)
    call(channel, "write", name="file", mib=8)
    if each_server.tier.bubblewrap:
        assert raised(channel, "fill", mib=20) == ("OSError", "[Errno 28] No space left on device")
        call(channel, "identity", want=NUMBER)
    else:
        with pytest.raises(SubmissionDied, match=r"^It wrote more than 16 MiB of files while .* fill\.$"):
            call(channel, "fill", mib=20)


LIAR = """
import os, stat, struct, sys, threading, time

def connection():
    return next(n for n in range(3, 64) if is_socket(n))

def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False

def question():
    frame = sys._getframe()
    while not isinstance(frame.f_locals.get("header"), dict):
        frame = frame.f_back
    return frame.f_locals["header"]["id"]

def write(text, body=""):
    raw = text.encode()
    os.write(connection(), struct.pack(">I", len(raw)) + raw + bytes.fromhex(body))

def lie(text, body=""):
    write(text.replace("THIS", str(question())), body)
    os._exit(0)

def lie_later(text):
    threading.Timer(0.3, write, [text]).start()
"""

LIES = [
    ('{"id": 1, "operation": "call_function", "value": null, "arrays": []}', "an answer to another question"),
    ('{"operation": "call_function", "value": null, "arrays": []}', "an answer to another question"),
    ('{"id": THIS, "operation": "seed", "value": null, "arrays": []}', "an answer to another question"),
    ('{"id": THIS, "operation": "call_function", "value": null, "arrays": []}', "an answer without its arrays"),
    ('{"id": THIS, "operation": "call_function", "value": null}', "a header without its list of arrays"),
    ('{"id": THIS, "operation": "call_function", "value": NaN, "arrays": []}', "a header that is no JSON"),
    (
        '{"id": THIS, "operation": "call_function", "arrays": [{"dtype": "float32", "shape": [100000000000]}]}',
        "arrays that were not asked for",
    ),
    ("no JSON", "a header that is no JSON"),
]


@pytest.mark.parametrize(("lie", "reason"), LIES, ids=[lie for lie, _ in LIES])
def test_an_answer_out_of_turn_is_the_submission_s_failure(open_channel: Open, lie: str, reason: str) -> None:
    """A submission that writes to the connection itself is ended; the grader neither believes it nor fails."""
    channel = open_channel(LIAR)
    channel.request(Request("load", {"part": "data"}))
    with pytest.raises(SubmissionDied, match=f"answered out of turn or with something else: {reason}") as death:
        call(channel, "lie", text=lie, want=NUMBER)
    assert death.value.code == "process.protocol"


def test_the_liar_has_the_right_connection_and_question(open_channel: Open) -> None:
    """An answer of the right form is taken, whoever wrote it: the lies above fail for what they say."""
    channel = open_channel(LIAR)
    right = '{"id": THIS, "operation": "call_function", "arrays": [{"dtype": "int64", "shape": []}]}'
    assert call(channel, "lie", text=right, body="11" + "00" * 7, want=NUMBER) == 17


def test_an_answer_before_the_question_is_the_submission_s_failure(open_channel: Open) -> None:
    """It is one even if its form would be right."""
    channel = open_channel(LIAR)
    call(channel, "lie_later", text='{"id": 1, "operation": "seed", "value": null, "arrays": []}')
    assert channel._fork is not None
    assert select.select([channel._fork._connection], [], [], 10)[0]
    with pytest.raises(SubmissionDied, match="something else: an answer to no question"):
        channel.request(Request("seed", {"seed": 1}))


def test_an_answer_in_front_of_the_right_one_is_the_submission_s_failure(open_channel: Open) -> None:
    """What is written during a call arrives before the answer to it."""
    channel = open_channel(LIAR)
    text = '{"id": 1, "operation": "call_function", "value": null, "arrays": []}'
    with pytest.raises(SubmissionDied, match="something else: an answer to another question"):
        ask(channel, "write", text=text)


TRIAL = """
import sys
unpickled = []
sys.addaudithook(lambda event, arguments: unpickled.append(event) if event == "pickle.find_class" else None)
import json, pickle
from pathlib import Path
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.engine.run import RunConfig, grade_one
from grader.isolation.choice import find_tier
from grader.submissions.handed_in import HandedIn

def refuse(*arguments, **others):
    raise AssertionError("the grader pickles")

pickle.dumps = pickle.dump = pickle.loads = pickle.load = pickle.Pickler = pickle.Unpickler = refuse
checks = ASSIGNMENT.select(["data.normalize_scales_to_unit_interval"])
server, _ = find_tier(ASSIGNMENT, Limits())
submissions = [HandedIn("tiny", Path(sys.argv[1]), "tiny")]
report = grade_one(RunConfig(ASSIGNMENT, submissions, checks, 1, server.limits), server)
server.close()
found = [name for name in sys.modules if name.partition(".")[0] in ("tensorflow", "tf_keras", "keras", "submission")]
print(json.dumps({"outcome": report.checks[0].outcome, "message": report.checks[0].message, "imported": found,
                  "unpickled": unpickled, "isolation": report.isolation}))
"""


def test_the_process_that_decides_stays_clear_of_tensorflow_and_pickle(tmp_path: Path, server: ForkServer) -> None:
    """A grading in a fresh interpreter imports no TensorFlow and none of the submission, and never pickles."""
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
    isolation = server.tier.name
    assert found == {"outcome": "passed", "message": "", "imported": [], "unpickled": [], "isolation": isolation}


def test_a_process_that_does_not_start_is_our_fault(light_best: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the submission has run by then, so the outcome is `error`, which an instructor looks at."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    channel = ProcessChannel(submission("x = 1\n"), light_best.another(), Limits())
    results = run_checks(ASSIGNMENT, ASSIGNMENT.subject(channel, 1), ASSIGNMENT.select(["data"]))
    channel.close()
    assert {result.outcome for result in results} == {Outcome.ERROR}
