"""Memory and files of a submission and everything it started are measured from outside."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pyseccomp
import pytest

from grader.core.limits import Limits
from grader.isolation import watch
from grader.isolation.clock import Breach, Clock
from grader.isolation.memory import resident_bytes
from grader.isolation.watch import Watch, folder_use

MEBIBYTE = 2**20


@contextmanager
def python(code: str) -> Iterator[subprocess.Popen]:
    """A process that runs `code`, says so, and sleeps."""
    command = [sys.executable, "-c", f"import os, sys, time\n{code}\nprint('ready', flush=True)\ntime.sleep(300)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield process
        finally:
            os.killpg(process.pid, 9)


EXIT = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "exit")  # of one thread
HOLD = "kept = bytearray(b'x') * (100 * 2**20)"


def test_the_memory_of_a_process() -> None:
    """A process that holds a hundred megabytes has a hundred more than one that does not."""
    with python("") as empty, python(HOLD) as full:
        assert resident_bytes(full.pid) - resident_bytes(empty.pid) == pytest.approx(100 * MEBIBYTE, rel=0.05)


def test_the_memory_of_descendants() -> None:
    """Children and grandchildren are part of it."""
    grandchild = f"    {HOLD}\n    os.write(filled, b'x')\n    time.sleep(300)"
    code = f"wait, filled = os.pipe()\nif os.fork() == 0 and os.fork() == 0:\n{grandchild}\nos.read(wait, 1)"
    with python(code) as process:
        assert resident_bytes(process.pid) > 100 * MEBIBYTE


def test_shared_memory_is_split_where_it_matters() -> None:
    """Four forks share a hundred megabytes: the plain sum counts them four times, above the limit they count once."""
    with python(f"{HOLD}\nfor _ in range(3):\n    if os.fork() == 0:\n        time.sleep(300)") as process:
        assert resident_bytes(process.pid, limit=1000 * MEBIBYTE) > 400 * MEBIBYTE
        assert 100 * MEBIBYTE < resident_bytes(process.pid, limit=200 * MEBIBYTE) < 200 * MEBIBYTE


def test_what_is_above_the_limit_is_not_counted_several_times() -> None:
    """A look ends as soon as it is sure, and the peak holds no page that it did not look at once for each process."""
    with python(f"{HOLD}\nfor _ in range(7):\n    if os.fork() == 0:\n        time.sleep(300)") as process:
        assert 10 * MEBIBYTE < resident_bytes(process.pid, limit=10 * MEBIBYTE) < 200 * MEBIBYTE


SHARED = """
import mmap
block = mmap.mmap(-1, 32 << 20)
block.write(b"x" * (32 << 20))
for _ in range(120):
    if os.fork() == 0:
        block[::4096]
        time.sleep(300)
