"""A scheduler runs what it is sent, so one that others may reach has TLS, or the command line says otherwise."""

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.engine.backend_config import BackendConfig, is_encrypted_or_here
from grader.engine.backends import ClusterError

HERE = (
    "tcp://127.0.0.1:8786", "127.0.0.1:8786", "tcp://127.8.8.8:1", "localhost:8786", "tcp://[::1]:8786",
    "tls://10.0.0.1:8786", "tls://node1:8786", "wss://node1:8786",
)  # fmt: skip
ELSEWHERE = (
    "tcp://10.0.0.1:8786", "10.0.0.1:8786", "node1:8786", "tcp://[2001:db8::1]:8786", "ws://node1", "ucx://10.0.0.1:1",
    "tcp://localhost.evil.example:8786", "tcp://127.0.0.1.evil.example:8786", "tcp://0.0.0.0:8786", "tcp://", "",
)  # fmt: skip


@pytest.mark.parametrize("address", HERE)
def test_tls_and_this_machine_s_loopback_are_used(address: str) -> None:
    """Nobody else reaches the one, and nobody without a certificate the other."""
    assert is_encrypted_or_here(address)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_what_others_may_reach_is_not(address: str) -> None:
    """Names that only look like this machine's count as another one."""
    assert not is_encrypted_or_here(address)


def test_a_scheduler_elsewhere_without_tls_is_refused_in_one_line() -> None:
    """Before anything is imported or measured; with the flag it is used."""
    place = BackendConfig(ASSIGNMENT, Limits(), 1, "tcp://10.0.0.1:8786", trusted=False)
    with pytest.raises(ClusterError, match=r"tcp://10\.0\.0\.1:8786 has no TLS.*--unencrypted"):
        place.starter(print)
