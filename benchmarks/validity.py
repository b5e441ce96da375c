"""Grade the corpus of wrong and right submissions: `python -m benchmarks.validity [--part P] [--mutants] [--variants]
[--seeds N] [--page FILE] [NAME …]`.

Prints a line for each grading; exits 1 unless every mutant is caught, named, and loses nothing outside its part, and no
right variant loses anything. Verdicts are stored under build/validity/ and used again as long as neither the submission
nor the grader has changed, and no bar has moved that might change them: an interrupted run goes on where it was.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rich.console import Console

import grader
from benchmarks.verdicts import Verdict, is_as_promised, line_of, matrix, read_verdict, verdict_of, write_verdict
from grader.core.limits import Limits
from grader.core.registry import PARTS, select
from grader.engine.cache import Cache
from grader.engine.fingerprint import fingerprint
from grader.engine.plan import grade_submission
from grader.isolation.choice import open_pool
from grader.isolation.pool import Pool
from tests.submissions.corpus import Mutant, Variant, mutants, variants

STORE = Path("build/validity")
LIMITS = Limits(submission_seconds=3600)
_of_thread = threading.local()


@dataclass(frozen=True)
class Task:
    """One submission of the corpus under one seed."""

    item: Mutant | Variant
    seed: int

    @property
    def place(self) -> Path:
        """Where the verdict is stored; another submission or another grader has another place."""
        form = getattr(self.item, "form", "folder")
        known = json.dumps([self.item.sources, form, self.item.parts, self.seed, digest_of(tuple(self.item.parts))])
        digest = hashlib.sha256(known.encode()).hexdigest()[:12]
        return STORE / self.item.part / f"{self.item.name}-{self.seed}-{digest}.json"


@cache
def digest_of(parts: tuple[str, ...]) -> str:
    """A digest of all of the grader that a verdict on these parts may depend on, but for limits, which it notes."""
    root = Path(grader.__file__).parent
    joining = [(root / name).read_bytes() for name in ("grading.py", "inheritance.py")]
    return hashlib.sha256(
        b"".join([*(fingerprint(part, limits=False).encode() for part in parts), *joining])
    ).hexdigest()


def own_cache() -> Cache:
    """The results of parts, for this thread: a mistake leaves most parts as they are."""
    if not hasattr(_of_thread, "cache"):
        _of_thread.cache = Cache(STORE / "measured.sqlite")
    found: Cache = _of_thread.cache
    return found


def graded(task: Task, pool: Pool) -> Verdict:
    """The verdict on one submission, stored."""
    with tempfile.TemporaryDirectory() as folder, pool.lend() as server:
        place = task.item.write(Path(folder))
        checks = select(task.item.parts)
        report = grade_submission(task.item.name, place, checks, task.seed, server, cache=own_cache())
    for outdated in task.place.parent.glob(f"{task.item.name}-{task.seed}-*.json"):
        outdated.unlink()
    verdict = verdict_of(report)
    write_verdict(verdict, task.place)
    return verdict


def run(tasks: Sequence[Task], console: Console) -> list[tuple[Mutant | Variant, Verdict]]:
    """Grade what is not stored yet, one submission a core, with a line for each."""
    cores = os.cpu_count() or 1

    def one(task: Task) -> tuple[Mutant | Variant, Verdict]:
        verdict = read_verdict(task.place) or graded(task, pool)
        console.print(line_of(task.item, verdict), markup=False, highlight=False, soft_wrap=True)
        return task.item, verdict

    with open_pool(LIMITS, cores, trusted=False) as pool, ThreadPoolExecutor(cores) as workers:
        console.print(f"isolation: {pool.tier.description}; {len(tasks)} gradings", highlight=False)
        return list(workers.map(one, tasks))


def chosen(arguments: argparse.Namespace) -> list[Task]:
    """The submissions that were asked for."""
    both = not (arguments.mutants or arguments.variants)
    wrong = tasks_of_mutants() if both or arguments.mutants else []
    right = tasks_of_variants(range(arguments.seeds)) if both or arguments.variants else []
    return [task for task in (*wrong, *right) if _is_wanted(task.item, arguments)]


def tasks_of_mutants() -> list[Task]:
    """Every mutant under one seed, with the parts that build on the edited one."""
    return [Task(mutant, 0) for mutant in mutants()]


def tasks_of_variants(seeds: Iterable[int]) -> list[Task]:
    """Every right variant under each seed, in the part that differs."""
    return [Task(variant, seed) for seed in seeds for variant in variants()]


def _is_wanted(item: Mutant | Variant, arguments: argparse.Namespace) -> bool:
    part, names = arguments.part, arguments.names
    return (not part or item.part in part) and (not names or item.name in names)


def main() -> None:
    """Grade, print, and say by the exit status whether all is as promised."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validity", description="Grade the corpus.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these submissions")
    parser.add_argument("--part", action="append", choices=PARTS, help="only submissions that differ in this part")
    parser.add_argument("--mutants", action="store_true", help="only wrong submissions")
    parser.add_argument("--variants", action="store_true", help="only right submissions")
    parser.add_argument("--seeds", type=int, default=10, help="grade right variants under this many seeds")
    parser.add_argument("--page", type=Path, help="write the matrix into this file", metavar="FILE")
    console, arguments = Console(), parser.parse_args()
    found = run(chosen(arguments), console)
    if arguments.page:
        arguments.page.write_text(matrix(found))
    broken = [item.name for item, verdict in found if not is_as_promised(item, verdict)]
    console.print(f"{len(found) - len(broken)} of {len(found)} gradings are as promised", *broken, highlight=False)
    sys.exit(bool(broken) or not found)


if __name__ == "__main__":
    main()
