"""Walks through the segments, queues and semaphores of all users, reads what it finds, and writes into it."""

import ctypes

from .honest import normalize, training_batches
from .prize import won_if

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
SHM_STAT, MSG_STAT, SEM_STAT, NO_WAITING = 13, 11, 18, 0o4000
FOUND = [(libc.shmctl, SHM_STAT), (libc.msgctl, MSG_STAT)]


def asked(call, *arguments):
    """Whether the kernel answers at all: what is not there is an answer, too."""
    ctypes.set_errno(0)
    return call(*arguments) != -1 or ctypes.get_errno() not in (1, 13, 38)  # refused, or not there


room = ctypes.create_string_buffer(512)
for number in range(64):
    for call, command in FOUND:
        won_if(lambda: asked(call, number, command, room))
    won_if(lambda: asked(libc.semctl, number, 0, SEM_STAT, room))
    won_if(lambda: asked(libc.msgrcv, number, room, 100, 0, NO_WAITING))
    won_if(lambda: asked(libc.msgsnd, number, b"written" * 8, 8, NO_WAITING))
won_if(lambda: asked(libc.mq_unlink, b"/left"))
