"""Time of one full grading of the reference, in training steps: `python -m benchmarks.full_grading [RUNS]`.

The unit is one graph step of `Autoencoder` at batch 16 on one thread, measured in the same run before and after each
grading, so that a busy machine slows both sides down alike. A second table tells what the units were spent on.
"""

import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from grader.autoencoders.assignment import ASSIGNMENT
from grader.autoencoders.subject import Subject
from grader.core.limits import Limits
from grader.core.outcomes import CheckResult
from grader.engine.checking import run_checks
from grader.isolation.choice import open_pool
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.protocol.messages import Reply, Request
from grader.subject.subject import Channel
from grader.submissions.reading import read_submission

SEED, STEPS, BATCH_SIZE = 7, 150, 16
LIMITS = Limits(part_seconds=3600)


KINDS = {  # of work, by the operation or the method that is called
    "create": "models made",
    "fit_iteration": "training steps as written",
    "fit": "training steps as written",
    "fit_labels": "training steps as written",
    "pretrain": "training steps as written",
    "encode": "images encoded, decoded and reconstructed",
    "decode": "images encoded, decoded and reconstructed",
    "reconstruct": "images encoded, decoded and reconstructed",
}
FIRST, TRAINED = "first traced steps of a model, with its trace", "traced training steps"


@dataclass(frozen=True)
class Timed:
    """A channel that notes the seconds of each kind of work."""

    channel: Channel
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    trained: set[Any] = field(default_factory=set)

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        """What the channel answers."""
        started = time.perf_counter()
        try:
            return self.channel.request(request)
        finally:
            self.seconds[self._kind(request)] += time.perf_counter() - started

    def _kind(self, request: Request) -> str:
        if request.operation == "train":
            model = request.parameters["model"]
            kind = TRAINED if model in self.trained else FIRST
            self.trained.add(model)
            return kind
        return KINDS.get(request.parameters.get("method", request.operation), "everything else")

    def fresh(self) -> "Timed":
        """One to a second process, with the same notes."""
        return Timed(self.channel.fresh(), self.seconds)

    def close(self) -> None:
        """End the process."""
        self.channel.close()


@dataclass(frozen=True)
class Run:
    """One grading: seconds of a step, seconds to fork a process and import a part, and what was found.

    kinds: seconds by kind of work.
    """

    step: float
    start: float
    results: tuple[CheckResult, ...]
    kinds: dict[str, float]

    @property
    def units(self) -> float:
        """The whole grading in steps, the start of the process apart."""
        return sum(result.seconds for result in self.results) / self.step


def measure(server: ForkServer) -> Run:
    """Grade the reference once."""
    channel = Timed(ProcessChannel(read_submission("reference", ASSIGNMENT.reference_folder(), ASSIGNMENT), server))
    try:
        subject = Subject(channel, SEED)
        started = time.perf_counter()
        subject.load("autoencoder")
        start = time.perf_counter() - started
        before = seconds_of_step(subject)
        channel.seconds.clear()
        results = run_checks(ASSIGNMENT, subject, ASSIGNMENT.checks)
        kinds = dict(channel.seconds)
        kinds["the grader's own arithmetic"] = sum(result.seconds for result in results) - sum(kinds.values())
        return Run(statistics.mean([before, seconds_of_step(subject)]), start, results, kinds)
    finally:
        channel.close()


def seconds_of_step(subject: Subject) -> float:
    """Seconds of one graph step of `Autoencoder` at batch 16."""
    model = subject.create("autoencoder", "Autoencoder")
    batches = subject.images.batches(0, STEPS, BATCH_SIZE)
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


def work_table(runs: list[Run]) -> Table:
    """Median units by kind of work, the largest first."""
    table = Table("what the process did", "units", title="Where the units go")
    kinds = dict.fromkeys(kind for run in runs for kind in run.kinds)
    units = {kind: statistics.median(run.kinds[kind] / run.step for run in runs) for kind in kinds}
    for kind, median in sorted(units.items(), key=lambda item: -item[1]):
        table.add_row(kind, f"{median:.0f}")
    return table


def main() -> None:
    """Print the table."""
    console = Console()
    with open_pool(ASSIGNMENT, LIMITS, 1, trusted=False) as pool, pool.lend() as server:
        console.print(f"isolation: {pool.tier.description}", highlight=False)
        runs = [measure(server) for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)]
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
    console.print(table, work_table(runs))
    every = sorted(run.units for run in runs)
    console.print(f"full grading: {total:.0f} units (median of {len(runs)}; {every[0]:.0f} to {every[-1]:.0f})")
    step = statistics.median(run.step for run in runs)
    start = statistics.median(run.start for run in runs)
    console.print(f"one unit: {1000 * step:.1f} ms; fork and first import: {start:.2f} s")


if __name__ == "__main__":
    main()
