"""Cached results, in one SQLite file: nothing is measured twice, and a run that was interrupted goes on.

A key is a digest of all that a result depends on (`Task.key`): what has changed is not found.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import UserError
from .tasks import TaskResult

VARIABLE = "AELAB_CACHE"
LARGEST = 256 * 2**20  # bytes of results; those that were not used for longest go first
WAIT_SECONDS = 30.0  # for another process that writes
SCHEMA = """
CREATE TABLE IF NOT EXISTS results (
    key TEXT PRIMARY KEY, part TEXT, used REAL, size INTEGER, result BLOB
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_use ON results (used);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class CacheError(UserError):
    """The cache cannot be used; the text is one clear line."""


@dataclass(frozen=True)
class CacheInfo:
    """What is in a cache: the number of results by part, and bytes."""

    path: Path
    results: dict[str, int]
    size: int
    largest: int


def default_path() -> Path:
    """Where results are kept: $AELAB_CACHE, or a file in the user's folder for such things."""
    folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get(VARIABLE) or Path(folder) / "autoencoder-lab" / "measured.sqlite")


class Cache:
    """Keeps results by key. Every change is written before the call returns, all of it or nothing."""

    def __init__(self, path: Path, largest: int = LARGEST):
        self.path = path
        self._largest = largest
        with self._problems():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.executescript(SCHEMA)
            self._size = self._total()  # as far as this process knows

    @contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as problem:
            raise CacheError(
                f"the cache {self.path} cannot be used: {problem}; name another with {VARIABLE}, or clear it with "
                "`aelab cache clear`"
            ) from problem

    def find(self, key: str) -> TaskResult | None:
        """The result under a key, if there is one that can be read."""
        with self._problems():
            row = self._database.execute("SELECT result FROM results WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        try:
            return TaskResult.from_bytes(row[0])
        except ValueError:
            return None

    def keep(self, key: str, part: str, measured: TaskResult) -> None:
        """Keep a result, and drop what was not used for longest where there is too much."""
        raw = measured.to_bytes()
        with self._problems():
            self._database.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", (key, part, time.time(), len(raw), raw)
            )
            self._size += len(raw)
            if self._size > self._largest:
                self._size = self._bounded()

    def touch(self, keys: list[str]) -> None:
        """Note that results were used."""
        with self._problems():
            self._database.execute("BEGIN")
            self._database.executemany("UPDATE results SET used = ? WHERE key = ?", [(time.time(), k) for k in keys])
            self._database.execute("COMMIT")

    def _bounded(self) -> int:
        """Drop results until nine tenths of the largest size are used; returns what remains, in bytes."""
        total = self._total()
        while total > 0.9 * self._largest:
            key, size = self._database.execute("SELECT key, size FROM results ORDER BY used LIMIT 1").fetchone()
            self._database.execute("DELETE FROM results WHERE key = ?", (key,))
            total -= size
        return total

    def _total(self) -> int:
        return int(self._database.execute("SELECT COALESCE(SUM(size), 0) FROM results").fetchone()[0])

    def fact(self, name: str) -> str | None:
        """The text that was remembered under a name, None if there is none."""
        with self._problems():
            row = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Remember a text under a name, in place of an earlier one."""
        with self._problems():
            self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def info(self) -> CacheInfo:
        """How much is in it, and of which parts."""
        with self._problems():
            counts = dict(self._database.execute("SELECT part, COUNT(*) FROM results GROUP BY part").fetchall())
            return CacheInfo(self.path, counts, self._total(), self._largest)

    def close(self) -> None:
        """Close the connection; the cache cannot be used any more."""
        self._database.close()


def clear(path: Path) -> None:
    """Remove a cache, also one that is damaged. Raises CacheError."""
    try:
        for file in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))):
            file.unlink(missing_ok=True)
    except OSError as problem:
        raise CacheError(f"the cache {path} cannot be removed: {problem.strerror}") from problem
