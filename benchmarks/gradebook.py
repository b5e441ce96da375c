"""What the gradebook costs: `python -m benchmarks.gradebook [REPORTS] [POSTGRESQL_URL]`.

Enters a made-up class into a new gradebook, then the same class again, and prints milliseconds a report of both: in
SQLite, and in the PostgreSQL database at the address, which has to be without students.
"""

import sys
import tempfile
from collections.abc import Sequence

from rich.console import Console

from benchmarks.made_up_class import class_of
from benchmarks.timing import cheapest_of_each, cost_of_each
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import Report
from grader.platforms.nbgrader.gradebook import GradebookError, write_gradebook


def measure(what: str, reports: Sequence[Report], url: str, console: Console) -> None:
    """Print a line: entered for the first time, and unchanged."""
    write_gradebook(ASSIGNMENT, [], url)  # makes the tables, and loads what has to be loaded
    first = cost_of_each(len(reports), lambda: write_gradebook(ASSIGNMENT, reports, url))
    again = cheapest_of_each(len(reports), lambda: write_gradebook(ASSIGNMENT, reports, url))
    console.print(
        f"{what}, {len(reports)} reports of {len(reports[0].checks)} checks: first entry {first}, unchanged {again}",
        highlight=False,
        soft_wrap=True,
    )


def main() -> None:
    """Measure where asked."""
    count, *urls = sys.argv[1:] or ["2000"]
    reports, console = class_of(int(count)), Console()
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", reports, f"sqlite:///{folder}/gradebook.db", console)
    for url in urls:
        measure("PostgreSQL", reports, url, console)


if __name__ == "__main__":
    try:
        main()
    except GradebookError as error:
        sys.exit(str(error))
