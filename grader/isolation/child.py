"""The work of a submission's process: answer requests, one after the other, until the other side hangs up."""

import socket
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..harness.guard import SubmissionError
from ..harness.modules import AbsoluteNames, Cells, Definitions, Modules
from ..harness.operations import Harness
from ..protocol.frames import Want, receive_request, send
from ..protocol.messages import Reply, Request


def definitions_of(header: dict[str, Any]) -> Definitions:
    """The submission's definitions, from the sources in the first frame."""
    sources = [(name, text) for name, text in header["sources"]]
    if header["kind"] == "notebook":
        return Cells(sources, header["notes"])
    sys.meta_path.append(AbsoluteNames([name for name, _ in sources]))
    return Modules(sources)


def serve(connection: socket.socket) -> None:
    """Answer requests until the connection ends."""
    header, _ = receive_request(connection)
    hide(header["hidden"])
    prepare_tensorflow()
    harness = Harness(definitions_of(header), Path.cwd())
    send(connection, {"id": header["id"], "operation": header["operation"], "value": None})
    while True:
        try:
            header, arrays = receive_request(connection)
        except EOFError:
            return
        reply, failure = answer(harness, header, tuple(arrays))
        outcome = {"value": reply.value} if failure is None else {"failure": failure}
        send(connection, {"id": header["id"], "operation": header["operation"], **outcome}, reply.arrays)


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
