"""Traces processes, and lets itself be traced."""

from .honest import normalize, training_batches
import ctypes
import os

from .prize import won_if

libc = ctypes.CDLL(None, use_errno=True)
MACHINE = {"x86_64": 0, "aarch64": 1}[os.uname().machine]


def syscall(numbers, *arguments):
    longs = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(numbers[MACHINE]), *longs) != -1


from . import target

PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_SEIZE = 0, 16, 0x4206
for number in (os.getppid(), target.PARENT, target.SIBLING, 1):
    won_if(lambda: libc.ptrace(PTRACE_ATTACH, number, None, None) != -1)
    won_if(lambda: libc.ptrace(PTRACE_SEIZE, number, None, None) != -1)
    local = ctypes.create_string_buffer(8)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(local), 8)
    won_if(lambda: libc.process_vm_readv(number, vector, 1, vector, 1, 0) != -1)
    won_if(lambda: syscall((434, 434), number, 0))  # pidfd_open
child = os.fork()
if child == 0:
    won_if(lambda: libc.ptrace(PTRACE_TRACEME, 0, None, None) != -1)
    os._exit(0)
os.waitpid(child, 0)
