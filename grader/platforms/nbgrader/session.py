"""One fork server for all submissions that this process grades, and the reports that are there already."""

import atexit
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...core.assignment import Assignment
from ...core.files import create_private
from ...core.limits import Limits
from ...core.outcomes import Report
from ...core.registry import Check
from ...engine.cache import Cache, default_path
from ...engine.run import Observer, RunConfig, grade_one
from ...isolation.choice import open_pool
from ...isolation.pool import Pool

SEED_FILE = "grading_seed.txt"


@dataclass(frozen=True)
class Conditions:
    """Under which a course is graded. `root`, the course folder, is hidden from submissions."""

    root: Path
    seed: int
    limits: Limits
    trusted: bool


def course_seed(root: Path) -> int:
    """The grading seed of a course folder, drawn when it is first asked for, so that every way of grading agrees.

    Raises ValueError if somebody wrote something else into the file.
    """
    file = root / SEED_FILE
    if not file.exists():
        # who knows the seed can compute every image in advance
        create_private(file, f"{secrets.randbelow(2**53)}\n".encode())
    try:
        return int(file.read_text())
    except ValueError:
        raise ValueError(
            f"{file} holds no number: write the seed into it, or remove it, and all is measured again under a new one"
        ) from None


class Session:
    """What a process that grades with nbgrader keeps between notebooks, for each of which preprocessors are made anew.

    Pools of fork servers by what they are opened for, and reports that are finished already.
    """

    def __init__(self) -> None:
        self._finished: dict[str, Report] = {}
        self._left = ExitStack()
        self._pools: dict[tuple[Assignment, Limits, bool, Path], Pool] = {}

    def report_of(
        self, assignment: Assignment, name: str, path: Path, checks: tuple[Check, ...], conditions: Conditions,
        observer: Observer,
    ) -> Report:  # fmt: skip
        """The report that is there for the submission `name`, or a new one. Raises NoIsolation."""
        if name in self._finished:
            return self._finished[name]
        config = RunConfig(assignment, [(name, path)], checks, conditions.seed, conditions.limits)
        with self._pool(assignment, conditions).lend() as server:
            return grade_one(config, server, self._cache, observer)

    @contextmanager
    def finished(self, reports: Iterable[Report]) -> Iterator[None]:
        """Meanwhile `report_of` hands these reports out."""
        self._finished.update((report.submission, report) for report in reports)
        try:
            yield
        finally:
            self._finished.clear()

    @cached_property
    def _cache(self) -> Cache:
        """The results that `aelab grade` keeps, so that what one way of grading measured, the other does not."""
        return Cache(default_path())

    def _pool(self, assignment: Assignment, conditions: Conditions) -> Pool:
        key = assignment, conditions.limits, conditions.trusted, conditions.root
        if key not in self._pools:
            private = [conditions.root, self._cache.path.parent]
            opened = open_pool(assignment, conditions.limits, 1, conditions.trusted, private)
            self._pools[key] = self._left.enter_context(opened)
        return self._pools[key]

    def close(self) -> None:
        """End the fork servers."""
        self._pools.clear()
        self._left.close()


SESSION = Session()
atexit.register(SESSION.close)
