"""Derive thresholds from what right solutions and known mistakes measure: `python -m benchmarks.calibrate [--quick]`.

Grades every part of the reference under 100 seeds, every right variant under 10 and every mutant under one, in the part
that differs, with the same store as `python -m benchmarks.validity`. Writes grader/autoencoders/calibration.json,
docs/calibration.md with its picture, and the limits. A limit moves only if right solutions miss it too often or a
mutant reaches it, so that grades of two years can be compared. Exits 1 where nothing lies between right and wrong.
"""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from benchmarks.calibration_page import REFERENCE_SEEDS, VARIANT_SEEDS, page, picture
from benchmarks.experiment.drawing import save
from benchmarks.quantities import REFERENCE, Quantity, new_limit, quantities_of, record_of
from benchmarks.validity import Grading, gradings_of_mutants, gradings_of_variants, run
from grader.autoencoders.assignment import ASSIGNMENT
from grader.autoencoders.thresholds import PATH
from grader.core.files import write_atomically
from tests.submissions.corpus import Variant

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = ROOT / "grader" / "autoencoders" / "calibration.json"
PAGE = ROOT / "docs" / "calibration.md"
PICTURE = ROOT / "docs" / "images" / "calibration.png"


def gradings_of_reference(seeds: int) -> list[Grading]:
    """Every part of the reference under so many seeds, by itself."""
    parts = [Variant(REFERENCE, part, "The reference itself.") for part in ASSIGNMENT.part_names]
    return [Grading(item, seed) for seed in range(seeds) for item in parts]


def move_limits(quantities: list[Quantity], path: Path, console: Console) -> bool:
    """Write into the file of thresholds every limit that has to move; whether all of them have a place."""
    fields = json.loads(path.read_text())
    placed = True
    for name, threshold in fields.items():
        same = [q for q in quantities if q.name == name]
        limit = new_limit(same) if same else threshold["limit"]
        if limit is None:
            placed = False
            console.print(f"{name}: no place between right solutions and mutants")
        elif limit != threshold["limit"]:
            console.print(f"{name}: from {threshold['limit']:g} to {limit:g}; run the command again")
            threshold["limit"] = limit
    lines = [f"  {json.dumps(name)}: {json.dumps(threshold)}" for name, threshold in fields.items()]
    write_atomically(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
    return placed


def main() -> None:
    """Grade what is not stored yet, write what follows, and say by the exit status whether every limit has a place."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description="Derive the thresholds.")
    parser.add_argument("--quick", action="store_true", help="three seeds of everything, to try it")
    few, console = parser.parse_args().quick, Console()
    seeds = (3, 3) if few else (REFERENCE_SEEDS, VARIANT_SEEDS)
    first, others = gradings_of_variants([0]), gradings_of_variants(range(1, seeds[1]))  # surprises come early
    graded = run([*first, *gradings_of_mutants(), *gradings_of_reference(seeds[0]), *others], console)
    quantities, count = quantities_of(graded), sum(isinstance(item, Variant) for item, _ in graded)
    write_atomically(DISTRIBUTIONS, (json.dumps(record_of(quantities, count), indent=1) + "\n").encode())
    save(picture(quantities), PICTURE)
    write_atomically(PAGE, page(quantities, count).encode())
    sys.exit(not move_limits(quantities, PATH, console))


if __name__ == "__main__":
    main()
