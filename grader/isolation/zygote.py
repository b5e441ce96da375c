"""The fork server: imports TensorFlow once; each submission is a fork.

`python -m grader.isolation.zygote DESCRIPTOR OPERATIONS NAME=MODULE…`: the socket, the module that enters operations,
and what submissions get for each package of data. It runs no TensorFlow operation and no line of a submission. For each
request it forks a supervisor, which forks the init of a new PID namespace, which forks the submission's process:

    fork server ── supervisor ── init ── submission (confined, answers requests)
                                  └───── whatever the submission starts, and leaves behind

The supervisor tells the deciding process how the submission ended. When init ends, the kernel ends all below it.
"""

import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
import typing
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from . import kernel, pace
from .child import serve
from .confinement import ENDED, ENDED_FROM_OUTSIDE, Confinement, confine, enter_namespaces, mount_scratch

MESSAGE = 2**20


def import_all(operations: str) -> None:
    """Import what submissions import, and an assignment's operations, in one thread, without running one."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot
    import tensorflow as tf
    import tensorflow_datasets

    importlib.import_module(operations)
    if others := brought_by(operations, sys.modules):
        raise ImportError(f"{operations} brings {', '.join(others)} along, which submissions would find in memory")
    _ = tensorflow_datasets.builder, matplotlib.pyplot.figure
    _ = tf.keras.Sequential, tf.keras.layers.Dense, tf.keras.optimizers.Adam, tf.data.Dataset
    if find_spec("tensorflow_probability"):  # not installed where no part needs it
        import tensorflow_probability as tfp

        _ = tfp.layers.MultivariateNormalTriL, tfp.layers.KLDivergenceRegularizer, tfp.distributions.Independent


def brought_by(operations: str, modules: Iterable[str]) -> list[str]:
    """What was imported of the package that holds the operations beside them: its checks, say."""
    package = operations.rpartition(".")[0]
    inside = (name for name in modules if package and name.startswith(f"{package}."))
    return sorted(name for name in inside if not f"{name}.".startswith(f"{operations}."))


def stand_in(name: str, module: str) -> None:
    """Let the import of `name`, a package of data, give `module`, as it is found before anything is confined."""
    found = sys.modules[name] = importlib.import_module(module)
    package, _, last = name.rpartition(".")
    if package:
        setattr(importlib.import_module(package), last, found)


def remember_protocols() -> None:
    """Let `isinstance` list the attributes of a Protocol once, as Python 3.12 does, and not at every call.

    TensorFlow calls it at every conversion of a tensor. This goes when Python 3.11 goes.
    """
    if sys.version_info < (3, 12):
        typing._get_protocol_attrs = cache(typing._get_protocol_attrs)  # type: ignore[attr-defined]


def serve_forks(control: socket.socket, operations: str, *data: str) -> None:
    """Fork whenever the deciding process asks for it, until it hangs up."""
    remember_protocols()
    import_all(operations)
    for pair in data:
        stand_in(*pair.split("="))
    gc.collect()
    gc.freeze()  # all forks share what is imported, also after a garbage collection
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors report for themselves, and nobody waits for the dead
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)  # nor for orphans, which would count as processes of their user
    facts = {"pace": pace.measured(), "threads": len(os.listdir("/proc/self/task"))}  # noqa: PTH208
    control.send(json.dumps(facts).encode())
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE, 4)
        if not message:
            return
        if message == b"ping":
            control.send(b"pong")
            continue
        if os.fork() == 0:
            control.close()
            order = json.loads(message)
            _end_after(partial(supervise, Confinement(**order["policy"]), order["scratch"], *descriptors))
        for descriptor in descriptors:
            os.close(descriptor)


def supervise(policy: Confinement, scratch: str, report: int, connection: int, stdout: int, stderr: int) -> None:
    """Start init, send its pidfd to the deciding process, wait for it, and report how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # the deciding process may be an ordinary user, and measures memory
    enter_namespaces(policy)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)  # all ends with the fork server, also without namespaces
    supervisor = os.getpid()
    init = os.fork()
    if init == 0:
        os.close(report)
        _end_after(partial(be_init, policy, scratch, supervisor, connection, stdout, stderr))
    for descriptor in (connection, stdout, stderr):
        os.close(descriptor)
    reporting = socket.socket(fileno=report)
    socket.send_fds(reporting, [b"started"], [os.pidfd_open(init)])
    _, status = os.waitpid(init, 0)
    with suppress(OSError):  # the deciding process may be gone
        reporting.send(ENDED if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0 else ENDED_FROM_OUTSIDE)


def be_init(policy: Confinement, scratch: str, supervisor: int, connection: int, stdout: int, stderr: int) -> None:
    """Start the submission's process, wait for it, and exit with 0 unless it was killed from outside.

    In a PID namespace all processes below init end with it. Elsewhere init kills them, also where the supervisor dies.
    """
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL if policy.namespaces else signal.SIGTERM)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # the init of a PID namespace ignores these then
    if not policy.namespaces:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(end_all_below()))
        if os.getppid() != supervisor:
            return
    mount_scratch(policy)
    submission = os.fork()
    if submission == 0:
        _end_after(partial(live, policy, scratch, connection, stdout, stderr))
    os.closerange(0, 65536)
    ended = status = 0
    while ended != submission:
        ended, status = os.wait()
    if not policy.namespaces:
        end_all_below()
    os._exit(int(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL))


def end_all_below() -> int:
    """Kill the children of this process until there are none; orphans below it become its children. Returns 1."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while children.exists() and (numbers := children.read_text().split()):
        for number in map(int, numbers):
            with suppress(OSError):  # it has just ended
                os.kill(number, signal.SIGKILL)
                os.waitpid(number, 0)
    return 1


def live(policy: Confinement, scratch: str, connection: int, stdout: int, stderr: int) -> None:
    """Run the submission's process: put on the confinement, then answer requests."""
    silence = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((silence, 0), (stdout, 1), (stderr, 2)):
        os.dup2(source, target)
    confine(policy, connection, scratch)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)  # after `confine`: a change of the user clears it
    os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), scratch))
    tempfile.tempdir = None  # the folder chosen before the fork is out of reach now
    serve(socket.socket(fileno=connection))


def _end_after(work: Callable[[], None]) -> None:
    """Do the work and end this process without the exit handlers it inherited; a traceback goes to stderr."""
    try:
        work()
    except BaseException:  # noqa: BLE001 - nothing may go on in this process
        try:
            os.write(2, traceback.format_exc().encode(errors="replace"))
        finally:  # an exception of a submission may raise another one when it is asked for its text
            os._exit(70)
    os._exit(0)


if __name__ == "__main__":
    serve_forks(socket.socket(fileno=int(sys.argv[1])), *sys.argv[2:])
