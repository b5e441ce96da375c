"""Run what instructors test by hand over the corpus: `python -m benchmarks.usual_catch [--csv FILE] [NAME …]`.

Each submission is a fork of a process that has imported TensorFlow, without isolation: the corpus is our own. Prints a
line for each, and writes a row for each to --csv, from which docs/validity.md compares.
"""

import argparse
import csv
import importlib
import json
import os
import resource
import sys
import tempfile
import traceback
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from io import StringIO
from pathlib import Path

import numpy as np
from rich.console import Console

import mnist_subset
from benchmarks.usual_tests import USUAL, Digits, UsualTest, Work
from grader.core.files import write_atomically
from tests.submissions.corpus import Mutant, Variant, mutants, variants
from tests.submissions.edits import write_modules

ROWS = Path(__file__).parents[1] / "docs" / "usual-tests.csv"
SECONDS = 120  # of processor time for one submission, after which its tests count as failed


@dataclass(frozen=True)
class UsualRow:
    """One submission: how many tests its part has, and the names of those that failed.

    named: whether one of those speaks of the check that has to fail; "" in `check` for a right variant.
    """

    kind: str
    part: str
    name: str
    check: str
    tests: int
    failed: str
    named: int


def digits() -> Digits:
    """Those that come with the lab."""
    found = mnist_subset.load()
    images, unseen = (found[f"{kind}_images"].astype(np.float32) / 255 for kind in ("train", "test"))
    return Digits(images, found["train_labels"], unseen, found["test_labels"])


def row_of(item: Mutant | Variant, shown: Digits) -> UsualRow:
    """Run the tests of its part in a fork, which may end as it likes."""
    tests = [test for test in USUAL if test.part == item.part]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run_all(item, tests, shown, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as lines:
        passed = {json.loads(line) for line in lines}
    os.waitpid(child, 0)
    failed = [test for test in tests if test.name not in passed]
    check = item.check if isinstance(item, Mutant) else ""
    named = any(check == f"{item.part}.{spoken}" for test in failed for spoken in test.speaks_of)
    kind = "mutant" if check else "variant"
    return UsualRow(kind, item.part, item.name, check, len(tests), " ".join(test.name for test in failed), int(named))


def _run_all(item: Mutant | Variant, tests: Iterable[UsualTest], shown: Digits, writing: int) -> None:
    """In the fork: write the name of each test that passes, as it does. Never returns."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            work = _imported(item, Path(folder), shown)
            for test in tests:
                if _passes(test, work):
                    os.write(writing, json.dumps(test.name).encode() + b"\n")
    finally:
        os._exit(0)


def _imported(item: Mutant | Variant, folder: Path, shown: Digits) -> Work:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    write_modules(folder / "handed_in", item.sources)
    sys.path.insert(0, str(folder))
    return Work(item.part, importlib.import_module(f"handed_in.{item.part}"), shown)


def _passes(test: UsualTest, work: Work) -> bool:
    try:
        test.run(work)
    except Exception:  # noqa: BLE001 - whatever it raises, it fails
        traceback.print_exc()
        return False
    return True


def csv_of(rows: Iterable[UsualRow]) -> str:
    """The rows as CSV, with a head."""
    text = StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(UsualRow)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return text.getvalue()


def line_of(row: UsualRow) -> str:
    """What became of one submission, in a line."""
    if row.kind == "variant":
        return f"{row.part}/{row.name}: " + (f"right, fails {row.failed}" if row.failed else "right, passes")
    caught = f"caught by {row.failed}{', named' * row.named}" if row.failed else "missed"
    return f"{row.part}/{row.name}: {caught}"


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.usual_catch", description="Run the usual tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these submissions")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a row for each submission")
    arguments, console = parser.parse_args(), Console()
    shown = digits()
    importlib.import_module("tensorflow")
    importlib.import_module("tensorflow_probability")

    def one(item: Mutant | Variant) -> UsualRow:
        row = row_of(item, shown)
        console.print(line_of(row), markup=False, highlight=False, soft_wrap=True)
        return row

    items = [item for item in (*mutants(), *variants()) if not arguments.names or item.name in arguments.names]
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        rows = list(workers.map(one, items))
    if arguments.csv:
        write_atomically(arguments.csv, csv_of(rows).encode())


if __name__ == "__main__":
    main()
