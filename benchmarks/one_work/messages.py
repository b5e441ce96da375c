"""What ten class folders are told: `python -m benchmarks.one_work.messages [--page] [--of AELAB COMMIT]`.

Grades the part `data` of each with the `aelab` of this environment, and prints who is graded, the points, the first
message and what was left out. With --of another `aelab` does that, such as that of an earlier commit, and with --page
it is kept as what was said before.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.one_work.cases import cases
from benchmarks.one_work.page import keep
from grader.engine.cache import VARIABLE
from tests.submissions.archives import Files, write_files

HERE = (sys.executable, "-m", "grader")
LONGEST = 600  # characters of a message


def told(files: Files, command: tuple[str, ...], folder: Path) -> list[str]:
    """A line for each submission, what was said of others, and the exit status."""
    submissions, out = write_files(files, folder / "class"), folder / "out"
    options = ["--out", str(out), "--seed", "7", "--part", "data"]
    surroundings = os.environ | {VARIABLE: str(folder / "cache.sqlite"), "COLUMNS": "400"}
    done = subprocess.run(
        [*command, "grade", str(submissions), *options], env=surroundings, capture_output=True, text=True, check=False
    )
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(out.glob("*/report.json"))]
    lines = [line_of(report) for report in reports]
    graded = {report["submission"] for report in reports}
    lines += [line for line in done.stdout.splitlines() if line.startswith("not graded") and not named(line, graded)]
    if not reports:
        lines += (done.stderr or done.stdout).strip().splitlines()[-1:]
    return [line.replace(str(folder), "…")[:LONGEST] for line in lines] + [f"exit status {done.returncode}"]


def named(line: str, submissions: set[str]) -> bool:
    """Whether a line of the terminal is about one of these, whose own line says so."""
    return any(name in line for name in submissions)


def line_of(report: dict[str, Any]) -> str:
    """Whose it is, the points, and what the student is told first."""
    failed = [check["message"] for check in report["checks"] if check["outcome"] != "passed"]
    notes = [f"{note['where']} was left out: {note['why']}" for note in report.get("left_out", ())]
    said = report.get("message") or "".join(failed[:1])
    points = f"{report['score']:g} of {report['max_score']:g} points"
    return " ".join(filter(None, [f"{report['submission']}: {points}.", said, *(f"{note}." for note in notes)]))


def main() -> None:
    """Print, and keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_work.messages", description=__doc__)
    parser.add_argument("--of", nargs=2, metavar=("AELAB", "COMMIT"), help="another command, and its commit")
    parser.add_argument("--page", action="store_true", help="enter what was said into docs/one-work.md")
    arguments, console, said = parser.parse_args(), Console(), {}
    command, commit = ((arguments.of[0],), arguments.of[1]) if arguments.of else (HERE, "")
    for name, files in cases().items():
        with tempfile.TemporaryDirectory() as folder:
            said[name] = told(files, command, Path(folder))
        console.print(name, *said[name], sep="\n    ", markup=False, highlight=False)
    if arguments.page:
        keep("before" if commit else "after", {"commit": commit, "said": said})


if __name__ == "__main__":
    main()
