"""What reports and pages cost: `python -m benchmarks.rendering [SUBMISSIONS]`.

Writes the records, pictures, pages and table of a made-up class into an empty folder, then the same again, and prints
milliseconds per submission of both.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.made_up_class import class_of
from benchmarks.timing import cheapest_of_each, cost_of_each
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import Report
from grader.render.csv_export import write_grades
from grader.render.pages import write_pages
from grader.render.report_json import report_folder, write_report


def write(reports: Sequence[Report], out: Path) -> None:
    """All that a graded class gets but its gradebook."""
    for report in reports:
        write_report(report, report_folder(out, report.submission))
    write_grades(ASSIGNMENT.part_names, reports, out / "grades.csv")
    write_pages(ASSIGNMENT, reports, out)


def main() -> None:
    """Print a line: written for the first time, and unchanged."""
    (count,) = sys.argv[1:] or ["2000"]
    reports = class_of(int(count))
    with tempfile.TemporaryDirectory() as folder:
        first = cost_of_each(len(reports), lambda: write(reports, Path(folder)))
        again = cheapest_of_each(len(reports), lambda: write(reports, Path(folder)))
    Console().print(
        f"{len(reports)} submissions of {len(reports[0].checks)} checks and 4 pictures: written {first}, "
        f"unchanged {again}",
        highlight=False,
        soft_wrap=True,
    )


if __name__ == "__main__":
    main()
