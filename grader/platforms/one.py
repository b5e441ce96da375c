"""Grades the one submission that a platform hands over in a folder."""

import secrets
import sys
from pathlib import Path

from ..core.limits import Limits
from ..core.outcomes import Report
from ..core.registry import Check, all_checks
from ..engine.plan import grade_submission
from ..isolation.choice import open_pool


def grade_folder(folder: Path, *, trusted: bool = False, seed: int | None = None) -> Report:
    """Measure the submission in `folder`. Raises NoIsolation where nothing confines it and it is not trusted."""
    drawn = secrets.randbelow(2**53) if seed is None else seed
    with open_pool(Limits(), 1, trusted, [folder]) as pool, pool.lend() as server:
        return grade_submission("submission", innermost(folder), tuple(all_checks()), drawn, server, say)


def innermost(folder: Path) -> Path:
    """The folder that holds more than one folder: platforms unpack a .zip with the folder it was made of."""
    entries = [e for e in folder.iterdir() if not e.name.startswith((".", "__"))]
    only = entries[0] if len(entries) == 1 else None
    return innermost(only) if only and only.is_dir() and not only.is_symlink() else folder


def say(check: Check) -> None:
    """Progress, to the platform's log."""
    print(f"measuring {check.id}", file=sys.stderr, flush=True)
