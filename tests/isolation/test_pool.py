"""Fork servers are lent to one thread at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.isolation import tiers
from grader.isolation.pool import Pool


class Played:
    """Stands for a fork server and records what is done to it."""

    tier = tiers.TRUSTED

    def __init__(self, family: list["Played"]):
        self.family = family
        self.closed = 0
        family.append(self)

    def close(self) -> None:
        self.closed += 1


def test_each_fork_server_is_lent_to_one_at_a_time() -> None:
    """With three of them and twelve users, no two users share one, and all three are in use."""
    family: list[Played] = []
    pool = Pool([Played(family) for _ in range(3)])
    assert len(family) == 3
    busy: set[int] = set()
    lock, together = threading.Lock(), threading.Barrier(3)

    def use(_: int) -> int:
        with pool.lend() as server:
            with lock:
                assert id(server) not in busy
                busy.add(id(server))
            together.wait(timeout=20)
            with lock:
                busy.remove(id(server))
            return id(server)

    with ThreadPoolExecutor(6) as threads:
        used = list(threads.map(use, range(12)))
    assert set(used) == {id(server) for server in family}


def test_a_fork_server_comes_back_after_a_failure() -> None:
    """The next user can have it."""
    pool = Pool([Played([])])
    with pytest.raises(ZeroDivisionError), pool.lend() as first:
        raise ZeroDivisionError
    with pool.lend() as second:
        assert second is first


def test_all_are_closed() -> None:
    """Each is closed once, lent or not."""
    family: list[Played] = []
    pool = Pool([Played(family) for _ in range(3)])
    with pool.lend():
        pool.close()
    assert [server.closed for server in family] == [1, 1, 1]


def test_a_pool_has_the_tier_of_its_fork_servers() -> None:
    """It is that of the first one."""
    assert Pool([Played([]), Played([])]).tier is tiers.TRUSTED
