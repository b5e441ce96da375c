"""Grade the reference under many seeds: `python -m benchmarks.reference_seeds [SEEDS] [PART …]`.

Prints the score of each seed and the spread of what was measured; exits 1 if any seed is below full marks.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.outcomes import Outcome, Report
from grader.engine.run import RunConfig, grade_one
from grader.isolation.choice import open_pool
from grader.submissions.handed_in import HandedIn


def main() -> None:
    """Print a line for each seed, then what was measured by each check."""
    count, *parts = sys.argv[1:] or ["20"]
    checks, console = ASSIGNMENT.select(parts), Console()
    submissions = [HandedIn("reference", ASSIGNMENT.reference_folder(), "reference")]
    limits = Limits(part_seconds=3600)

    def grade(seed: int) -> Report:
        with pool.lend() as server:
            report = grade_one(RunConfig(ASSIGNMENT, submissions, checks, seed, limits), server)
        lost = [f"{r.id}: {r.message} {r.evidence}" for r in report.checks if r.outcome is not Outcome.PASSED]
        console.print(f"seed {seed}: {report.score:g}/{report.max_score}, {report.seconds:.0f} s", *lost, markup=False)
        return report

    cores = os.cpu_count() or 1
    with open_pool(ASSIGNMENT, limits, cores, trusted=False) as pool, ThreadPoolExecutor(cores) as workers:
        console.print(f"isolation: {pool.tier.description}", highlight=False)
        reports = list(workers.map(grade, range(int(count))))
    for number, check in enumerate(checks):
        measured = [str(report.checks[number].evidence.get("measured")) for report in reports]
        console.print(f"{check.id}: {'; '.join(dict.fromkeys(measured))}", markup=False, highlight=False)
    full = sum(report.score == report.max_score for report in reports)
    console.print(f"{full} of {len(reports)} seeds at full marks")
    sys.exit(full < len(reports))


if __name__ == "__main__":
    main()
