"""The files below a folder. Links and special files are neither followed nor opened."""

import os
from itertools import islice
from pathlib import Path

from .files import (
    ENVIRONMENT,
    MAX_DEPTH,
    MAX_ENTRIES,
    File,
    Listing,
    UnreadableSubmission,
    is_junk,
    is_wanted,
    no_file,
)


def files_of_folder(folder: Path) -> Listing:
    """What may be a part of a submission, by name. Raises UnreadableSubmission, and OSError for the folder itself."""
    files: list[File] = []
    left_out = []
    pending, room = [""], MAX_ENTRIES
    while pending:
        prefix = pending.pop()
        entries = _entries(folder / prefix, room)
        room -= len(entries)
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                pending += [f"{path}/"] * (not is_junk(entry.name) and path.count("/") < MAX_DEPTH)
            elif is_wanted(path) and entry.is_file(follow_symlinks=False):
                files.append(file_at(folder / path, path))
            elif is_wanted(path) or (entry.is_symlink() and entry.is_dir()):
                left_out.append(no_file(path, is_link=entry.is_symlink()))
    return Listing(tuple(sorted(files, key=lambda file: file.path)), tuple(left_out))


def file_at(place: Path, path: str) -> File:
    """A regular file of a folder under the name `path`."""

    def content(size: int) -> bytes:
        with place.open("rb") as stream:
            return stream.read(size)

    return File(path, content, place)


def _entries(folder: Path, limit: int) -> list[os.DirEntry[str]]:
    """What lies in a folder, and nothing if that is a virtual environment. Raises UnreadableSubmission and OSError."""
    with os.scandir(folder) as found:
        entries = list(islice(found, limit + 1))
    if any(entry.name == ENVIRONMENT for entry in entries):
        return []
    if len(entries) > limit:
        raise UnreadableSubmission(f"it holds more than {MAX_ENTRIES:,} files: hand in your own work alone")
    return entries
