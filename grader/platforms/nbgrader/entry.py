"""Enters a class into its gradebook, unless nothing changed since last time: nbgrader takes seconds to import."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread

from ...core.assignment import Assignment
from ...core.hand_in import HandIn
from ...core.outcomes import Report
from ...engine.cache import Cache, CacheError
from ...submissions.terms import Terms
from .gradebook import write_gradebook


@dataclass(frozen=True)
class Entered:
    """What is entered of hand-ins beside their reports: by student, and under which terms."""

    hand_ins: Mapping[str, HandIn] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)


def enter(
    assignment: Assignment, reports: Sequence[Report], file: Path, cache: Cache, entered: Entered | None = None
) -> None:
    """Enter the reports into the SQLite gradebook `file`, if they or the file changed since that was last done.

    Always where the cache does not work. Raises GradebookError.
    """
    name, known = f"gradebook {file.resolve()}", None
    with suppress(CacheError):
        known = cache.fact(name)
    what = entered or Entered()
    cells = assignment.question_cells
    if known != _state(reports, what, file, cells):
        write_gradebook(assignment, reports, f"sqlite:///{file.resolve()}", what.hand_ins, what.terms)
        with suppress(CacheError):
            cache.remember(name, _state(reports, what, file, cells))


@cache
def load_ahead() -> None:
    """Import nbgrader in the background while submissions are measured, so that the run does not wait for it."""
    Thread(target=import_module, args=["nbgrader.api"], daemon=True).start()


def _state(reports: Sequence[Report], entered: Entered, file: Path, cells: Mapping[str, int | float]) -> str:
    """A digest of what goes into the gradebook, with size and time of the file; '' where there is no file."""
    grades = [
        (r.student, r.status.value, [(c.id, c.score, c.points, c.outcome.value) for c in r.checks]) for r in reports
    ]
    digest = hashlib.sha256(repr((grades, entered, cells)).encode(errors="surrogatepass")).hexdigest()
    return f"{digest} {file.stat().st_mtime_ns} {file.stat().st_size}" if file.exists() else ""
