"""Does what a plan still lacks: trains, measures, keeps, and shows how much is left."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tensorflow as tf
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .digits import Digits
from .lab_text import measure_lab_text
from .measuring import measure
from .plan import Run
from .store import LAB_TEXT_KEY, SCHEMA, RunFolder, measuring_key, training_key
from .training import build, train

PACKAGES = ("tensorflow", "tf-keras", "tensorflow-probability", "numpy")


@dataclass(frozen=True)
class Experiment:
    """Runs, the folder that keeps them, and whether they are measured on few digits."""

    runs: Sequence[Run]
    out: Path
    quick: bool = False

    def folder_of(self, run: Run) -> RunFolder:
        """Where a run is kept."""
        return RunFolder(self.out / "runs" / run.name)

    @property
    def lab_text(self) -> RunFolder:
        """Where the small experiments on the handed-out text are kept."""
        return RunFolder(self.out / "lab-text")

    def is_trained(self, run: Run) -> bool:
        """Whether the run's weights are kept, made by the code of today."""
        kept = self.folder_of(run)
        return kept.record.get("key") == training_key(run) and kept.has("weights")

    def is_finished(self, run: Run) -> bool:
        """Whether the run is trained and measured."""
        return self.is_trained(run) and self.folder_of(run).record.get("measured_key") == measuring_key(run, self.quick)


def run_all(experiment: Experiment, load: Callable[[], Digits], console: Console) -> int:
    """Do all runs that are not finished, and return how many that were."""
    left = [run for run in experiment.runs if not experiment.is_finished(run)]
    done = len(experiment.runs) - len(left)
    console.print(f"{len(experiment.runs)} runs, {done} finished, {len(left)} left", highlight=False)
    if not left:
        return 0
    digits = load()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task("", total=sum(_steps(experiment, run) for run in left))
        for number, run in enumerate(left, start=1):
            progress.update(task, description=f"{number} of {len(left)}: {run.name}")
            one_run(experiment, run, digits, lambda: progress.advance(task))
            console.print(summary(experiment, run), highlight=False, soft_wrap=True)
    return len(left)


def run_lab_text(experiment: Experiment, load: Callable[[], Digits]) -> None:
    """Do the small experiments on the handed-out text, unless they are done."""
    kept = experiment.lab_text
    if kept.record.get("key") != LAB_TEXT_KEY:
        figures, pictures = measure_lab_text(load())
        kept.write_arrays("pictures", pictures)
        kept.write_record({"schema": SCHEMA, "key": LAB_TEXT_KEY, "measured": figures})


def one_run(experiment: Experiment, run: Run, digits: Digits, after_step: Callable[[], None]) -> None:
    """Train, unless that is done, and measure."""
    kept, model = experiment.folder_of(run), build(run)
    if experiment.is_trained(run):
        weights = kept.arrays("weights")
        model.set_weights([weights[f"{number:03d}"] for number in range(len(weights))])
    else:
        training = train(run, model, digits, after_step)
        kept.write_arrays("weights", {f"{number:03d}": array for number, array in enumerate(model.get_weights())})
        kept.write_record(_record(run, asdict(training)))
    tf.keras.utils.set_random_seed(run.seed)
    figures, pictures = measure(run, model, digits, experiment.quick)
    kept.write_arrays("pictures", pictures)
    kept.write_record({**kept.record, "measured": figures, "measured_key": measuring_key(run, experiment.quick)})


def _record(run: Run, training: dict[str, Any]) -> dict[str, Any]:
    environment = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        **{name: version(name) for name in PACKAGES},
    }
    settings = asdict(run)
    return {
        "schema": SCHEMA,
        "name": run.name,
        "key": training_key(run),
        "run": settings,
        "training": training,
        "environment": environment,
    }


def _steps(experiment: Experiment, run: Run) -> int:
    return 0 if experiment.is_trained(run) else run.epochs * run.steps_per_epoch


def summary(experiment: Experiment, run: Run) -> str:
    """One line on a finished run."""
    record = experiment.folder_of(run).record
    named = ("negative_elbo", "nats", "gain_db", "error_percent")
    shown = [f"{name} {record['measured'][name]:.4g}" for name in named if name in record["measured"]]
    return f"{run.name}: {', '.join(shown)} ({record['training']['seconds']:.0f} s)"
