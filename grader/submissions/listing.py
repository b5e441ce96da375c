"""List what was handed in: one file, a folder, an archive, and archives in those, down to two in each other."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from ..core.outcomes import LeftOut
from .files import ARCHIVES, File, Listing, UnreadableSubmission, has_suffix, shown
from .folders import file_at, files_of_folder
from .unpacking import files_of_archive
from .zips import files_of_zip

MAX_ARCHIVES = 10  # that are unpacked of one submission
OTHERS = (b"7z", b"Ra", b"\x1f\x8b", b"BZ", b"\xfd7", b"(\xb5")  # how .7z, .rar and compressed .tar files begin
MAX_INNER_BYTES = 64 * 2**20  # of an archive in an archive


@contextmanager
def listed(path: Path) -> Iterator[Listing]:
    """The files at `path` that may be a part of a submission. Raises UnreadableSubmission and OSError.

    They can be read as long as the context is open.
    """
    with ExitStack() as stack:
        if path.is_dir():
            yield _unpacked(files_of_folder(path), stack, levels=2)
            return
        file = file_at(path, path.name)
        yield _unpacked(_inside(file, stack), stack, levels=1) if is_archive(path.name) else Listing((file,), ())


def is_archive(name: str) -> bool:
    """Whether a file of this name is looked into."""
    return has_suffix(name, *ARCHIVES)


def _unpacked(listing: Listing, stack: ExitStack, levels: int) -> Listing:
    """The listing with the files of its archives in place of them. One that cannot be read is noted."""
    files, left_out = [], list(listing.left_out)
    packed = [file for file in listing.files if is_archive(file.path)]
    ignored = packed[MAX_ARCHIVES:]
    left_out += [LeftOut(shown(file.path), f"only {MAX_ARCHIVES} archives are unpacked") for file in ignored]
    for file in packed[:MAX_ARCHIVES]:
        try:
            if not levels:
                raise UnreadableSubmission("it is packed three times; pack your files once")
            inner = _unpacked(_inside(file, stack), stack, levels - 1)
        except (UnreadableSubmission, OSError) as error:
            left_out.append(LeftOut(shown(file.path), str(error)))
        else:
            files += [_below(file.path, each) for each in inner.files]
            left_out += [replace(note, where=shown(f"{file.path}/{note.where}")) for note in inner.left_out]
    plain = [file for file in listing.files if not is_archive(file.path)]
    return Listing(tuple(sorted([*plain, *files], key=lambda file: file.path)), tuple(left_out))


def _below(archive: str, file: File) -> File:
    return replace(file, path=f"{archive}/{file.path}", archive=f"{archive}/{file.archive}".rstrip("/"))


def _inside(archive: File, stack: ExitStack) -> Listing:
    """The files of an archive, by what is in it where that is not what its name says."""
    stream = stack.enter_context(_stream(archive))
    head = stream.read(2)
    kind = max((suffix for suffix in ARCHIVES if has_suffix(archive.path, suffix)), key=len)
    if head == b"PK" or (kind == ".zip" and head not in OTHERS):
        return files_of_zip(stream)
    return files_of_archive(stream, kind)


def _stream(archive: File) -> IO[bytes]:
    """An archive as a file on the disk, at its beginning."""
    if archive.place:
        return archive.place.open("rb")
    copy = TemporaryFile()  # noqa: SIM115, the caller closes it
    copy.write(archive.read(MAX_INNER_BYTES))
    copy.seek(0)
    return copy
