"""The files in a .zip, unpacked into memory one at a time, when they are asked for."""

import stat
import zipfile
import zlib
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import IO

from ..core.outcomes import LeftOut
from .files import (
    MAX_ENTRIES,
    File,
    Listing,
    UnreadableSubmission,
    leads_out,
    no_file,
    plain_name,
    shown,
    without_junk,
)

# What zipfile raises: UnicodeDecodeError, a ValueError, for names; RuntimeError for a password; the rest for content.
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # zipfile unpacks the others without a limit
MAX_INDEX_BYTES = 16 * 2**20  # the list of files in a .zip, which is parsed as a whole
ENCRYPTED, UTF_8 = 0x1, 0x800  # flags of an entry


class _Bounded:
    """The stream of a .zip, whose index is read in one go and may not be larger than that of 100,000 files."""

    def __init__(self, stream: IO[bytes]):
        self._stream = stream
        self.tell, self.seek, self.seekable = stream.tell, stream.seek, stream.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MAX_INDEX_BYTES:
            raise zipfile.BadZipFile("its list of files is too long")
        return self._stream.read(size)


def files_of_zip(stream: IO[bytes]) -> Listing:
    """What may be a part of a submission, by name. `stream` stays in use. Raises UnreadableSubmission."""
    try:
        archive = zipfile.ZipFile(_Bounded(stream))
        entries = {_name(entry): entry for entry in archive.infolist() if not entry.is_dir()}
    except UNREADABLE as error:
        raise UnreadableSubmission(f"the .zip cannot be read: {error}") from None
    if len(entries) > MAX_ENTRIES:
        raise UnreadableSubmission(f"the .zip holds more than {MAX_ENTRIES:,} files: hand in your own work alone")
    files, left_out = [], []
    for name in sorted(without_junk(entries)):
        entry = entries[name]
        if stat.S_ISLNK(entry.external_attr >> 16):
            left_out.append(no_file(name, is_link=True))
        elif leads_out(name):
            left_out.append(LeftOut(shown(name), "its name leads out of the .zip; pack the folder that it lies in"))
        else:
            files.append(File(name, partial(_content, archive, entry), time=_time(entry)))
    return Listing(tuple(files), tuple(left_out))


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry. What a Mac packs is UTF-8 and does not say so, and reads as if it came from DOS."""
    name = entry.filename
    if not entry.flag_bits & UTF_8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return plain_name(name)


def _time(entry: zipfile.ZipInfo) -> tuple[str, float] | None:
    """When the file was changed, on the clock of the one who packed it."""
    try:
        return "zip", datetime(*entry.date_time).timestamp()
    except ValueError:
        return None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, size: int) -> bytes:
    if entry.flag_bits & ENCRYPTED:
        raise UnreadableSubmission("the .zip is encrypted: pack it again without a password")
    if entry.compress_type not in COMPRESSIONS:
        unusual = f"{shown(entry.filename)} is compressed in an unusual way; pack the files as an ordinary .zip"
        raise UnreadableSubmission(f"the .zip cannot be read: {unusual}")
    try:
        with archive.open(entry) as stream:
            return stream.read(size)
    except UNREADABLE as error:
        raise UnreadableSubmission(f"the .zip cannot be read: {error}") from None
