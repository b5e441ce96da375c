"""The policy that confines a submission's process, and the steps that apply it before the submission's first line.

The deciding process makes the policy as plain values. The child applies it with nothing but system calls.
"""

import os
import resource
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import kernel, landlock
from .landlock import Grant, Right

DEFENCES = (
    "pid namespace",
    "read-only folders",
    "scratch size",
    "user",
    "descriptors",
    "limits",
    "landlock",
    "seccomp",
)
SCRATCH = "/scratch"
ENDED, ENDED_FROM_OUTSIDE = b"ended", b"killed"  # the supervisor's report on the submission's process
STANDARD_STREAMS = 3  # descriptors 0, 1 and 2
READ = Right.READ_FILE | Right.READ_DIR
WRITE = (
    Right.WRITE_FILE | Right.TRUNCATE | Right.MAKE_REG | Right.MAKE_DIR | Right.MAKE_SYM | Right.MAKE_FIFO
    | Right.REMOVE_FILE | Right.REMOVE_DIR | Right.REFER
)  # fmt: skip


@dataclass(frozen=True)
class Confinement:
    """The policy for one submission. `disabled` names defences that are switched off, which only tests do.

    namespaces: whether the submission gets its own PID, mount and IPC namespaces. uid: the user to become, None to
    stay the grader's. landlock_abi: the newest version of Landlock to use, None for no Landlock. readable, listed:
    paths that Landlock lets it read, or only list. seccomp: BPF instructions in hexadecimal digits, "" for none.
    reads_closed_folders: whether Python lies in a folder that is closed to `uid`; Landlock alone then decides what it
    reads. processes: 0 for no limit. Sizes are in bytes.
    """

    namespaces: bool = False
    uid: int | None = None
    landlock_abi: int | None = None
    readable: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    seccomp: str = ""
    reads_closed_folders: bool = False
    scratch_bytes: int = 256 * 2**20
    scratch_files: int = 16384
    file_bytes: int = 64 * 2**20
    processes: int = 256
    open_files: int = 256
    address_bytes: int = 12 * 2**30
    disabled: tuple[str, ...] = ()

    def has(self, defence: str) -> bool:
        """Whether a defence is on. Raises ValueError for a name that is not in DEFENCES."""
        if defence not in DEFENCES:
            raise ValueError(f"there is no defence {defence!r}")
        return defence not in self.disabled

    def as_json(self) -> dict[str, Any]:
        """The fields as plain values that JSON can carry."""
        return asdict(self)


def enter_namespaces(policy: Confinement) -> None:
    """In the supervisor: let the next fork be the init of a PID namespace of its own."""
    if not policy.namespaces or not policy.has("pid namespace"):
        return
    flags = kernel.CLONE_NEWPID | kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        kernel.unshare(flags)
        return
    kernel.unshare(flags | kernel.CLONE_NEWUSER)
    for file, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        Path("/proc/self", file).write_text(text)


def mount_scratch(policy: Confinement) -> None:
    """In init: mount a scratch folder of bounded size, and a `/proc` that shows no process outside."""
    if not policy.namespaces or not policy.has("pid namespace"):
        return
    owner = f",uid={policy.uid},gid={policy.uid}" if policy.uid is not None and policy.has("user") else ""
    size = f"size={policy.scratch_bytes},nr_inodes={policy.scratch_files}," if policy.has("scratch size") else ""
    kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", SCRATCH, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, f"{size}mode=0700{owner}")
    if policy.has("read-only folders"):  # the next submission must find not even an attribute changed
        read_only = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NOSUID
        kernel.mount("", "/tmp", "", read_only | kernel.MS_NODEV)  # noqa: S108 - no file is made there
        kernel.mount("", "/dev", "", read_only)
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, "subset=pid")


def confine(policy: Confinement, keep: int, scratch: str) -> None:
    """In the submission's process: apply the policy, for good.

    keep: the one descriptor that stays open beside the standard streams. scratch: the working folder.
    """
    os.setsid()
    if policy.has("descriptors"):
        os.closerange(STANDARD_STREAMS, keep)
        os.closerange(keep + 1, 65536)
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    if policy.uid is not None and policy.has("user"):
        _become(policy.uid, policy.reads_closed_folders)
    elif policy.namespaces:
        kernel.keep_capabilities()
    os.chdir(scratch)
    if policy.has("limits"):
        _set_limits(policy)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if policy.landlock_abi is not None and policy.has("landlock"):
        landlock.restrict(policy.landlock_abi, _grants(policy, scratch))
    if policy.seccomp and policy.has("seccomp"):
        kernel.install_seccomp(bytes.fromhex(policy.seccomp))


def _become(uid: int, reads_closed_folders: bool) -> None:
    """Become another user without capabilities, but for the one that reads closed folders."""
    os.setgroups([])
    if reads_closed_folders:
        kernel.prctl(kernel.PR_SET_KEEPCAPS, 1)
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    kernel.keep_capabilities(*([kernel.CAP_DAC_READ_SEARCH] if reads_closed_folders else []))


def _set_limits(policy: Confinement) -> None:
    limits = {
        resource.RLIMIT_FSIZE: policy.file_bytes,
        resource.RLIMIT_NOFILE: policy.open_files,
        resource.RLIMIT_AS: policy.address_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    if policy.processes:
        limits[resource.RLIMIT_NPROC] = policy.processes
    for what, value in limits.items():
        resource.setrlimit(what, (value, value))


def _grants(policy: Confinement, scratch: str) -> Iterator[Grant]:
    """Reading what the policy lists and what Python and TensorFlow need of /dev and /proc; writing in `scratch`."""
    for path in policy.readable:
        yield Grant(path, READ | Right.EXECUTE if Path(path).is_dir() else READ)
    for path in policy.listed:
        yield Grant(path, Right.READ_DIR)
    yield Grant(os.devnull, READ | Right.WRITE_FILE)
    for device in ("zero", "random", "urandom"):
        yield Grant(f"/dev/{device}", READ)
    yield Grant("/proc" if policy.namespaces else "/proc/self", READ)  # TensorFlow asks there for its own name
    yield Grant(scratch, READ | WRITE)
