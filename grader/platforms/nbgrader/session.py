"""One warm process for all submissions that this process grades, and the reports that are there already."""

import atexit
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...core.limits import Limits
from ...core.outcomes import Report
from ...core.registry import Check
from ...engine.cache import Cache, default_path
from ...engine.checking import Progress
from ...engine.plan import grade_submission
from ...isolation.choice import open_pool
from ...isolation.pool import Pool

SEED_FILE = "grading_seed.txt"

_finished: dict[str, Report] = {}
_open_pools = ExitStack()
atexit.register(_open_pools.close)


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
        _draw_seed(file)
    try:
        return int(file.read_text())
    except ValueError:
        raise ValueError(
            f"{file} holds no number: write the seed into it, or remove it, and all is measured again under a new one"
        ) from None


def _draw_seed(file: Path) -> None:
    """All of it or nothing; where another process was first, its seed stays."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:  # for nobody else, and neither is what lies in it
        draft = Path(folder) / file.name
        draft.touch(mode=0o600)  # who knows the seed can compute every image in advance
        draft.write_text(f"{secrets.randbelow(2**53)}\n")
        with suppress(FileExistsError):
            file.hardlink_to(draft)


def report_of(name: str, path: Path, checks: tuple[Check, ...], conditions: Conditions, progress: Progress) -> Report:
    """The report that is there for the submission `name`, or a new one. Raises NoIsolation."""
    if name in _finished:
        return _finished[name]
    with _pool(conditions.limits, conditions.trusted, conditions.root).lend() as server:
        return grade_submission(name, path, checks, conditions.seed, server, progress, _cache())


@contextmanager
def finished(reports: Iterable[Report]) -> Iterator[None]:
    """Meanwhile `report_of` hands these reports out."""
    _finished.update((report.submission, report) for report in reports)
    try:
        yield
    finally:
        _finished.clear()


@cache
def _cache() -> Cache:
    """The results that `aelab grade` keeps, so that what one way of grading measured, the other does not."""
    return Cache(default_path())


@cache
def _pool(limits: Limits, trusted: bool, root: Path) -> Pool:
    """Nbgrader makes its preprocessors anew for every notebook; this stays until the process ends."""
    return _open_pools.enter_context(open_pool(limits, 1, trusted, [root, _cache().path.parent]))
