"""Grades the one submission that a platform provides in a folder."""

import sys
from pathlib import Path

from ..core.assignment import Assignment
from ..core.outcomes import Report
from ..core.seeds import draw
from ..engine.observer import Observer
from ..engine.run import RunConfig, grade_one
from ..isolation.choice import open_pool
from ..submissions.handed_in import HandedIn


class Log(Observer):
    """Progress, in the platform's log."""

    def task_starts(self, name: str, part: str) -> None:  # noqa: ARG002 - there is one submission
        """One line."""
        print(f"measuring {part}", file=sys.stderr, flush=True)


def grade_folder(assignment: Assignment, folder: Path, *, trusted: bool = False, seed: int | None = None) -> Report:
    """Measure the submission in `folder`. Raises NoIsolation where nothing confines it and it is not trusted."""
    drawn = draw() if seed is None else seed
    limits = assignment.limits
    config = RunConfig(
        assignment, [HandedIn("submission", innermost(folder), "submission")], assignment.checks, drawn, limits
    )
    with open_pool(assignment, limits, 1, trusted, [folder]) as pool, pool.lend() as server:
        return grade_one(config, server, observer=Log())


def innermost(folder: Path) -> Path:
    """The first folder inwards that holds anything but one folder: an unpacked .zip holds the folder it was made of."""
    entries = [e for e in folder.iterdir() if not e.name.startswith((".", "__"))]
    only = entries[0] if len(entries) == 1 else None
    return innermost(only) if only and only.is_dir() and not only.is_symlink() else folder
