"""What a notebook costs: `python -m benchmarks.one_work.cost [--rounds N] [--page] [NAME …]`.

Every right variant of the corpus is graded as modules and as the notebook with the same in it, in turns: the part that
differs from the reference, from the files to the verdict. What counts is processor time, of the submission's processes
and of the thread that grades it, and of several rounds the least. Exits 1 if a notebook costs more than 5 % more than
its modules, or, for parts that take less than a second, more than 50 ms.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console

from benchmarks.one_work.page import keep
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.engine.checking import run_checks
from grader.engine.tasks import tasks_of
from grader.isolation.choice import open_pool
from grader.isolation.fork_server import ForkServer
from grader.isolation.pool import Pool
from grader.isolation.process import ProcessChannel
from grader.submissions.reading import read_submission
from tests.submissions.corpus import Variant, variants

SEED, ROUNDS = 7, 3
LIMITS = Limits(part_seconds=3600)
ALLOWED, SHORT = 0.05, 1.0  # share of the time of the modules, which counts as a second at least
FORMS = ("folder", "notebook")


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time that a variant takes in each form, and points that it lost in either."""

    part: str
    name: str
    modules: float
    notebook: float
    lost: float

    @property
    def ratio(self) -> float:
        """Of the notebook to the modules."""
        return self.notebook / self.modules

    @property
    def is_fair(self) -> bool:
        """Whether the notebook costs as much, within what is allowed."""
        return self.notebook - self.modules <= ALLOWED * max(self.modules, SHORT)


def seconds_of(variant: Variant, server: ForkServer) -> tuple[float, float]:
    """Processor time of one grading, and the points that it lost."""
    with tempfile.TemporaryDirectory() as folder:
        place, checks = variant.write(Path(folder)), ASSIGNMENT.select(variant.parts)
        began = time.thread_time()
        submission = read_submission(variant.name, place, ASSIGNMENT)
        (task,) = tasks_of(ASSIGNMENT, submission, checks, SEED, LIMITS)
        channel = ProcessChannel(task.submission, server, LIMITS)
        try:
            results = run_checks(ASSIGNMENT, ASSIGNMENT.subject(channel, SEED), checks)
        finally:
            channel.close()
        own = time.thread_time() - began
    return own + channel.clock.used * server.pace, sum(each.points - each.score for each in results)


def cost_of(variant: Variant, rounds: int, server: ForkServer) -> Cost:
    """Of both forms, in turns."""
    seconds, lost = {form: [] for form in FORMS}, 0.0
    for number in range(rounds):
        for form in FORMS if number % 2 == 0 else FORMS[::-1]:
            found, missed = seconds_of(replace(variant, form=form), server)
            seconds[form].append(found)
            lost = max(lost, missed)
    least = {form: round(min(found), 3) for form, found in seconds.items()}
    return Cost(variant.part, variant.name, least["folder"], least["notebook"], lost)


def costs_of(chosen: Sequence[Variant], rounds: int, pool: Pool, console: Console) -> list[Cost]:
    """One variant per fork server at a time, with a line for each."""

    def one(variant: Variant) -> Cost:
        with pool.lend() as server:
            cost = cost_of(variant, rounds, server)
        console.print(line_of(cost), highlight=False, soft_wrap=True)
        return cost

    with ThreadPoolExecutor(pool.count) as workers:
        return list(workers.map(one, chosen))


def line_of(cost: Cost) -> str:
    """Name, both times, and what is the matter."""
    wrong = ["" if cost.is_fair else "TOO DEAR", f"{cost.lost:g} POINTS LOST" if cost.lost else ""]
    times = f"modules {cost.modules:.2f} s, notebook {cost.notebook:.2f} s, ratio {cost.ratio:.3f}"
    return " ".join([f"{cost.part}/{cost.name}: {times}", *filter(None, wrong)])


def main() -> None:
    """Measure, print, and say by the exit status whether no notebook is too dear."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_work.cost", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these variants")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--page", action="store_true", help="enter the costs into docs/one-work.md")
    arguments, console, cores = parser.parse_args(), Console(), os.cpu_count() or 1
    chosen = [each for each in variants() if not arguments.names or each.name in arguments.names]
    with open_pool(ASSIGNMENT, LIMITS, cores, trusted=False) as pool:
        found = costs_of(chosen, arguments.rounds, pool, console)
    dear = [cost for cost in found if not cost.is_fair or cost.lost]
    console.print(
        f"{len(found) - len(dear)} of {len(found)} notebooks cost no more than their modules", highlight=False
    )
    if arguments.page:
        costs = [asdict(cost) | {"share": cost.ratio - 1, "fair": cost.is_fair} for cost in found]
        keep("cost", {"rounds": arguments.rounds, "costs": costs})
    sys.exit(bool(dear))


if __name__ == "__main__":
    main()