time.sleep(1)
"""


def test_a_look_at_processes_that_share_pages_has_a_bounded_cost() -> None:
    """The kernel needs seconds for the share of each of 120; a look takes what it may, and never counts too little."""
    with python(SHARED) as process:
        began = time.thread_time()
        found = resident_bytes(process.pid, limit=1000 * MEBIBYTE, seconds=0.2)
        assert time.thread_time() - began < 0.7
    assert found > 32 * MEBIBYTE


def test_processes_that_there_is_no_time_for_count_in_full() -> None:
    """Otherwise many of them would hide what they hold."""
    with python(f"{HOLD}\nfor _ in range(3):\n    if os.fork() == 0:\n        time.sleep(300)") as process:
        assert resident_bytes(process.pid, limit=200 * MEBIBYTE, seconds=-1.0) > 400 * MEBIBYTE


def test_memory_is_not_hidden_by_the_end_of_the_first_thread() -> None:
    """The process looks as if it had ended, but its other threads still hold the memory."""
    thread = "threading.Thread(target=lambda: (print('ready', flush=True), time.sleep(300))).start()"
    with python(f"import ctypes, threading\n{HOLD}\n{thread}\nctypes.CDLL(None).syscall({EXIT}, 0)") as process:
        deadline = time.monotonic() + 10
        while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(0.01)
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        assert resident_bytes(process.pid) > 100 * MEBIBYTE
        assert resident_bytes(process.pid, limit=1) > 100 * MEBIBYTE


def test_a_process_that_is_gone_uses_nothing() -> None:
    """There is no error, and no memory of another process."""
    with python("") as process:
        pass
    assert resident_bytes(process.pid) == 0


def test_the_space_of_a_folder(tmp_path: Path) -> None:
    """All below it counts with what it takes on the disk; holes in files take nothing, and links are not followed."""
    (tmp_path / "outside").write_bytes(b"x" * 8 * MEBIBYTE)
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "file").write_bytes(b"x" * 3 * MEBIBYTE)
    (folder / "link").symlink_to(tmp_path)
    with (folder / "holes").open("wb") as file:
        file.truncate(1000 * MEBIBYTE)
    size, entries = folder_use(folder)
    assert 3 * MEBIBYTE <= size < 4 * MEBIBYTE
    assert entries == 5


def test_depth_does_not_hide_anything(tmp_path: Path) -> None:
    """A file counts below so many folders that no path reaches it."""
    code = "for _ in range(30):\n    os.mkdir('d' * 200)\n    os.chdir('d' * 200)\n"
    code += "with open('file', 'wb') as file:\n    file.write(b'x' * 3 * 2**20)\n"
    subprocess.run([sys.executable, "-c", f"import os\n{code}"], cwd=tmp_path, check=True)
    try:
        size, entries = folder_use(tmp_path)
        assert size >= 3 * MEBIBYTE
        assert entries == 32
    finally:
        subprocess.run(["rm", "-rf", "--", str(tmp_path / ("d" * 200))], check=True)


def test_a_folder_that_is_gone_takes_nothing(tmp_path: Path) -> None:
    """It may be removed during the measurement."""
    assert folder_use(tmp_path / "gone") == (0, 0)


LITTLE = Limits(scratch_mib=1, scratch_files=50)


class Breaches:
    """Records what the watch reports."""

    def __init__(self):
        self.heard: list[Breach] = []
        self._any = threading.Event()

    def __call__(self, breach: Breach) -> None:
        self.heard.append(breach)
        self._any.set()

    def wait(self) -> None:
        assert self._any.wait(20)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PAUSE", 0.02)


def test_too_much_memory_is_reported_once() -> None:
    """The report is a sentence with the limit, and the peak is kept."""
    breaches = Breaches()
    with python(HOLD) as process:
        looking = Watch(process.pid, Limits(resident_mib=50), breaches, None, Clock(Limits()))
        breaches.wait()
        time.sleep(0.2)
        looking.stop()
    assert breaches.heard == [Breach("process.memory", "It used more than 50 MiB of memory")]
    assert looking.peak_bytes > 100 * MEBIBYTE


def test_a_look_that_fails_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A race in /proc blinds one look and no other."""
    looks: list[int] = []

    def every_other(root: int, limit: float) -> int:
        looks.append(root)
        if len(looks) % 2:
            raise FileNotFoundError("it has just ended")
        return resident_bytes(root, limit) if len(looks) > 4 else 0

    monkeypatch.setattr(watch, "resident_bytes", every_other)
    breaches = Breaches()
    with python(HOLD) as process:
        looking = Watch(process.pid, Limits(resident_mib=50), breaches, None, Clock(Limits()))
        breaches.wait()
        looking.stop()
    assert [breach.code for breach in breaches.heard] == ["process.memory"]


def test_a_watch_that_keeps_failing_ends_the_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes on without a watch, and that is our fault."""
    monkeypatch.setattr(watch, "resident_bytes", lambda *_: 1 // 0)
    breaches = Breaches()
    with python("") as process:
        looking = Watch(process.pid, Limits(), breaches, None, Clock(Limits()))
        breaches.wait()
        looking.stop()
    assert [breach.code for breach in breaches.heard] == [watch.FAILED]


def test_too_many_files_are_reported_once(tmp_path: Path) -> None:
    """They are reported as soon as they are in the watched folder."""
    breaches = Breaches()
    with python("") as process:
        looking = Watch(process.pid, LITTLE, breaches, tmp_path, Clock(LITTLE))
        time.sleep(0.3)
        assert breaches.heard == []
        (tmp_path / "file").write_bytes(b"x" * 2 * MEBIBYTE)
        breaches.wait()
        time.sleep(0.2)
        looking.stop()
    assert breaches.heard == [Breach("process.disk", "It wrote more than 1 MiB of files")]


def test_too_many_small_files_are_reported(tmp_path: Path) -> None:
    """Their number alone is enough."""
    breaches = Breaches()
    with python("") as process:
        looking = Watch(process.pid, LITTLE, breaches, tmp_path, Clock(LITTLE))
        for number in range(60):
            (tmp_path / str(number)).touch()
        breaches.wait()
        looking.stop()
    assert breaches.heard == [Breach("process.files", "It made more than 50 files")]


def test_nothing_is_reported_after_the_end(tmp_path: Path) -> None:
    """What happens later is not the submission's."""
    breaches = Breaches()
    with python("") as process:
        looking = Watch(process.pid, LITTLE, breaches, tmp_path, Clock(LITTLE))
        looking.stop()
        (tmp_path / "file").write_bytes(b"x" * 2 * MEBIBYTE)
        time.sleep(0.3)
    assert breaches.heard == []
