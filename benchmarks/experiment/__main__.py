"""`python -m benchmarks.experiment [--quick] [--only RUN …] [--out FOLDER] [--page]`.

Trains and measures what is not finished, then writes docs/results.md, its pictures and its records; a quick experiment
writes all of that into its own folder instead. Ctrl-C keeps what is finished.
"""

import argparse
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import tensorflow as tf
from rich.console import Console

from .digits import load_digits
from .material import Target
from .plan import full_plan, quick_plan
from .publish import publish
from .runner import Experiment, run_all, run_lab_text


def main() -> None:
    """Run what is left, then write the page."""
    arguments, console = parse(), Console()
    tf.config.threading.set_intra_op_parallelism_threads(1)  # as fast for these networks, and leaves a core to others
    tf.config.threading.set_inter_op_parallelism_threads(1)
    plan = quick_plan() if arguments.quick else full_plan()
    out = arguments.out or Path("build", "experiment-quick" if arguments.quick else "experiment")
    chosen = [run for run in plan if any(fnmatch(run.name, pattern) for pattern in arguments.only)]
    load = cache(load_digits)
    if not arguments.page:
        run_lab_text(Experiment((), out, arguments.quick), load)
        run_all(Experiment(chosen, out, arguments.quick), load, console)
    target = Target(out / "records", out / "results.md", out / "images" / "results") if arguments.quick else Target()
    shape = {"epochs": 1, "steps": 150} if arguments.quick else {"epochs": 2}
    lacking = publish(Experiment(plan, out, arguments.quick), target, shape)
    console.print(f"wrote {target.page}", *(f"no {name}.png: a run is missing" for name in lacking), sep="\n")


def parse() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.experiment", description="The lab's experiments.")
    parser.add_argument("--quick", action="store_true", help="a reduced plan, in five minutes, written into --out only")
    parser.add_argument("--only", nargs="+", metavar="RUN", default=["*"], help="only runs of these names, * allowed")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where runs are kept (build/experiment)")
    parser.add_argument("--page", action="store_true", help="run nothing: write the page from what is finished")
    return parser.parse_args()


if __name__ == "__main__":
    main()
