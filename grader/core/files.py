"""Writing files so that a reader finds the old one or the new one, never half of one."""

import os
from pathlib import Path
from stat import S_ISREG


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and rename it into place; missing folders are made. Raises OSError.

    A file that has this content already is left as it is.
    """
    if _holds(path, content):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _holds(path: Path, content: bytes) -> bool:
    """Whether a file is at `path`, no link or device, with this content. Raises OSError."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return S_ISREG(found.st_mode) and found.st_size == len(content) and path.read_bytes() == content
