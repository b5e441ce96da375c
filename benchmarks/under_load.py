"""Grade on a quiet machine and on a busy one: `python -m benchmarks.under_load [SUBMISSION [SPINNERS [PART …]]]`.

A submission of the sample class is graded twice with `aelab grade`, with nothing known before: alone, and beside
processes that do nothing but spend time, each in a session of its own, as the kernel shares cores out by session. The
records have to be the same, times aside. Exits 1 otherwise.
"""

import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from benchmarks.kills import Run, finish
from tests.isolation.probing import busy
from tests.submissions.build import RECIPES, build, read_recipe

SUBMISSION, SPINNERS = "kl_counted_twice", 16
LONGEST = 3600  # seconds of its own that a spinning process may spend


def graded(folder: Path, spinners: int, parts: tuple[str, ...]) -> tuple[dict[str, object], float]:
    """The records, and the seconds that the command took."""
    run = Run(folder / "class", folder / f"out-{spinners}", folder / f"{spinners}.sqlite", parts=parts)
    began = time.perf_counter()
    with busy(spinners, LONGEST):
        finish(run)
    return run.records(), time.perf_counter() - began


def differences(quiet: dict[str, object], loaded: dict[str, object]) -> list[str]:
    """What is not the same, a line for each file."""
    return [f"{name}: {quiet[name]} against {loaded.get(name)}" for name in quiet if quiet[name] != loaded.get(name)]


def main() -> None:
    """Print a line for each run, then what differs."""
    name, spinners, parts = (*sys.argv[1:2], SUBMISSION)[0], int((*sys.argv[2:3], SPINNERS)[0]), tuple(sys.argv[3:])
    console = Console()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        build(read_recipe(RECIPES / f"{name}.toml"), folder / "class")
        quiet, seconds = graded(folder, 0, parts)
        console.print(f"{name} on a quiet machine: {seconds:.0f} s", highlight=False)
        loaded, seconds = graded(folder, spinners, parts)
        console.print(f"{name} beside {spinners} spinning processes: {seconds:.0f} s", highlight=False)
    found = differences(quiet, loaded)
    console.print(*(found or ["the records are the same"]), sep="\n", markup=False)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
