"""Writing files so that a reader finds the old one or the new one, never half of one."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and rename it into place; missing folders are made. Raises OSError.

    A file that has this content already is left as it is.
    """
    write_all_atomically(path.parent, {path.name: content})


def write_all_atomically(target: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write each content to its path below `target`, as `write_atomically`, and none before all are drafted.

    Returns the paths. Raises OSError, and UnicodeEncodeError for a text that UTF-8 cannot hold.
    """
    contents = {target / name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    drafts = {path: _draft_of(path) for path, content in contents.items() if not _holds(path, content)}
    for path in drafts:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        for path, draft in drafts.items():
            draft.write_bytes(contents[path])
        for path, draft in drafts.items():
            draft.replace(path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return list(contents)


def write_private(path: Path, content: bytes) -> None:
    """Write a file as `write_atomically` does, but one that only its owner can read. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if _holds(path, content) and not path.stat().st_mode & 0o077:
        return
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # its mode is 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def create_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, unless one is there: of several writers the first wins.

    All of it is there or nothing. Raises OSError.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as draft:  # its mode is 0600
        draft.write(content)
        draft.flush()
        with suppress(FileExistsError):
            path.hardlink_to(draft.name)


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _holds(path: Path, content: bytes) -> bool:
    """Whether a file is at `path`, no link or device, with this content. Raises OSError."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return S_ISREG(found.st_mode) and found.st_size == len(content) and path.read_bytes() == content
