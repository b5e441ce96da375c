"""The system calls that no submission has a use for, as a seccomp filter.

The filter lists what is refused, not what is allowed: TensorFlow's own calls change from version to version, while the
calls that reach beyond the process are the same few families. Refused calls fail with the error that a program knows
how to go on with: mostly EPERM, otherwise that of a kernel or a file system without them.
"""

import tempfile
from functools import cache

NETWORK = ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4")
OTHER_PROCESSES = (
    "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp",
    "process_madvise", "setns", "unshare",
)  # fmt: skip
MOUNTS = (
    "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick",
    "mount_setattr", "open_by_handle_at", "name_to_handle_at",
)  # fmt: skip
KERNEL = (
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "keyctl",
    "add_key", "request_key", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
    "reboot", "swapon", "swapoff", "acct", "quotactl", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime",
    "syslog", "personality", "fanotify_init", "vhangup",
)  # fmt: skip
MEMORY_WITHOUT_OWNER = (
    "memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "shmdt", "msgget", "msgsnd", "msgrcv", "msgctl",
    "semget", "semop", "semctl", "semtimedop", "mq_open", "mq_unlink",
)  # fmt: skip
SIGNS_TO_OTHERS = (  # what one process sets, or only does, and another one sees
    "inotify_init", "inotify_init1", "inotify_add_watch", "sched_setaffinity", "sched_setscheduler", "sched_setparam",
    "sched_setattr", "setpriority", "ioprio_set",
)  # fmt: skip
REFUSED = (*NETWORK, *OTHER_PROCESSES, *MOUNTS, *KERNEL, *MEMORY_WITHOUT_OWNER, *SIGNS_TO_OTHERS, "timer_create")
ATTRIBUTES: tuple[str | int, ...] = (
    *(f"{which}{act}xattr" for act in ("set", "get", "list", "remove") for which in ("", "l", "f")),
    463, 464, 465, 466,  # setxattrat and its like, of Linux 6.13: the same on all machines, and not in every library
)  # fmt: skip

CLONE_FLAGS = [1 << bit for bit in (7, 17, 25, 26, 27, 28, 29, 30)]  # new time, mount, …, pid, network namespaces
EXIT_SIGNAL = 0xFF  # of clone's flags
INT = 0xFFFFFFFF  # the kernel reads this half of an argument that is an int; the other half may hold anything
EPERM, EINVAL, ENOSYS, ENOTSUP, SIGKILL, RLIMIT_CPU = 1, 22, 38, 95, 9, 0
NONE_OF_THESE: dict[int, tuple[str | int, ...]] = {
    ENOSYS: ("clone3", "flock"),  # of clone3 no filter can see the flags; the C library then uses clone
    ENOTSUP: ATTRIBUTES,  # as on a file system without them, so that copies go on without
}
HAD = 0  # SQLite goes on with no other answer; in one process, which is what a submission mostly is, it is a true one
FCNTL = {10: EPERM, 1024: EINVAL, 1026: EINVAL} | dict.fromkeys((6, 7, 37, 38), HAD)  # SETSIG, SETLEASE, NOTIFY, locks
SENDS_SIGNAL = {"kill": 1, "tkill": 1, "tgkill": 2, "rt_sigqueueinfo": 1, "rt_tgsigqueueinfo": 2}  # its position


@cache
def program() -> bytes:
    """The filter's BPF instructions for this machine.

    It takes away what one process does to a file and another one sees: locks, leases, notices, attributes. It leaves a
    process no way to bring SIGKILL on itself (by signals, also those that a child's end sends, timers, descriptors or a
    limit of processor time), so a process that died of one was killed from outside. Raises ImportError or RuntimeError
    without pyseccomp or libseccomp.
    """
    import pyseccomp as seccomp

    refuse, arg = seccomp.ERRNO(EPERM), seccomp.Arg

    def is_int(position: int, value: int) -> object:
        return arg(position, seccomp.MASKED_EQ, INT, value)

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in REFUSED:
        rules.add_rule(refuse, name)
    for error, calls in NONE_OF_THESE.items():
        for call in calls:
            rules.add_rule(seccomp.ERRNO(error), call)
    for flag in CLONE_FLAGS:
        rules.add_rule(refuse, "clone", arg(0, seccomp.MASKED_EQ, flag, flag))
    rules.add_rule(refuse, "clone", arg(0, seccomp.MASKED_EQ, EXIT_SIGNAL, SIGKILL))  # what the end of a child sends
    for name, position in SENDS_SIGNAL.items():
        rules.add_rule(refuse, name, is_int(position, SIGKILL))
    for command, answer in FCNTL.items():
        rules.add_rule(seccomp.ERRNO(answer), "fcntl", is_int(1, command))
    rules.add_rule(refuse, "setrlimit", is_int(0, RLIMIT_CPU))
    rules.add_rule(refuse, "prlimit64", is_int(1, RLIMIT_CPU), arg(2, seccomp.NE, 0))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
