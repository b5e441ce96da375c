"""Unit tests are quick: none of them imports TensorFlow or starts a fork server or a sandbox."""

import sys
from collections.abc import Iterator

import pytest

from grader.isolation.fork_server import ForkServer
from grader.isolation.sandbox import Sandbox


@pytest.fixture(autouse=True)
def no_slow_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that starts what only tests of other folders may start."""
    monkeypatch.setattr(ForkServer, "launch", lambda _: pytest.fail("a unit test starts a fork server"))
    monkeypatch.setattr(Sandbox, "start_ahead", lambda _: None)
    monkeypatch.setattr(Sandbox, "call", lambda _, function, header, raw=b"", paths=(): function(header, raw, str))
    before = "tensorflow" in sys.modules
    yield
    assert before or "tensorflow" not in sys.modules, "a unit test imports TensorFlow"
