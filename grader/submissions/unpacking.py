"""The files in a .tar.gz, .7z or .rar, through libarchive's program bsdtar.

It reads hostile bytes, so it is a process of its own with a bounded time, memory and output, and writes no file: it
turns an archive into a stream of the format of tar, of which only what may be a part of a submission is kept.
"""

import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from ..core.outcomes import LeftOut
from ..core.text import one_line
from .files import (
    ARCHIVES,
    ENVIRONMENT,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MODULE,
    NOTEBOOKS,
    File,
    Listing,
    UnreadableSubmission,
    leads_out,
    no_file,
    plain_name,
    shown,
    without_junk,
)

PROGRAM, PATH = "bsdtar", "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin"
MAX_BYTES = 128 * 2**20  # of all modules, notebooks and archives in one archive
SECONDS, MEMORY_KIB, MESSAGES = 30, 2**20, 128  # of processor time; of address space; of text, in blocks of 512 bytes
LIMITED = f'ulimit -t {SECONDS} 2>/dev/null; ulimit -v {MEMORY_KIB} 2>/dev/null; ulimit -f {MESSAGES}; exec "$@"'
SECRET = re.compile("encrypt|passphrase|password", re.IGNORECASE)


def files_of_archive(stream: IO[bytes], kind: str) -> Listing:
    """What may be a part of a submission, by name, in memory. Raises UnreadableSubmission.

    stream: a file on the disk. kind: how its name ends, for messages.
    """
    found: dict[str, tuple[tarfile.TarInfo, bytes]] = {}
    room = MAX_BYTES
    with _as_tar(stream, kind) as archive:
        for number, member in enumerate(archive):
            content = archive.extractfile(member) if member.isreg() else None
            raw = content.read(MAX_FILE_BYTES + 1) if content else b""
            room -= len(raw)
            if room < 0 or number >= MAX_ENTRIES:
                raise UnreadableSubmission(f"the {kind} holds more than {MAX_BYTES >> 20} MiB of Python and archives")
            found[plain_name(member.name)] = member, raw
    files, left_out = [], []
    for name in sorted(without_junk(found)):
        member, raw = found[name]
        if not member.isreg():
            left_out.append(no_file(name, is_link=member.issym() or member.islnk()))
        elif leads_out(name):
            left_out.append(LeftOut(shown(name), f"its name leads out of the {kind}; pack the folder that it lies in"))
        else:
            files.append(File(name, partial(_first, raw), time=(kind, member.mtime)))
    return Listing(tuple(files), tuple(left_out))


def version() -> str:
    """The version of bsdtar here, "" where there is none."""
    program = shutil.which(PROGRAM, path=PATH)
    if program is None:
        return ""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10)
    return done.stdout.partition(" - ")[0].removeprefix(PROGRAM).strip() or "unknown"


def _first(raw: bytes, size: int) -> bytes:
    return raw[:size]


@contextmanager
def _as_tar(stream: IO[bytes], kind: str) -> Iterator[tarfile.TarFile]:
    """The archive as a stream of what is wanted of it."""
    if shutil.which(PROGRAM, path=PATH) is None:
        raise UnreadableSubmission(f"a {kind} cannot be unpacked here: install libarchive-tools, or hand in a .zip")
    os.lseek(stream.fileno(), 0, os.SEEK_SET)
    command = [PROGRAM, "-c", "-f", "-", "--format=pax", *map("--include={}".format, _patterns()), "@-"]
    with TemporaryFile() as said:
        process = subprocess.Popen(
            ["sh", "-c", LIMITED, "sh", *command],  # noqa: S607, the path is in the environment
            stdin=stream, stdout=subprocess.PIPE, stderr=said, env={"PATH": PATH, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert process.stdout is not None
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                yield archive
            failed = process.wait() != 0
        except (tarfile.TarError, OSError, EOFError, ValueError):
            failed = True
        finally:
            process.terminate()  # which is allowed in a sandbox, where SIGKILL is not
            process.wait()
            process.stdout.close()
        if failed:
            said.seek(0)
            raise UnreadableSubmission(_problem(said.read().decode(errors="replace"), kind))


def _patterns() -> Iterator[str]:
    """Shell patterns of the names that are wanted, in capitals or not."""
    for suffix in (f"/{ENVIRONMENT}", MODULE, *NOTEBOOKS, *ARCHIVES):
        yield "*" + "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in suffix)


def _problem(said: str, kind: str) -> str:
    if SECRET.search(said):
        return f"the {kind} is encrypted: pack it again without a password"
    first = said.partition("\n")[0].removeprefix(f"{PROGRAM}: ")
    return f"the {kind} cannot be read: {one_line(first, 100) if first else 'it takes too long to unpack'}"
