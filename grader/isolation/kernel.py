"""The few system calls that Python does not offer. Each raises OSError with the name of the call."""

import ctypes
import os
import struct
from collections.abc import Sequence

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_SECCOMP = 22
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446  # on x86-64 and ARM64
_LANDLOCK_CALLS = {444: "landlock_create_ruleset", 445: "landlock_add_rule", 446: "landlock_restrict_self"}
_LANDLOCK_CREATE_RULESET_VERSION = 1
_LANDLOCK_RULE_PATH_BENEATH = 1


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def _check(result: int, call: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """Leave the shared namespaces named by `flags` (unshare(2))."""
    _check(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system (mount(2))."""
    arguments = [text.encode() or None for text in (source, target, kind)]
    _check(_libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def prctl(option: int, value: int) -> None:
    """Set a property of this process (prctl(2))."""
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def install_seccomp(program: bytes) -> None:
    """Put this process and all that it starts under a seccomp filter of BPF instructions, 8 bytes each."""
    loaded = _Filter(len(program) // 8, program)
    _check(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(loaded), 0, 0), "seccomp")


def keep_capabilities(*numbers: int) -> None:
    """Give up all capabilities of this process but these, which it keeps until an execve (capset(2))."""
    bits = sum(1 << number for number in numbers)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    low, high = bits & 0xFFFFFFFF, bits >> 32
    data = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)  # effective, permitted, inheritable: low words, high words
    _check(_libc.capset(header, data), "capset")


def landlock_abi() -> int:
    """The newest version of Landlock that the kernel has. Raises OSError where it has none."""
    return _landlock(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_CREATE_RULESET_VERSION)


def landlock_create_ruleset(handled: Sequence[int]) -> int:
    """A descriptor of rules that refuse what is `handled`: file rights, from ABI 4 on TCP, from ABI 6 on scopes."""
    attributes = struct.pack(f"={len(handled)}Q", *handled)
    return _landlock(_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)


def landlock_add_path(rules: int, path: int, rights: int) -> None:
    """Allow `rights` on the file or folder behind the descriptor `path`, and on all below it."""
    _landlock(_LANDLOCK_ADD_RULE, rules, _LANDLOCK_RULE_PATH_BENEATH, struct.pack("=Qi", rights, path), 0)


def landlock_restrict_self(rules: int) -> None:
    """Put this thread, and all that it starts, under the rules."""
    _landlock(_LANDLOCK_RESTRICT_SELF, rules, 0)


def _landlock(number: int, *arguments: int | bytes | None) -> int:
    """Make a call that the C library has no function for; bytes are passed by their address."""
    passed = [ctypes.c_long(given) if isinstance(given, int) else given for given in arguments]
    return _check(_libc.syscall(ctypes.c_long(number), *passed), _LANDLOCK_CALLS[number])
