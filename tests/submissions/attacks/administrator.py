"""Becomes the administrator."""

from .honest import normalize, training_batches
import ctypes
import os

from .prize import won_if

libc = ctypes.CDLL(None, use_errno=True)

won_if(lambda: os.getuid() == 0 or os.geteuid() == 0)
won_if(lambda: os.setuid(0) is None)
won_if(lambda: os.setresuid(0, 0, 0) is None)
won_if(lambda: os.setgid(0) is None)
won_if(lambda: os.setgroups([0]) is None)
won_if(lambda: os.chown(".", 0, 0) is None)
won_if(lambda: os.mknod("disk", 0o60666, os.makedev(8, 0)) is None)
