"""One work, one grade: `python -m benchmarks.one_work [--page] [WAY …]`.

Grades the same class in every form and on every route, each with a cache of its own where it measures, and compares the
records. Exits 1 unless every way gives every check of every submission the score that it has in plain folders. With
--page each way is entered into docs/one-work.md as soon as it is done; named ways join those of an earlier run whose
plain folders had the same scores.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.one_work.page import keep, kept
from benchmarks.one_work.ways import CLASS, PLAIN, WAYS, Scores, Way
from tests.submissions.build import recipes, sources_of

Row = dict[str, object]


def measured(ways: Sequence[Way], console: Console) -> Iterator[Row]:
    """A row for each way, plain folders first, with a line as soon as it is known."""
    submissions = {recipe.name: sources_of(recipe) for recipe in recipes() if recipe.name in CLASS}
    plain: Scores = {}
    for way in ways:
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = way.grade(submissions, Path(folder))
            except (RuntimeError, subprocess.CalledProcessError) as problem:
                console.print(problem, markup=False)
                found = {}
        plain = plain or found
        row = row_of(way.name, found, plain, time.perf_counter() - started)
        console.print(f"{way.name}: {'equal' if row['equal'] else 'DIFFERENT'}, {row['seconds']} s", highlight=False)
        yield row


def row_of(name: str, found: Scores, plain: Scores, seconds: float) -> Row:
    """What is kept of a way: the points of each submission, and whether each check has the score of plain folders."""
    points = {student: round(sum(scores.values()), 4) for student, scores in found.items()}
    return {"way": name, "points": points, "equal": bool(found) and found == plain, "seconds": round(seconds)}


def entered(row: Row, rows: Sequence[Row]) -> list[Row]:
    """The rows with this one in its place; without the others where plain folders have come to other points."""
    others = {str(each["way"]): each for each in rows}
    if row["way"] == PLAIN and others.get(PLAIN, row)["points"] != row["points"]:
        others = {}
    joined = others | {str(row["way"]): row}
    return [joined[way.name] for way in WAYS if way.name in joined]


def main() -> None:
    """Grade, compare, and say by the exit status whether all are equal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_work", description="One work, one grade.")
    parser.add_argument("ways", nargs="*", metavar="WAY", help=f"of {', '.join(way.name for way in WAYS)}")
    parser.add_argument("--page", action="store_true", help="enter what came of it into docs/one-work.md")
    arguments = parser.parse_args()
    if unknown := set(arguments.ways) - {way.name for way in WAYS}:
        parser.error(f"no such way: {', '.join(unknown)}")
    ways = [way for way in WAYS if not arguments.ways or way.name in (PLAIN, *arguments.ways)]
    equal = True
    for row in measured(ways, Console()):
        equal &= bool(row["equal"])
        if arguments.page:
            keep("ways", entered(row, kept("ways") or []))
    sys.exit(not equal)


if __name__ == "__main__":
    main()
