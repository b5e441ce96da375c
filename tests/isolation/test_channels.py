"""Bits that one submission sends and another one waits for: they cross without the filter, and do not with it."""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.core.expect import SubmissionDied
from grader.core.limits import Limits
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from tests.isolation.light_server import STAND_INS
from tests.isolation.probing import NUMBER, call, submission

BITS = 12
START = """
import colorsys, ctypes, fcntl, mmap, os, signal, struct
import numpy as np

libc = ctypes.CDLL(None, use_errno=True)
SHARED = colorsys.__file__  # everyone may read it
me = os.getpid

def held(act):
    try:
        act()
    except OSError:
        return 1
    return 0

def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return result

def listen(path, other):
    pass
"""


@dataclass(frozen=True)
class Covert:
    """A covert channel: what a submission does to send a bit and to hear one. disabled: what has to be off for it."""

    name: str
    text: str
    disabled: tuple[str, ...] = ("seccomp",)


TOGETHER = ("seccomp", "pid namespace")  # two processes that see each other: namespaces keep these apart as well
COVERT = (
    Covert("flock", """
FILE = open(SHARED)
def send(bit, path):
    fcntl.flock(FILE, fcntl.LOCK_EX if bit else fcntl.LOCK_UN)
def hear(path, other):
    bit = held(lambda: fcntl.flock(FILE, fcntl.LOCK_SH | fcntl.LOCK_NB))
    fcntl.flock(FILE, fcntl.LOCK_UN)
    return np.int64(bit)
"""),
    Covert("record locks", """
FILE = open(os.devnull, "r+b")
def send(bit, path):
    fcntl.lockf(FILE, fcntl.LOCK_EX if bit else fcntl.LOCK_UN, 1, 77)
def hear(path, other):
    bit = held(lambda: fcntl.lockf(FILE, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 77))
    fcntl.lockf(FILE, fcntl.LOCK_UN, 1, 77)
    return np.int64(bit)
"""),
    Covert("inotify", """
def listen(path, other):
    global WATCH
    WATCH = checked(libc.inotify_init1(os.O_NONBLOCK))
    checked(libc.inotify_add_watch(WATCH, SHARED.encode(), 0x20))  # IN_OPEN
def send(bit, path):
    bit and open(SHARED).close()
def hear(path, other):
    return np.int64(1 - held(lambda: os.read(WATCH, 1000)))
"""),
    Covert("directory notices", """
HEARD = []
def listen(path, other):
    signal.signal(signal.SIGIO, lambda *_: HEARD.append(1))
    HEARD.clear()
    fcntl.fcntl(os.open(os.path.dirname(SHARED), os.O_RDONLY), fcntl.F_NOTIFY, 1)  # DN_ACCESS
def send(bit, path):
    bit and open(SHARED).read(1)
def hear(path, other):
    return np.int64(bool(HEARD))
"""),
    Covert("attributes", """
def send(bit, path):
    os.setxattr(path, "user.bit", str(bit).encode())
def hear(path, other):
    return np.int64(os.getxattr(path, "user.bit"))
""", ("seccomp",)),
    Covert("shared memory", """
libc.shmat.restype = ctypes.c_void_p
def place():
    where = libc.shmat(checked(libc.shmget(0xA3AB, 4096, 0o1666)), None, 0)
    return ctypes.c_char.from_address(where)
def send(bit, path):
    place().value = bytes([bit])
def hear(path, other):
    return np.int64(place().value[0])
""", TOGETHER),
    Covert("semaphores", """
def number():
    return checked(libc.semget(0xA3AB, 1, 0o1666))
def send(bit, path):
    checked(libc.semctl(number(), 0, 16, bit))  # SETVAL
def hear(path, other):
    return np.int64(checked(libc.semctl(number(), 0, 12)))  # GETVAL
""", TOGETHER),
    Covert("System V queues", """
def number():
    return checked(libc.msgget(0xA3AB, 0o1666))
def send(bit, path):
    checked(libc.msgsnd(number(), struct.pack("l8s", 1 + bit, b""), 8, 0))
def hear(path, other):
    message = ctypes.create_string_buffer(16)
    checked(libc.msgrcv(number(), message, 8, 0, 0o4000))
    return np.int64(struct.unpack("l", message.raw[:8])[0] - 1)
""", TOGETHER),
    Covert("niceness", """
NICE = iter(range(1, 20))
def send(bit, path):
    bit and os.setpriority(os.PRIO_PROCESS, 0, next(NICE))
def listen(path, other):
    global BEFORE
    BEFORE = os.getpriority(os.PRIO_PROCESS, other)
def hear(path, other):
    return np.int64(os.getpriority(os.PRIO_PROCESS, other) != BEFORE)
""", TOGETHER),
    Covert("cores", """
ALL = os.sched_getaffinity(0)
def send(bit, path):
    os.sched_setaffinity(0, {min(ALL)} if bit else ALL)
def hear(path, other):
    return np.int64(len(os.sched_getaffinity(other)) == 1)
""", TOGETHER),
)  # fmt: skip


