"""Grade the corpus of wrong and right submissions: `python -m benchmarks.validity [--part P] [--mutants] [--variants]
[--seeds N] [--only new] [--page FILE] [NAME …]`.

Prints a line for each grading; exits 1 unless every mutant is caught, named, and loses nothing outside its part, and no
right variant loses anything. With --page it writes a page and, beside it, a .csv with a row for each submission.

Verdicts are stored under build/validity/ and used again as long as neither the submission nor the grader has changed,
and no threshold has moved that might change them: an interrupted run goes on where it was, and says how much it has
used again. With --only new what has a verdict already is left out.
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

import grader.engine
from benchmarks.validity_page import write_pages
from benchmarks.verdicts import Verdict, is_as_promised, line_of, read_verdict, verdict_of, write_verdict
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.engine.cache import Cache
from grader.engine.fingerprint import fingerprint
from grader.engine.run import RunConfig, grade_one
from grader.isolation.choice import open_pool
from grader.isolation.pool import Pool
from grader.submissions.handed_in import HandedIn
from tests.submissions.corpus import Mutant, Variant, mutants, variants

STORE = Path("build/validity")
LIMITS = Limits(part_seconds=3600)
SEEDS_OF_PUBLIC_STYLE = 3  # for mistakes in the manner of public code, which are graded under one seed otherwise
_of_thread = threading.local()


@dataclass(frozen=True)
class Grading:
    """One submission of the corpus under one seed."""

    item: Mutant | Variant
    seed: int

    @property
    def path(self) -> Path:
        """Where the verdict is stored; that of another submission or of another grader is stored elsewhere."""
        form = getattr(self.item, "form", "folder")
        known = json.dumps([self.item.sources, form, self.item.parts, self.seed, digest_of(tuple(self.item.parts))])
        digest = hashlib.sha256(known.encode()).hexdigest()[:12]
        return STORE / self.item.part / f"{self.item.name}-{self.seed}-{digest}.json"


@cache
def digest_of(parts: tuple[str, ...]) -> str:
    """A digest of all of the grader that a verdict on these parts may depend on, but for limits, which it records."""
    engine = sorted(Path(grader.engine.__file__).parent.glob("*.py"))
    measuring = [fingerprint(ASSIGNMENT, part, thresholds=False).encode() for part in parts]
    return hashlib.sha256(b"".join([*measuring, *(path.read_bytes() for path in engine)])).hexdigest()


def own_cache() -> Cache:
    """The results of parts, for this thread: a mistake leaves most parts as they are."""
    if not hasattr(_of_thread, "cache"):
        _of_thread.cache = Cache(STORE / "measured.sqlite")
    found: Cache = _of_thread.cache
    return found


def graded(grading: Grading, pool: Pool) -> Verdict:
    """The verdict on one submission, stored."""
    item, seed = grading.item, grading.seed
    with tempfile.TemporaryDirectory() as folder, pool.lend() as server:
        submissions = [HandedIn(item.name, item.write(Path(folder)), item.name)]
        config = RunConfig(ASSIGNMENT, submissions, ASSIGNMENT.select(item.parts), seed, LIMITS)
        report = grade_one(config, server, own_cache())
    for outdated in grading.path.parent.glob(f"{item.name}-{seed}-*.json"):
        outdated.unlink()
    verdict = verdict_of(report)
    write_verdict(verdict, grading.path)
    return verdict


def run(gradings: Sequence[Grading], console: Console) -> list[tuple[Mutant | Variant, Verdict]]:
    """Grade what is not stored yet, one submission per core, with a line for each."""
    cores = os.cpu_count() or 1

    def one(grading: Grading) -> tuple[Mutant | Variant, Verdict]:
        verdict = read_verdict(grading.path) or graded(grading, pool)
        console.print(line_of(grading.item, verdict), markup=False, highlight=False, soft_wrap=True)
        return grading.item, verdict

    known = sum(read_verdict(grading.path) is not None for grading in gradings)
    with open_pool(ASSIGNMENT, LIMITS, cores, trusted=False) as pool, ThreadPoolExecutor(cores) as workers:
        kept = f"{len(gradings)} gradings, {known} of them with a verdict of an earlier run, which is used again"
        console.print(f"isolation: {pool.tier.description}; {kept}", highlight=False)
        return list(workers.map(one, gradings))


def chosen(arguments: argparse.Namespace) -> list[Grading]:
    """The submissions that were asked for."""
    both = not (arguments.mutants or arguments.variants)
    wrong = gradings_of_mutants() if both or arguments.mutants else []
    right = gradings_of_variants(range(arguments.seeds)) if both or arguments.variants else []
    wanted = [grading for grading in (*wrong, *right) if _is_wanted(grading.item, arguments)]
    return [grading for grading in wanted if not (arguments.only == "new" and read_verdict(grading.path))]


def gradings_of_mutants() -> list[Grading]:
    """Every mutant, with the parts that build on the edited one, under one seed or several."""
    return [
        Grading(mutant, seed) for mutant in mutants() for seed in range(SEEDS_OF_PUBLIC_STYLE if mutant.style else 1)
    ]


def gradings_of_variants(seeds: Iterable[int]) -> list[Grading]:
    """Every right variant under each seed, in the part that differs."""
    return [Grading(variant, seed) for seed in seeds for variant in variants()]


def _is_wanted(item: Mutant | Variant, arguments: argparse.Namespace) -> bool:
    part, names = arguments.part, arguments.names
    return (not part or item.part in part) and (not names or item.name in names)


def main() -> None:
    """Grade, print, and say by the exit status whether all is as promised."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validity", description="Grade the corpus.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these submissions")
    parser.add_argument(
        "--part", action="append", choices=ASSIGNMENT.part_names, help="only submissions that differ in this part"
    )
    parser.add_argument("--mutants", action="store_true", help="only wrong submissions")
    parser.add_argument("--variants", action="store_true", help="only right submissions")
    parser.add_argument("--seeds", type=int, default=10, help="grade right variants under this many seeds")
    parser.add_argument("--only", choices=["new"], help="leave out what has a verdict of an earlier run")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write this page, and its rows beside it")
    console, arguments = Console(), parser.parse_args()
    if arguments.only and arguments.page:
        parser.error("a page needs the whole corpus: leave out --only or --page")
    found = run(chosen(arguments), console)
    if arguments.page:
        write_pages(found, arguments.page)
    broken = [item.name for item, verdict in found if not is_as_promised(item, verdict)]
    console.print(f"{len(found) - len(broken)} of {len(found)} gradings are as promised", *broken, highlight=False)
    sys.exit(bool(broken) or not found)


if __name__ == "__main__":
    main()
