"""Unit tests are quick: none of them imports TensorFlow or starts a fork server."""

import sys
from collections.abc import Iterator

import pytest

from grader.isolation.fork_server import ForkServer


@pytest.fixture(autouse=True)
def no_slow_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that starts what only tests of other folders may start."""
    monkeypatch.setattr(ForkServer, "launch", lambda _: pytest.fail("a unit test starts a fork server"))
    before = "tensorflow" in sys.modules
    yield
    assert before or "tensorflow" not in sys.modules, "a unit test imports TensorFlow"
