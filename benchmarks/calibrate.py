"""Derive the bars from what right solutions and mistakes measure: `python -m benchmarks.calibrate`."""

from rich.console import Console

from benchmarks.validity import Task, run, tasks_of_mutants, tasks_of_variants
from grader.registry import PARTS
from tests.submissions.corpus import Variant

REFERENCE_SEEDS, VARIANT_SEEDS = 100, 10


def tasks_of_reference(seeds: int) -> list[Task]:
    """Every part of the reference under so many seeds, by itself."""
    parts = [Variant("reference", part, "The reference itself.") for part in PARTS]
    return [Task(item, seed) for seed in range(seeds) for item in parts]


def main() -> None:
    tasks = [
        *tasks_of_variants(1),
        *tasks_of_mutants(),
        *tasks_of_reference(REFERENCE_SEEDS),
        *tasks_of_variants(VARIANT_SEEDS),
    ]
    run(tasks, Console())


if __name__ == "__main__":
    main()
