"""`python -m grader.isolation.sandbox_server DESCRIPTOR`: forks a confined process for each call of a `Sandbox`.

It parses nothing itself. It forks, waits, and says how the process ended; one call at a time.
"""

import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..protocol.frames import receive_request, send
from . import kernel
from .confinement import Confinement, confine

Begins = Callable[[str], None]  # is told what is read next, so that a message can name it
Function = Callable[[dict[str, Any], bytes, Begins], tuple[dict[str, Any], bytes]]
GRACE_SECONDS = 5  # between the signal that a limit of processor time sends, and the end without one
MESSAGE = 2**20
FAULT = 70  # the exit status of a process that raised what it should not


def serve(control: socket.socket) -> None:
    """Fork whenever the deciding process asks for it, until it hangs up."""
    warnings.simplefilter("ignore")  # the parser warns of what students write
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE, 1)
        if not message:
            return
        order = json.loads(message)
        function = getattr(importlib.import_module(order["module"]), order["function"])
        gc.freeze()  # the imports of a first call stay, and are shared
        child = os.fork()
        if child == 0:
            answer(function, order, descriptors[0])
        os.close(descriptors[0])
        _, status = os.waitpid(child, 0)
        control.send(str(status).encode())


def answer(function: Function, order: dict[str, Any], connection: int) -> None:
    """In the process of a call: put on the confinement, answer the one request, and end."""
    try:
        _confine(order, connection)
        with socket.socket(fileno=connection) as stream:
            header, arrays = receive_request(stream)
            value, raw = _made(function, header, arrays[0].tobytes(), stream)
            send(stream, value, [np.frombuffer(raw, np.uint8)])
    except BaseException:  # noqa: BLE001 - nothing may go on in this process
        os._exit(FAULT)
    os._exit(0)


def _confine(order: dict[str, Any], connection: int) -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    seconds = order["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + GRACE_SECONDS))
    confine(Confinement(**order["policy"]), connection, order["scratch"])
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    tempfile.tempdir = order["scratch"]
    os.chdir(order["cwd"])


def _made(
    function: Function, header: dict[str, Any], raw: bytes, stream: socket.socket
) -> tuple[dict[str, Any], bytes]:
    """What the function returns, or what became of it."""
    try:
        value, made = function(header, raw, lambda name: send(stream, {"begins": name}))
    except (MemoryError, RecursionError) as problem:
        return {"exceeded": type(problem).__name__}, b""
    except Exception:  # noqa: BLE001 - our fault, which the deciding process reports
        return {"fault": traceback.format_exc()[-2000:]}, b""
    return {"value": value}, made


if __name__ == "__main__":
    importlib.import_module("grader.isolation.reading")  # before the first call, not in it
    serve(socket.socket(fileno=int(sys.argv[1])))
