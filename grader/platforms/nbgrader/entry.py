"""Enters a class into its gradebook, unless nothing changed since last time: nbgrader takes seconds to import."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread

from ...core.assignment import Assignment
from ...core.outcomes import Report
from ...engine.cache import Cache, CacheError
from .gradebook import write_gradebook


def enter(assignment: Assignment, reports: Sequence[Report], file: Path, cache: Cache) -> None:
    """Enter the reports into the SQLite gradebook `file`, if they or the file changed since that was last done.

    Always where the cache does not work. Raises GradebookError.
    """
    name, known = f"gradebook {file.resolve()}", None
    with suppress(CacheError):
        known = cache.fact(name)
    if known != _state(reports, file):
        write_gradebook(assignment, reports, f"sqlite:///{file.resolve()}")
        with suppress(CacheError):
            cache.remember(name, _state(reports, file))


@cache
def load_ahead() -> None:
    """Import nbgrader in the background while submissions are measured, so that the run does not wait for it."""
    Thread(target=import_module, args=["nbgrader.api"], daemon=True).start()


def _state(reports: Sequence[Report], file: Path) -> str:
    """A digest of what goes into the gradebook, with size and time of the file; '' where there is no file."""
    grades = [
        (r.student, r.status.value, [(c.id, c.score, c.points, c.outcome.value) for c in r.checks]) for r in reports
    ]
    digest = hashlib.sha256(repr(grades).encode(errors="surrogatepass")).hexdigest()
    return f"{digest} {file.stat().st_mtime_ns} {file.stat().st_size}" if file.exists() else ""
