"""How soon a self-check shows something: `python -m benchmarks.first_result [PART …]`.

Each part of the reference is checked in a fresh process, as `check("vae")` does it in a notebook. Printed are seconds
of the clock from the call to the first result on the screen, and to the last, and in brackets those of the processors,
which a busy machine changes less. Starting TensorFlow is part of all of them.
"""

import subprocess
import sys
import time

from rich.console import Console

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult
from grader.selfcheck.screens import selfcheck_html
from grader.selfcheck.watching import Watcher


class Clock(Watcher):
    """The moments at which rows of the table are ready to be shown: seconds of the clock and of this process's work."""

    def __init__(self):
        self.started = self._now()
        self.shown: list[tuple[float, float]] = []

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), time.process_time()

    def ends(self, result: CheckResult) -> None:
        """Draw the row, as a notebook's screen does."""
        selfcheck_html(ASSIGNMENT, [result])
        wall, cpu = self._now()
        self.shown.append((wall - self.started[0], cpu - self.started[1]))


def measure(part: str) -> None:
    """Check one part in this process; print seconds to the first and to the last result, and how many passed."""
    from grader.selfcheck.notebook import require_keras_2, session_of_files

    clock = Clock()
    require_keras_2()
    results = session_of_files(ASSIGNMENT, ASSIGNMENT.reference_folder()).check((part,), clock)
    passed = sum(result.outcome == "passed" for result in results)
    print(*clock.shown[0], *clock.shown[-1], passed, len(results))  # noqa: T201 - read by `main`


def main() -> None:
    """A line for each part."""
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2])
        return
    console = Console(highlight=False, soft_wrap=True)
    for part in sys.argv[1:] or ASSIGNMENT.part_names:
        command = [sys.executable, "-m", "benchmarks.first_result", "--one", part]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        first, first_cpu, last, last_cpu, passed, total = map(float, done.stdout.split())
        console.print(
            f"{part:14s}first result {first:5.1f} s ({first_cpu:.1f}), all {last:5.1f} s ({last_cpu:.1f}), "
            f"{passed:.0f} of {total:.0f} passed"
        )


if __name__ == "__main__":
    main()
