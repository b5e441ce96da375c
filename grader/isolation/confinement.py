"""How a submission's process is held, and the steps that put it there, in order, before the submission's first line.

Made as plain values by the deciding process, applied by the child with nothing but system calls.
"""

import os
import resource
import signal
from dataclasses import asdict, dataclass
from typing import Any

from . import kernel

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
ENDED, ENDED_FROM_OUTSIDE = b"ended", b"killed"  # what the keeper says of the submission's process
KEPT_FREE = 3  # the first descriptors are the standard streams


@dataclass(frozen=True)
class Confinement:
    """What holds a submission. `without` names defences that are left out, which only tests do.

    uid: another user than the grader's, None to stay. landlock_abi: the newest version of Landlock to use, None for
    no Landlock. readable, listed: paths for Landlock. seccomp: BPF instructions in hexadecimal digits, "" for none.
    reads_closed_folders: whether Python lies in a folder that is closed to `uid`; what is read is then up to Landlock.
    Sizes in bytes.
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
        """Whether a defence is not left out."""
        if defence not in DEFENCES:
            raise ValueError(f"there is no defence {defence!r}")
        return defence not in self.disabled

    def as_json(self) -> dict[str, Any]:
        """Plain values, to be sent."""
        return asdict(self)


def enter_namespaces(policy: Confinement) -> None:
    """In the keeper: the next fork is the first process of a world of its own."""
    if not policy.namespaces or not policy.has("pid namespace"):
        return
    flags = kernel.CLONE_NEWPID | kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        kernel.unshare(flags)
        return
    kernel.unshare(flags | kernel.CLONE_NEWUSER)
    for file, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{file}", "w") as out:  # noqa: PTH123 - pathlib adds nothing to a file of the kernel
            out.write(text)


def mount_scratch(policy: Confinement) -> None:
    """In the first process of the new world: an own scratch of bounded size, and no view of any process."""
    if not policy.namespaces or not policy.has("pid namespace"):
        return
    owner = f",uid={policy.uid},gid={policy.uid}" if policy.uid is not None and policy.has("user") else ""
    size = f"size={policy.scratch_bytes},nr_inodes={policy.scratch_files}," if policy.has("scratch size") else ""
    kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", SCRATCH, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, f"{size}mode=0700{owner}")
    for shared in ("/tmp", "/dev") if policy.has("read-only folders") else ():  # noqa: S108 - not even an attribute of a folder is left for the next submission
        read_only = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NOSUID
        kernel.mount("", shared, "", read_only | (kernel.MS_NODEV if shared == "/tmp" else 0))  # noqa: S108
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, "subset=pid")


def confine(policy: Confinement, keep: int, scratch: str) -> None:
    """In the submission's process itself. keep: the one descriptor that stays open beside the standard streams."""
    os.setsid()
    if policy.has("descriptors"):
        os.closerange(KEPT_FREE, keep)
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
        _apply_landlock(policy, scratch)
    if policy.seccomp and policy.has("seccomp"):
        kernel.install_seccomp(bytes.fromhex(policy.seccomp))


def _become(uid: int, reads_closed_folders: bool) -> None:
    """Turn into another user, for good."""
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


def _apply_landlock(policy: Confinement, scratch: str) -> None:
    """Read what is listed, write in the scratch folder, and nothing else; no TCP, no signals to others."""
    import py_landlock.landlock as library
    from py_landlock import ABIVersion, AccessFs, Landlock, landlock_sys

    _show_libc()
    newest = ABIVersion(min(landlock_sys.get_abi_version(), policy.landlock_abi or 0))
    library.get_abi_version = lambda: newest  # type: ignore[attr-defined]  # what the library asks the kernel for
    read, list_folder = AccessFs.READ_FILE, AccessFs.READ_DIR
    rules = Landlock(strict=False)
    for path in policy.readable:
        rules.add_path_rule(path, access=read | list_folder | AccessFs.EXECUTE if os.path.isdir(path) else read)  # noqa: PTH112
    rules.add_path_rule(*policy.listed, access=list_folder)
    rules.add_path_rule("/dev/null", access=read | AccessFs.WRITE_FILE)
    rules.add_path_rule("/dev/zero", "/dev/random", "/dev/urandom", access=read)
    own_processes = "/proc" if policy.namespaces else "/proc/self"  # TensorFlow asks there for its own name
    rules.add_path_rule(own_processes, access=read | list_folder)
    rules.allow_read_write(scratch).add_path_rule(scratch, access=AccessFs.REFER | AccessFs.MAKE_FIFO)
    rules.apply()


def _show_libc() -> None:
    """Let py-landlock load its system calls. It looks for libc with a program that is out of sight here."""
    import ctypes.util

    from py_landlock import libc

    find, ctypes.util.find_library = ctypes.util.find_library, lambda name: "libc.so.6"  # noqa: ARG005
    libc.get_syscall()
    ctypes.util.find_library = find
