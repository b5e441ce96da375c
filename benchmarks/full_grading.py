"""Time of one full grading of the reference, in training steps: `python -m benchmarks.full_grading [RUNS]`.

The unit is one graph step of `Autoencoder` at batch 16 on one thread, measured in the same run before and after each
grading, so that a busy machine slows both sides down alike.
"""

import statistics
import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from grader.checking import run_checks
from grader.isolation.choice import open_pool
from grader.isolation.process import ProcessChannel
from grader.isolation.worker import Worker
from grader.lab import Lab
from grader.limits import Limits
from grader.outcomes import CheckResult
from grader.registry import all_checks
from grader.release.source import reference_folder
from grader.submissions import read_submission

SEED, STEPS, BATCH_SIZE = 7, 150, 16
LIMITS = Limits(submission_seconds=3600)


@dataclass(frozen=True)
class Run:
    """One grading: seconds of a step, seconds to fork a process and import a part, and what was found."""

    step: float
    start: float
    results: tuple[CheckResult, ...]

    @property
    def units(self) -> float:
        """The whole grading in steps, the start of the process apart."""
        return sum(result.seconds for result in self.results) / self.step


def measure(worker: Worker) -> Run:
    """Grade the reference once."""
    channel = ProcessChannel(read_submission("reference", reference_folder()), worker)
    try:
        lab = Lab(channel, SEED)
        started = time.perf_counter()
        lab.load("autoencoder")
        start = time.perf_counter() - started
        before = seconds_of_step(lab)
        results = run_checks(lab, all_checks())
        return Run(statistics.mean([before, seconds_of_step(lab)]), start, results)
    finally:
        channel.close()


def seconds_of_step(lab: Lab) -> float:
    """Seconds of one graph step of `Autoencoder` at batch 16."""
    model = lab.create("autoencoder", "Autoencoder")
    batches = lab.images.batches(0, STEPS, BATCH_SIZE)
    model.train(batches[:10])  # traces
    started = time.perf_counter()
    model.train(batches)
    seconds = (time.perf_counter() - started) / STEPS
    model.forget()
    return seconds


def shares(runs: list[Run], key: str) -> dict[str, float]:
    """Median units by part or check."""
    names = dict.fromkeys(getattr(result, key) for result in runs[0].results)
    return {
        name: statistics.median(
            sum(r.seconds for r in run.results if getattr(r, key) == name) / run.step for run in runs
        )
        for name in names
    }


def main() -> None:
    """Print the table."""
    console = Console()
    with open_pool(LIMITS, 1, trusted=False) as pool, pool.lend() as worker:
        console.print(f"isolation: {pool.tier.description}", highlight=False)
        runs = [measure(worker) for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)]
    table = Table("part, check", "points", "units", "share", title="One full grading of the reference")
    total = statistics.median(run.units for run in runs)
    checks = shares(runs, "id")
    for part, units in shares(runs, "part").items():
        table.add_row(f"[bold]{part}", "", f"[bold]{units:.0f}", f"[bold]{units / total:.0%}")
        for result in runs[0].results:
            if result.part == part:
                table.add_row(
                    f"  {result.id.partition('.')[2]}",
                    f"{result.score:g}/{result.points}",
                    f"{checks[result.id]:.0f}",
                    "",
                )
    console.print(table)
    every = sorted(run.units for run in runs)
    console.print(f"full grading: {total:.0f} units (median of {len(runs)}; {every[0]:.0f} to {every[-1]:.0f})")
    step = statistics.median(run.step for run in runs)
    start = statistics.median(run.start for run in runs)
    console.print(f"one unit: {1000 * step:.1f} ms; fork and first import: {start:.2f} s")


if __name__ == "__main__":
    main()
