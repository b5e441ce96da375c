"""The reference's training loops against Keras and an eager loop: `python -m benchmarks.training_step [ROUNDS]`.

The same network, loss, optimizer and batches: the part's own `fit`, Keras' compile and fit, and the step called
eagerly, as the lab's text had it. In turns, after a round that traces; prints ratios with their spread. Without options
the autoencoder at batch 64; `--all` every part, batches of 16, 64 and 128, one thread and two; `--record FILE` writes
what `make experiment` puts on its page. A machine that does other work meanwhile distorts the figures.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from rich.console import Console

from benchmarks.experiment.plan import Run
from benchmarks.experiment.training import BUILDERS
from benchmarks.keras_twins import keras_twin
from grader.autoencoders import mnist_subset
from grader.core.files import write_atomically
from reference.data import load_mnist, normalize, training_batches

STEPS, EAGER_STEPS = 60, 20
BATCHES, THREADS = (16, 64, 128), (1, 2)

Ways = dict[str, tuple[Callable[[], object], int]]  # what to time, and how many steps it takes


@dataclass(frozen=True)
class Timing:
    """Medians over the rounds, in milliseconds per step, and the medians of the rounds' ratios with their range."""

    part: str
    batch: int
    threads: int
    reference_ms: float
    keras_ms: float
    eager_ms: float
    data_ms: float
    of_keras: float
    of_keras_range: tuple[float, float]
    than_eager: float
    than_eager_range: tuple[float, float]


def batches(part: str, size: int) -> tf.data.Dataset:
    """Batches of training digits in memory, for ever; for the classifier with their labels."""
    digits = mnist_subset.load()
    images = digits["train_images"].astype(np.float32) / np.float32(255)
    arrays = (images, digits["train_labels"]) if part == "classifier" else images
    samples = tf.data.Dataset.from_tensor_slices(arrays)
    return samples.shuffle(10_000).repeat().batch(size, drop_remainder=True).prefetch(2)


def three_ways(part: str, size: int) -> Ways:
    """The reference's own loop, Keras', and the step without tf.function."""
    data = batches(part, size)
    ours, eager = BUILDERS[part](Run(part)), BUILDERS[part](Run(part))
    theirs, pairs = keras_twin(part, data)
    stream = iter(data)

    def eagerly() -> None:
        for _ in range(EAGER_STEPS):
            eager.fit_iteration(next(stream))

    return {
        "reference": (lambda: ours.fit(data, 1, STEPS), STEPS),
        "keras": (lambda: theirs.fit(pairs, epochs=1, steps_per_epoch=STEPS), STEPS),
        "eager": (eagerly, EAGER_STEPS),
    }


def milliseconds(ways: Ways, rounds: int) -> dict[str, list[float]]:
    """Milliseconds per step of each way in each round, the ways in turns; a first round only traces."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, (run, steps) in ways.items():
            started = time.perf_counter()
            with redirect_stdout(StringIO()):
                run()
            if number:
                took[name].append(1000 * (time.perf_counter() - started) / steps)
    return took


def drawing(size: int) -> float:
    """Milliseconds that a batch takes alone, from the pipeline that the lab trains with: the mean over a whole pass.

    The pass begins by filling the buffer of all digits, with reading and decoding them. That is part of it.
    """
    train, _ = load_mnist()
    count = len(train) // size
    started = time.perf_counter()
    stream = iter(training_batches(train.map(normalize), size))
    for _ in range(count):
        next(stream)
    return 1000 * (time.perf_counter() - started) / count


def timing(part: str, size: int, threads: int, rounds: int, data_ms: float) -> Timing:
    """All figures of one part at one batch size."""
    took = milliseconds(three_ways(part, size), rounds)
    reference_ms, keras_ms, eager_ms = (statistics.median(took[way]) for way in ("reference", "keras", "eager"))
    keras, eager = _ratios(took, "reference", "keras"), _ratios(took, "eager", "reference")
    return Timing(
        part,
        size,
        threads,
        reference_ms,
        keras_ms,
        eager_ms,
        data_ms,
        statistics.median(keras),
        (min(keras), max(keras)),
        statistics.median(eager),
        (min(eager), max(eager)),
    )


def _ratios(took: dict[str, list[float]], above: str, below: str) -> list[float]:
    return [a / b for a, b in zip(took[above], took[below], strict=True)]


def line_of(row: Timing) -> str:
    """One line on a part."""
    keras, eager = (f"{low:.2f} to {high:.2f}" for low, high in (row.of_keras_range, row.than_eager_range))
    return (
        f"{row.part}, batch {row.batch}, {row.threads or 'all'} threads: reference {row.reference_ms:.1f} ms per step, "
        f"{row.of_keras:.2f} times of Keras' fit ({keras}), {row.than_eager:.2f} times faster than eager ({eager}); "
        f"drawing a batch {row.data_ms:.2f} ms"
    )


def measured(options: argparse.Namespace, console: Console) -> list[Timing]:
    """Time every part in this process, whose number of threads is set once and for all."""
    rows = []
    with somewhere_else():
        for size in options.batch:
            data_ms = drawing(size)
            for part in options.part:
                rows.append(timing(part, size, options.threads[0], options.rounds, data_ms))
                tf.keras.backend.clear_session()
                console.print(line_of(rows[-1]), highlight=False, soft_wrap=True)
    return rows


@contextmanager
def somewhere_else() -> Iterator[None]:
    """A working folder of its own: the reference keeps its checkpoints in it."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)


def in_other_processes(options: argparse.Namespace) -> list[Timing]:
    """The same with each number of threads, one process after the other. Raises CalledProcessError."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for threads in options.threads:
            record = Path(folder) / f"{threads}.json"
            words = [str(options.rounds), "--record", str(record), "--threads", str(threads), "--part", *options.part]
            words += ["--batch", *map(str, options.batch)]
            subprocess.run([sys.executable, "-m", "benchmarks.training_step", *words], check=True)
            rows += [Timing(**row) for row in json.loads(record.read_text(encoding="utf-8"))["rows"]]
    return rows


def parse() -> argparse.Namespace:
    """The options; `--all` stands for every part, batch size and number of threads."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training_step", description="Time training steps.")
    parser.add_argument("rounds", nargs="?", type=int, default=7, help="rounds that are timed")
    parser.add_argument("--part", nargs="+", choices=BUILDERS, default=["autoencoder"])
    parser.add_argument("--batch", nargs="+", type=int, default=[64], help="batch sizes")
    parser.add_argument(
        "--threads", nargs="+", type=int, default=[0], help="numbers of threads; 0 is TensorFlow's choice"
    )
    parser.add_argument("--all", action="store_true", help="every part, batch size and number of threads")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the figures into this file")
    options = parser.parse_args()
    if options.all:
        options.part, options.batch, options.threads = list(BUILDERS), list(BATCHES), list(THREADS)
    return options


def main() -> None:
    """Time, print, and record."""
    options = parse()
    if len(options.threads) > 1:
        rows = in_other_processes(options)
    else:
        tf.config.threading.set_intra_op_parallelism_threads(options.threads[0])
        tf.config.threading.set_inter_op_parallelism_threads(options.threads[0])
        rows = measured(options, Console(width=200))
    if options.record:
        machine = f"{platform.machine()} with {os.cpu_count()} cores"
        record = {"machine": machine, "rounds": options.rounds, "rows": [asdict(row) for row in rows]}
        write_atomically(options.record.absolute(), (json.dumps(record, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
