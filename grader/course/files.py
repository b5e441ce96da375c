"""Files that a course consists of: whose they are, and where they may lie."""

import os
from collections.abc import Iterable
from pathlib import Path

from .reading import CourseError, CourseFile


def read_trusted(path: Path) -> str:
    """The text of a file that is to be believed. Raises CourseError."""
    require_trusted(path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CourseError(f"{path}: it must be UTF-8") from None


def require_trusted(path: Path) -> None:
    """Raise CourseError unless the file is there and belongs to whoever grades, or to root."""
    try:
        owner = path.stat().st_uid
    except OSError as problem:
        raise CourseError(f"{path}: {problem.strerror}") from None
    if not path.is_file():
        raise CourseError(f"{path}: it must be a file")
    if hasattr(os, "geteuid") and owner not in (0, os.geteuid()):
        raise CourseError(
            f"{path}: it belongs to another user (number {owner}), who could change how a class is graded; use a copy "
            "of your own"
        )


def require_outside(path: Path, submissions: Iterable[Path]) -> None:
    """Raise CourseError for a file among what was handed in."""
    for folder in submissions:
        if path.resolve().is_relative_to(folder.resolve()):
            raise CourseError(
                f"{path}: it lies in {folder}, with what was handed in, where others may have put it; keep it in a "
                "folder above, or name another file with --course"
            )


def beside(source: CourseFile, key: str, name: str) -> Path:
    """The file of this name beside the course's, or below. Raises CourseError."""
    folder = source.path.parent.resolve()
    path = folder / name
    if not path.resolve().is_relative_to(folder):
        raise source.error(key, f"{name} must lie beside this file, or below")
    if not path.is_file():
        raise source.error(key, f"there is no file {path}")
    require_trusted(path)
    return path
