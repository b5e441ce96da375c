"""The system calls that no submission has a use for, as a seccomp filter.

The filter lists what is refused, not what is allowed: TensorFlow's own calls change from version to version, while the
calls that reach beyond the process are the same few families. Refused calls fail with EPERM, so that a program can go
on.
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
MEMORY_WITHOUT_OWNER = ("memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mq_open")
REFUSED = (*NETWORK, *OTHER_PROCESSES, *MOUNTS, *KERNEL, *MEMORY_WITHOUT_OWNER)

CLONE_FLAGS = [1 << bit for bit in (7, 17, 25, 26, 27, 28, 29, 30)]  # new time, mount, …, pid, network namespaces
EXIT_SIGNAL = 0xFF  # of clone's flags
INT = 0xFFFFFFFF  # the kernel reads this half of an argument that is an int; the other half may hold anything
EPERM, ENOSYS, SIGKILL = 1, 38, 9
F_SETSIG, RLIMIT_CPU = 10, 0
SENDS_SIGNAL = {"kill": 1, "tkill": 1, "tgkill": 2, "rt_sigqueueinfo": 1, "rt_tgsigqueueinfo": 2}  # its position


@cache
def program() -> bytes:
    """The filter's BPF instructions for this machine.

    It leaves a process no way to bring SIGKILL on itself (by signals, also those that a child's end sends, timers,
    descriptors or a limit of processor time), so a process that died of one was killed from outside. Raises
    ImportError or RuntimeError without pyseccomp or libseccomp.
    """
    import pyseccomp as seccomp

    refuse, arg = seccomp.ERRNO(EPERM), seccomp.Arg

    def is_int(position: int, value: int) -> object:
        return arg(position, seccomp.MASKED_EQ, INT, value)

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in (*REFUSED, "timer_create"):
        rules.add_rule(refuse, name)
    for flag in CLONE_FLAGS:
        rules.add_rule(refuse, "clone", arg(0, seccomp.MASKED_EQ, flag, flag))
    rules.add_rule(refuse, "clone", arg(0, seccomp.MASKED_EQ, EXIT_SIGNAL, SIGKILL))  # what the end of a child sends
    rules.add_rule(seccomp.ERRNO(ENOSYS), "clone3")  # no filter can see its flags; the C library then uses clone
    for name, position in SENDS_SIGNAL.items():
        rules.add_rule(refuse, name, is_int(position, SIGKILL))
    rules.add_rule(refuse, "fcntl", is_int(1, F_SETSIG))
    rules.add_rule(refuse, "setrlimit", is_int(0, RLIMIT_CPU))
    rules.add_rule(refuse, "prlimit64", is_int(1, RLIMIT_CPU), arg(2, seccomp.NE, 0))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
