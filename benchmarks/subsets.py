"""Hand out every subset of the parts, import what is handed out, and run the experiments of some.

    python -m benchmarks.subsets [--quick]

Each subset is rendered and searched for traces of the parts that are left out, and its modules are imported, with stubs
and with solutions. The experiments of a few subsets run on few digits: what they draw is not looked at. Exits 1 with a
line for each problem.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.release.sources import handed_out_sources
from tests.subsets import all_subsets, pairwise, problems_of, unimportable, write_package

FEW = (
    ("tfds.builder", "False and tfds.builder"),
    ("download_is_possible():", "False:"),
    ("mnist_subset.load()", "{name: values[:640] for name, values in mnist_subset.load().items()}"),
)  # what makes the digits few, in the text of the data's module


def main() -> None:
    """Try all subsets, or with --quick the pairwise sample."""
    problems = 0
    for line, is_problem in lines(pairwise() if "--quick" in sys.argv else list(all_subsets())):
        problems += is_problem
        print(line, flush=True)  # noqa: T201 - a command
    sys.exit(1 if problems else 0)


def lines(subsets: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, bool]]:
    """What to print, as it comes, and whether it is a problem."""
    with TemporaryDirectory() as place:
        for number, parts in enumerate(subsets, start=1):
            assignment = ASSIGNMENT.with_parts(parts)
            yield f"{number} of {len(subsets)}: {', '.join(parts)}", False
            for problem in (*problems_of(assignment), *unimportable(assignment, Path(place), f"subset{number}")):
                yield f"    {problem}", True
        for number, parts in enumerate(pairwise(), start=1):
            yield f"experiments of {', '.join(parts)}", False
            for problem in failed_experiments(ASSIGNMENT.with_parts(parts), Path(place), f"experiments{number}"):
                yield f"    {problem}", True


def failed_experiments(assignment: Assignment, place: Path, package: str) -> Iterator[str]:
    """The modules whose experiments end with an error, run as a student runs them."""
    sources = handed_out_sources(assignment, solutions=True)
    for many, few in FEW if "data.py" in sources else ():
        assert many in sources["data.py"], many
        sources["data.py"] = sources["data.py"].replace(many, few)
    write_package(assignment, place / package, sources)
    for module in assignment.modules:
        run = [sys.executable, "-m", f"{package}.{module}"]
        done = subprocess.run(run, cwd=place, capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"the experiments of {module}.py end with an error: {done.stderr.strip().splitlines()[-1]}"


if __name__ == "__main__":
    main()
