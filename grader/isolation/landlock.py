"""Landlock: from now on this process reaches the paths it was granted and no others, and no TCP port (landlock(7)).

Each version of Landlock knows more than the one before. What a kernel's version does not know stays allowed.
"""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag

from . import kernel


class Right(IntFlag):
    """What may be done with a file or a folder and all below it, numbered as in <linux/landlock.h>."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13  # move or link a file into another folder
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


ADDED = {1: Right(2 * Right.MAKE_SYM - 1), 2: Right.REFER, 3: Right.TRUNCATE, 5: Right.IOCTL_DEV}  # by version
OF_FILES = Right.EXECUTE | Right.WRITE_FILE | Right.READ_FILE | Right.TRUNCATE | Right.IOCTL_DEV
TCP = 0b11  # bind and connect, from version 4 on
SCOPES = 0b11  # abstract sockets of others and signals to others, from version 6 on


@dataclass(frozen=True)
class Grant:
    """Rights on a path. A file gets only those that files have."""

    path: str
    rights: Right


def rights_of(abi: int) -> Right:
    """All rights that a version of Landlock knows."""
    return Right(sum(rights for version, rights in ADDED.items() if version <= abi))


def restrict(newest: int, grants: Iterable[Grant]) -> None:
    """Refuse everything but the grants, with the kernel's version of Landlock or `newest`, whichever is older.

    Holds for this thread and all that it starts, for good. Needs no_new_privs. Raises OSError where the kernel has no
    Landlock, and FileNotFoundError for a path that does not exist.
    """
    abi = min(kernel.landlock_abi(), newest)
    known = rights_of(abi)
    handled = [known, *([TCP] if abi >= 4 else []), *([SCOPES] if abi >= 6 else [])]
    rules = kernel.landlock_create_ruleset(handled)
    try:
        for grant in grants:
            _add(rules, grant, known)
        kernel.landlock_restrict_self(rules)
    finally:
        os.close(rules)


def _add(rules: int, grant: Grant, known: Right) -> None:
    path = os.open(grant.path, os.O_PATH | os.O_CLOEXEC)
    try:
        fitting = known if stat.S_ISDIR(os.fstat(path).st_mode) else known & OF_FILES
        kernel.landlock_add_path(rules, path, grant.rights & fitting)
    finally:
        os.close(path)
