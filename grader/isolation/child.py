"""The work of a submission's process: answer requests, one after the other, until the other side hangs up."""

import socket
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from ..harness.guard import SubmissionError
from ..harness.modules import AbsoluteNames, Cells, Definitions, Modules, no_check
from ..harness.operations import Harness
from ..harness.statement_clock import StatementClock
from ..harness.statements import Statements
from ..protocol.frames import Want, receive_request, send
from ..protocol.messages import Reply, Request


def definitions_of(header: dict[str, Any], begins: Callable[[str, int], None]) -> Definitions:
    """The submission's definitions, from the sources in the first frame. begins: is told of each statement."""
    sources = [(name, text) for name, text in header["sources"]]
    statements = Statements(StatementClock(*header["seconds"]), begins)
    if header["kind"] == "notebook":
        cells = Cells(sources, statements)
        sys.modules["__main__"] = cells.module  # as in a kernel
        return cells
    sys.meta_path.append(AbsoluteNames([name for name, _ in sources]))
    return Modules(sources, statements)


def serve(connection: socket.socket) -> None:
    """Answer requests until the connection ends."""
    header, _ = receive_request(connection)
    hide(header["hidden"])
    vars(sys.modules["grader"])["check"] = no_check
    sys.argv[1:] = []  # what a submission reads there are its own arguments
    prepare_tensorflow()
    begins = partial(announce, connection)
    harness = Harness(definitions_of(header, begins), Path.cwd())
    send(connection, {"id": header["id"], "operation": header["operation"], "value": None})
    while True:
        try:
            header, arrays = receive_request(connection)
        except EOFError:
            return
        reply, failure = answer(harness, header, tuple(arrays))
        outcome = {"value": reply.value} if failure is None else {"failure": failure}
        send(connection, {"id": header["id"], "operation": header["operation"], **outcome}, reply.arrays)


def announce(connection: socket.socket, place: str, line: int) -> None:
    """Say which statement begins: if it ends this process, the next one has to do without it."""
    send(connection, {"begins": [place, line]})


def answer(harness: Harness, header: dict[str, Any], arrays: tuple[Any, ...]) -> tuple[Reply, dict[str, Any] | None]:
    """Perform one request; an error becomes a description of it."""
    wants = None if header["wants"] is None else tuple(Want(d, tuple(s)) for d, s in header["wants"])
    try:
        return harness.perform(Request(header["operation"], header["parameters"], arrays, wants)), None
    except SubmissionError as error:
        return Reply(), error.detail
    except Exception:  # noqa: BLE001 - our fault: the instructor is told, the student loses nothing
        return Reply(), {"kind": "fault", "message": traceback.format_exc()[-2000:]}


def hide(packages: Iterable[str]) -> None:
    """Let imports of these packages fail: the solution is not for submissions."""
    sys.modules.update(dict.fromkeys(packages))  # type: ignore[arg-type]  # None is how Python marks a module as missing


def prepare_tensorflow() -> None:
    """Let TensorFlow use one thread, so that runs repeat and processes do not compete for cores."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
