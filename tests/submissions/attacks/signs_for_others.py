"""Leaves signs that other processes see, and looks for theirs, on files and numbers that everyone has in sight."""

import ctypes
import fcntl
import os

from .honest import normalize, training_batches
from .prize import won_if

libc = ctypes.CDLL(None, use_errno=True)
READABLE = open(os.__file__, "rb")
NOTHING = open(os.devnull, "r+b")

def another_is_kept_out():
    """Whether a record lock holds between two processes."""
    fcntl.lockf(NOTHING, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, os.getpid())
    if os.fork() == 0:
        try:
            fcntl.lockf(NOTHING, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, os.getppid())
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.wait()[1]

def leased():
    with open("leased", "w"):
        pass
    return fcntl.fcntl(os.open("leased", os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK) == 0

def attributed():
    os.setxattr("leased", "user.sign", b"1")
    return os.getxattr("leased", "user.sign") == b"1"

def listened():
    watch = libc.inotify_init()
    return watch >= 0 and libc.inotify_add_watch(watch, os.__file__.encode(), 0xFFF) >= 0

won_if(lambda: fcntl.flock(READABLE, fcntl.LOCK_EX | fcntl.LOCK_NB) is None)
won_if(another_is_kept_out)
won_if(leased)
won_if(attributed)
won_if(listened)
won_if(lambda: fcntl.fcntl(os.open(os.path.dirname(os.__file__), os.O_RDONLY), fcntl.F_NOTIFY, 1) == 0)
won_if(lambda: os.setpriority(os.PRIO_PROCESS, 0, 5) is None)
won_if(lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)) is None)
