"""What isolation costs: `python -m benchmarks.isolation_cost [PAIRS] [PART …]`.

Grades the reference in this process, as a self-check does, and in a confined fork of a fork server, in turns, with the
same checks, seed and images, and prints the ratio of each pair. Both have one TensorFlow thread.
"""

import os
import statistics
import sys
import time
from importlib import import_module

from rich.console import Console

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.registry import Check
from grader.engine.checking import run_checks
from grader.harness.modules import Modules
from grader.isolation.child import prepare_tensorflow
from grader.isolation.choice import open_pool
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.selfcheck.local_channel import LocalChannel
from grader.subject.subject import Channel
from grader.submissions.reading import Submission, read_submission

SEED = 7
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def seconds_of(channel: Channel, checks: tuple[Check, ...]) -> float:
    """Wall-clock seconds of all checks; every one has to pass."""
    started = time.perf_counter()
    results = run_checks(ASSIGNMENT, ASSIGNMENT.subject(channel, SEED), checks)
    seconds = time.perf_counter() - started
    lost = [result.id for result in results if result.score < result.points]
    if lost:
        sys.exit(f"the reference lost points in {', '.join(lost)}")
    return seconds


def isolated(submission: Submission, server: ForkServer, checks: tuple[Check, ...]) -> float:
    """Seconds in a fork, its start and end included."""
    started = time.perf_counter()
    channel = ProcessChannel(submission, server)
    try:
        seconds_of(channel, checks)
    finally:
        channel.close()
    return time.perf_counter() - started


def main() -> None:
    """Print a line for each pair, then the median ratio and its spread."""
    count, *parts = sys.argv[1:] or ["3"]
    checks, console = ASSIGNMENT.select(parts), Console()
    submission = read_submission("reference", ASSIGNMENT.reference_folder(), ASSIGNMENT)
    with open_pool(ASSIGNMENT, Limits(part_seconds=3600), 1, trusted=False) as pool, pool.lend() as server:
        console.print(f"isolation: {pool.tier.description}", highlight=False)
        prepare_tensorflow()
        import_module(ASSIGNMENT.operations)
        definitions = Modules([(source.name, source.text) for source in submission.sources])
        isolated(submission, server, ASSIGNMENT.select(["data"]))  # the first fork takes longer than those after it
        ratios = []
        for _ in range(int(count)):
            here, there = seconds_of(LocalChannel(definitions), checks), isolated(submission, server, checks)
            ratios.append(there / here)
            console.print(f"in this process {here:.1f} s, isolated {there:.1f} s, ratio {ratios[-1]:.3f}")
    console.print(f"ratio {statistics.median(ratios):.3f} (median of {count}; {min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
