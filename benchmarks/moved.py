"""Which checks move between two gradings of one class: `python -m benchmarks.moved BEFORE AFTER`.

BEFORE and AFTER are two --out folders of `aelab grade`, with the same seed, say under the locked and under the newest
versions of what the lab needs. Prints a page; exits 1 if a check has moved.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.markdown import table
from grader.core.outcomes import Report
from grader.render.report_json import read_reports

HEADS = ("submission", "check", "before", "after")
State = tuple[str, float, str]  # outcome, points, code


def states(reports: Sequence[Report]) -> dict[tuple[str, str], State]:
    """What became of each check of each submission."""
    return {
        (report.submission, check.id): (check.outcome.value, round(float(check.score), 4), check.code)
        for report in reports
        for check in report.checks
    }


def moved(before: Sequence[Report], after: Sequence[Report]) -> Iterator[tuple[str, ...]]:
    """A row for each check with another outcome, score or code, and for each that only one of both has."""
    first, second = states(before), states(after)
    for key in sorted(first.keys() | second.keys()):
        if first.get(key) != second.get(key):
            yield *key, _told(first.get(key)), _told(second.get(key))


def _told(state: State | None) -> str:
    outcome, points, code = state or ("not there", 0.0, "")
    return f"{outcome}, {points:g} points {code}".rstrip()


def page(before: Sequence[Report], after: Sequence[Report]) -> tuple[str, bool]:
    """The page, and whether something has moved."""
    rows = list(moved(before, after))
    versions = (f"- {when}: {_versions(reports[0])}" for when, reports in (("before", before), ("after", after)))
    counted = len(states(before).keys() | states(after).keys())
    head = f"# {len(rows)} of {counted} checks have moved"
    return "\n".join([head, "", *versions, "", *([table(HEADS, rows)] if rows else [])]), bool(rows)


def _versions(report: Report) -> str:
    graded = report.graded
    return f"aelab {graded.aelab}, Python {graded.python}, TensorFlow {graded.tensorflow}"


def main() -> None:
    """Print the page of the two folders on the command line."""
    before, after = (read_reports(Path(folder)) for folder in sys.argv[1:])
    text, has_moved = page(before, after)
    Console().print(text, highlight=False, markup=False, soft_wrap=True)
    sys.exit(int(has_moved))


if __name__ == "__main__":
    main()
