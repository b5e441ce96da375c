"""What is mapped, closed and unlinked is on the disk still, and counts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.isolation import mapped
from grader.isolation.mapped import mapped_and_unlinked
from grader.isolation.watch import unlinked_bytes

MEBIBYTE = 2**20
SCRIPT = """
import ctypes, mmap, os, sys

libc = ctypes.CDLL(None)  # Python's own mmap keeps a descriptor
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
for number in range(3):
    with open(f"file{number}", "w+b") as file:
        file.write(os.urandom(2**20))
        file.flush()
        libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
    if sys.argv[1] == "unlinked":
        os.unlink(f"file{number}")
own = mmap.mmap(-1, 2**22)  # memory, which the kernel calls a deleted file, too
print(flush=True)
sys.stdin.read()
"""


@contextmanager
def mapping(folder: Path, how: str) -> Iterator[int]:
    """A process that keeps three files of a mebibyte by a page of each."""
    command = [sys.executable, "-S", "-c", SCRIPT, how]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


def test_a_page_keeps_its_whole_file(tmp_path: Path) -> None:
    """Where the kernel tells the size, that counts; where it does not, the largest size that a file may have."""
    with mapping(tmp_path, "unlinked") as process:
        found = mapped_and_unlinked(process, tmp_path, 5 * MEBIBYTE)
        each = MEBIBYTE if os.geteuid() == 0 else 5 * MEBIBYTE
        assert list(found.values()) == [pytest.approx(each, rel=0.02)] * 3
        assert unlinked_bytes(process, tmp_path, 5 * MEBIBYTE) == sum(found.values())


def test_without_the_look_at_mappings_they_count_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No descriptor leads to them."""
    monkeypatch.setattr(mapped, "DELETED", " (never)")
    with mapping(tmp_path, "unlinked") as process:
        assert unlinked_bytes(process, tmp_path, 5 * MEBIBYTE) == 0


def test_a_mapped_file_with_a_name_does_not_count_twice(tmp_path: Path) -> None:
    """It is in the folder, where it is counted."""
    with mapping(tmp_path, "named") as process:
        assert mapped_and_unlinked(process, tmp_path, 5 * MEBIBYTE) == {}


def test_what_lies_elsewhere_is_not_looked_at(tmp_path: Path) -> None:
    """A submission writes nowhere else; libraries that were replaced under a running process are nobody's."""
    with mapping(tmp_path, "unlinked") as process:
        assert mapped_and_unlinked(process, tmp_path / "other", 5 * MEBIBYTE) == {}