@pytest.fixture
def shared_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A file that everyone may write to, as far as the file system is asked."""
    folder = tmp_path_factory.mktemp("open", numbered=True)
    for place in (folder, folder.parent, folder.parent.parent):
        place.chmod(0o777)
    (folder / "file").write_text("")
    (folder / "file").chmod(0o666)
    return str(folder / "file")


def heard(covert: Covert, server: ForkServer, path: str, bits: list[int], disabled: tuple[str, ...]) -> list[int]:
    """What the second submission hears of the bits that the first one sends; nothing where either is refused."""
    text = START + covert.text + "\ndef number_of_process():\n    return np.int64(me())\n"
    found = []
    with ExitStack() as stack:
        sender, receiver = (ProcessChannel(submission(text), server, Limits(), disabled) for _ in range(2))
        stack.callback(sender.close)
        stack.callback(receiver.close)
        other = int(call(sender, "number_of_process", want=NUMBER))
        try:
            for bit in bits:
                call(receiver, "listen", path=path, other=other)
                call(sender, "send", bit=bit, path=path)
                found.append(int(call(receiver, "hear", path=path, other=other, want=NUMBER)))
        except (AssertionError, SubmissionDied):  # what it tried was refused
            return []
    return found


@pytest.mark.parametrize("covert", COVERT, ids=lambda covert: covert.name)
def test_no_bit_crosses(covert: Covert, each_server: ForkServer, shared_file: str) -> None:
    """Whatever is sent, the other submission hears the same; without the filter it hears what was sent."""
    bits = [0, 1, *random.Random(covert.name).choices((0, 1), k=BITS)]
    if not each_server.tier.bubblewrap or covert.name != "attributes":  # no file to write to is in sight elsewhere
        assert heard(covert, each_server, shared_file, bits, covert.disabled) == bits
    got = heard(covert, each_server, shared_file, bits, tuple({*covert.disabled} - {"seccomp"}))
    assert len(set(got)) <= 1


READS = "import numpy as np\ndef reads(path):\n    return np.int64(len(open(path).read()))\n"


def test_with_mounts_nobody_sees_that_a_file_was_read(light_best: ForkServer) -> None:
    """Mounts are read-only, so the kernel writes down no time of access, also where Landlock lets a file be read."""
    file = STAND_INS["matplotlib"] / "__init__.py"
    os.utime(file, (1, file.stat().st_mtime))
    channel = ProcessChannel(submission(READS), light_best, Limits(), disabled=("landlock",))
    try:
        inside = Path("/aelab/matplotlib/__init__.py")
        assert call(channel, "reads", path=str(inside), want=NUMBER) == file.stat().st_size
    finally:
        channel.close()
    assert file.stat().st_atime == 1


RIGHT = """
import os, shutil, sqlite3
from pathlib import Path

import numpy as np
import tensorflow as tf

def model():
    return tf.keras.Sequential([tf.keras.layers.Dense(3, input_shape=(2,))])

def saves_weights():
    one, other = model(), model()
    one.save_weights("w.h5")
    other.load_weights("w.h5")
    return np.int64(np.array_equal(one.get_weights()[0], other.get_weights()[0]))

def copies_folders():
    Path("a/b").mkdir(parents=True)
    Path("a/b/file").write_text("text")
    shutil.copytree("a", "c")
    return np.int64(Path("c/b/file").read_text() == "text")

def keeps_tables(mode):
    for _ in range(2):
        with sqlite3.connect("tables.sqlite") as connection:
            connection.execute(f"pragma journal_mode = {mode}")
            connection.execute("create table if not exists t (n)")
            connection.execute("insert into t values (1)")
        connection.close()
    return np.int64(sqlite3.connect("tables.sqlite").execute("select count(*) from t").fetchone()[0])

def saves_a_checkpoint():
    one, other = model(), model()
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(one), "model/checkpoint", max_to_keep=1)
    tf.train.Checkpoint(other).restore(manager.save())
    return np.int64(np.array_equal(one.get_weights()[0], other.get_weights()[0]))
"""


def test_right_programs_do_without(each_full_server: ForkServer) -> None:
    """Weights in HDF5, copies of folders, tables of SQLite and checkpoints need no lock and no attribute."""
    channel = ProcessChannel(submission(RIGHT), each_full_server, Limits())
    try:
        for name in ("saves_weights", "copies_folders", "saves_a_checkpoint"):
            assert call(channel, name, want=NUMBER) == 1, name
        assert [int(call(channel, "keeps_tables", mode=mode, want=NUMBER)) for mode in ("delete", "wal")] == [2, 4]
    finally:
        channel.close()
