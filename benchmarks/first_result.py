"""How soon a self-check shows something: `python -m benchmarks.first_result [PART …]`.

Each part of the reference is checked in a fresh process, as `check("vae")` does it in a notebook. Printed are seconds
of the clock from the call to the first result on the screen, and to the last; starting TensorFlow is part of both.
"""

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

from grader.outcomes import CheckResult
from grader.registry import PARTS
from grader.render.screens import selfcheck_html
from grader.watching import Watcher

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


class Clock(Watcher):
    """The moments at which rows of the table are ready to be shown."""

    def __init__(self):
        self.started = time.perf_counter()
        self.shown: list[float] = []

    def ends(self, result: CheckResult) -> None:
        """Draw the row, as a notebook's screen does."""
        selfcheck_html([result])
        self.shown.append(time.perf_counter() - self.started)


def measure(part: str) -> None:
    """Check one part in this process; print seconds to the first and to the last result, and how many passed."""
    from grader.selfcheck import require_keras_2, session_of_files

    clock = Clock()
    require_keras_2()
    results = session_of_files(REFERENCE).check((part,), clock)
    passed = sum(result.outcome == "passed" for result in results)
    print(clock.shown[0], clock.shown[-1], passed, len(results))  # noqa: T201 - read by `main`


def main() -> None:
    """A line for each part."""
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2])
        return
    console = Console(highlight=False, soft_wrap=True)
    for part in sys.argv[1:] or PARTS:
        command = [sys.executable, "-m", "benchmarks.first_result", "--one", part]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        first, last, passed, total = map(float, done.stdout.split())
        console.print(f"{part:14s}first result {first:5.1f} s, all {last:5.1f} s, {passed:.0f} of {total:.0f} passed")


if __name__ == "__main__":
    main()
