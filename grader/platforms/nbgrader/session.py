"""What a process that grades with nbgrader shares between submissions: fork servers, and finished reports."""

import atexit
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
from ...core.seeds import SeedError, draw
from ...engine.cache import Cache, default_path
from ...engine.observer import Observer
from ...engine.run import RunConfig, grade_one
from ...isolation.choice import open_pool
from ...isolation.pool import Pool
from ...submissions.handed_in import HandedIn

SEED_FILE = "grading_seed.txt"


@dataclass(frozen=True)
class Conditions:
    """How a course is graded. Submissions cannot see `root`, the course folder."""

    root: Path
    seed: int
    limits: Limits
    trusted: bool


def course_seed(root: Path, asked: int | None = None, new: int | None = None) -> int:
    """The grading seed of a course folder: `new` or drawn by the first call, so that every way of grading agrees.

    Raises SeedError if another one is asked for later, or the file holds anything else.
    """
    file = root / SEED_FILE
    if not file.exists():
        # whoever knows the seed can compute every image in advance
        create_private(file, f"{draw() if new is None else new}\n".encode())
    try:
        seed = int(file.read_text())
    except ValueError:
        raise SeedError(
            f"{file} holds no number: write the seed into it, or remove it to measure everything again under a new one"
        ) from None
    if asked not in (None, seed):
        raise SeedError(f"the course keeps to the seed in {file}: leave --seed out")
    return seed


class Session:
    """What outlives the preprocessors, which nbgrader makes anew for each notebook.

    One pool of fork servers for each assignment, limits, trust and course folder; and reports that are finished.
    """

    def __init__(self) -> None:
        self._finished: dict[str, Report] = {}
        self._exit_stack = ExitStack()
        self._pools: dict[tuple[Assignment, Limits, bool, Path], Pool] = {}

    def find_report(
        self, assignment: Assignment, name: str, path: Path, checks: tuple[Check, ...], conditions: Conditions,
        observer: Observer,
    ) -> Report:  # fmt: skip
        """The finished report of the student `name`, or a new one. Raises NoIsolation."""
        if name in self._finished:
            return self._finished[name]
        config = RunConfig(assignment, [HandedIn(name, path, name)], checks, conditions.seed, conditions.limits)
        with self._pool(assignment, conditions).lend() as server:
            return grade_one(config, server, self._cache, observer)

    @contextmanager
    def handing_out(self, reports: Iterable[Report]) -> Iterator[None]:
        """Within the block `find_report` returns these reports."""
        self._finished.update((report.student, report) for report in reports)
        try:
            yield
        finally:
            self._finished.clear()

    @cached_property
    def _cache(self) -> Cache:
        """The cache of `aelab grade`: what one way of grading has measured, the other does not."""
        return Cache(default_path())

    def _pool(self, assignment: Assignment, conditions: Conditions) -> Pool:
        key = assignment, conditions.limits, conditions.trusted, conditions.root
        if key not in self._pools:
            private = [conditions.root, self._cache.path.parent]
            opened = open_pool(assignment, conditions.limits, 1, conditions.trusted, private)
            self._pools[key] = self._exit_stack.enter_context(opened)
        return self._pools[key]

    def close(self) -> None:
        """End the fork servers."""
        self._pools.clear()
        self._exit_stack.close()


SESSION = Session()
atexit.register(SESSION.close)
