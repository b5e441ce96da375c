"""Where tasks are measured: opened only when needed, stopped at once, and nothing remains."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import AssignmentError
from grader.core.limits import Limits
from grader.core.outcomes import Outcome
from grader.engine.backend_config import BackendConfig
from grader.engine.backends import LazyBackend, LocalBackend, SynchronousBackend
from grader.engine.cache import Cache
from grader.engine.tasks import Task, TaskResult
from grader.isolation import tiers
from grader.isolation.fork_server import ForkServer
from grader.isolation.pool import Pool
from grader.submissions.reading import Source

CHECK = "data.normalize_scales_to_unit_interval"


def task(text: str) -> Task:
    return Task(ASSIGNMENT.name, "data", (CHECK,), "modules", (Source("data.py", text),), (), 7, Limits())


class Opened(LocalBackend):
    """Nothing but a tier, and whether it was stopped."""

    def __init__(self, tier: str):
        self.tier, self.width, self.stopped = tier, 1, False

    def stop(self) -> None:
        self.stopped = True


def test_nothing_is_opened_where_nothing_is_measured(tmp_path: Path) -> None:
    """The first time tells the tier; after that it is known, for this backend on this machine."""
    cache, opened = Cache(tmp_path / "c.sqlite"), []

    def start(exit_stack: ExitStack) -> Opened:
        exit_stack.callback(opened.append, "closed")
        opened.append("opened")
        return Opened("high")

    with LazyBackend(cache, "here", start) as first:
        assert first.tier == "high"
        assert first() is first()
    assert opened == ["opened", "closed"]
    with LazyBackend(cache, "here", start) as second:
        assert second.tier == "high"
    assert opened == ["opened", "closed"]
    with LazyBackend(cache, "there", start) as third:
        assert third.tier == "high"
    assert opened == ["opened", "closed"] * 2


def test_what_fails_is_stopped(tmp_path: Path) -> None:
    """Ctrl-C and errors end what is running."""
    found = Opened("high")

    def interrupted() -> None:
        with LazyBackend(Cache(tmp_path / "c.sqlite"), "here", lambda _: found) as lazy:
            lazy()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert found.stopped


def test_backends_with_another_isolation_have_other_names() -> None:
    """Trusted or not, here or on a cluster."""
    names = {
        BackendConfig(ASSIGNMENT, Limits(), 1, where, trusted).name
        for where in (None, "tcp://a:1")
        for trusted in (False, True)
    }
    assert len(names) == 4


@pytest.fixture
def backend(light_best: ForkServer) -> Iterator[LocalBackend]:
    """Two fork servers of the test's own, without TensorFlow."""
    pool = Pool([light_best.another(), light_best.another()])
    yield LocalBackend(ASSIGNMENT, pool)
    pool.close()


def test_a_task_is_measured(server: ForkServer) -> None:
    """The result as bytes; who waits is told when the work begins."""
    backend, began = LocalBackend(ASSIGNMENT, Pool([server])), threading.Event()
    right = "import tensorflow as tf\ndef normalize(image, label): return tf.cast(image, tf.float32) / 255"
    found = TaskResult.from_bytes(backend.submit(task(right), began.set).result(120))
    assert began.is_set()
    assert [(r.id, r.outcome) for r in found.results] == [(CHECK, Outcome.PASSED)]
    assert found.is_final


def test_one_after_the_other_is_measured_at_once(server: ForkServer) -> None:
    """The future is done when it is handed out, and what a measurement raises is in it, as from another thread."""
    one_by_one, began = SynchronousBackend(ASSIGNMENT, server), threading.Event()
    future = one_by_one.submit(task("def normalize(image, label): return image"), began.set)
    assert began.is_set()
    assert future.done()
    assert [r.outcome for r in TaskResult.from_bytes(future.result()).results] == [Outcome.FAILED]
    with pytest.raises(AssignmentError, match=r"unknown part or check 'data\.nothing'"):
        one_by_one.submit(replace(task(""), checks=("data.nothing",)), began.set).result()


def test_to_stop_ends_everything_at_once(backend: LocalBackend) -> None:
    """What runs and what waits; no process is left, and nothing is started again."""
    before = psutil.Process().children(recursive=True)
    began = threading.Event()
    futures = [backend.submit(task(f"import time; time.sleep(50 + {n})"), began.set) for n in range(5)]
    assert began.wait(120)
    time.sleep(0.5)
    own = [process for process in psutil.Process().children(recursive=True) if process not in before]
    assert own
    started = time.monotonic()
    backend.stop()
    assert time.monotonic() - started < 30
    assert all(future.done() for future in futures)
    for future in futures:
        if not future.cancelled():
            assert not TaskResult.from_bytes(future.result()).is_final
    _, alive = psutil.wait_procs(own, 10)
    assert alive == []
    assert backend.tier in {tiers.best().name, tiers.second().name}
