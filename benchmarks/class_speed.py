"""How fast a class is graded: `python -m benchmarks.class_speed [NAME …]`.

Each comparison takes both sides in one run, so that a busy machine slows both down. Without a name all are run.
The class is right, and trains eagerly, as the lab's text does.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from io import StringIO
from pathlib import Path

from rich.console import Console

from benchmarks.largest_process import LargestProcess
from benchmarks.made_up_class import class_of
from benchmarks.plain_tests import errors_of, with_plain_tests
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.engine.backend_config import BackendConfig
from grader.engine.backends import Backend, Started
from grader.engine.cache import VARIABLE, Cache
from grader.engine.run import RunConfig, grade_class
from grader.engine.tasks import Task, TaskResult
from grader.platforms.nbgrader.course_folder import write_course
from grader.platforms.nbgrader.entry import enter, load_ahead
from grader.release.notebook import render_notebook
from grader.render.progress import ClassProgress
from grader.render.results_folder import ResultsFolder
from grader.submissions.finding import find_submissions

SEED = 7
NAP = 0.2  # seconds in place of a part
LIMITS = Limits(part_seconds=3600)
ROUNDS = 3  # of two ways in turns
EAGERLY = "self.compiled_step = tf.function(self.fit_iteration)", "self.compiled_step = self.fit_iteration"


class Napping:
    """Sleeps in place of measuring; the results are made up."""

    tier = "none"

    def __init__(self, results: dict[str, TaskResult], width: int = 2, nap: float = NAP):
        self.width = width
        self._raw = {part: measured.to_bytes() for part, measured in results.items()}
        self._nap = nap
        self._threads = ThreadPoolExecutor(width)

    def submit(self, task: Task, started: Started) -> "Future[bytes]":
        """A nap on one of the threads."""
        started()
        return self._threads.submit(self._sleep, task.part)

    def _sleep(self, part: str) -> bytes:
        time.sleep(self._nap)
        return self._raw[part]

    def check_alive(self) -> None:
        """Every nap ends."""

    def stop(self) -> None:
        """End the threads."""
        self._threads.shutdown()


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of something."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def make_class(folder: Path, count: int) -> Path:
    """Right notebooks, each with a text of its own in every cell of code, so that nothing is known of any."""
    solved = render_notebook(ASSIGNMENT, solutions=True).replace(*EAGERLY)
    for number in range(count):
        student = folder / f"student{number:04d}"
        student.mkdir(parents=True)
        own = solved
        for word in ("import", "class", "def"):
            own = own.replace(f'"{word} ', f'"# {student.name}\\n",\n    "{word} ')
        (student / ASSIGNMENT.notebook).write_text(own)
    return folder


def aelab(submissions: Path, out: Path, cache: Path, *options: str) -> float:
    """Seconds of the command as an instructor types it."""
    places = [str(submissions), "--out", str(out), "--seed", str(SEED)]
    command = [sys.executable, "-m", "grader", "grade", *places, *options]
    surroundings = os.environ | {VARIABLE: str(cache)}
    return seconds(lambda: subprocess.run(command, env=surroundings, check=True, capture_output=True))


def measuring_seconds(out: Path) -> float:
    """Seconds that the checks of a graded class took, all of them together."""
    reports = [json.loads(path.read_text()) for path in out.glob("*/report.json")]
    return sum(float(check["seconds"]) for report in reports for check in report["checks"])


def cold_and_warm(folder: Path) -> list[str]:
    """(a) to (c): cold, before and after stock nbgrader, unchanged, one part changed."""
    count = 12
    submissions = make_class(folder / "class", count)
    with LargestProcess("grader.isolation.zygote") as largest:
        first = aelab(submissions, folder / "out", folder / "cache")
    busy = measuring_seconds(folder / "out") / (first * (os.cpu_count() or 1))
    plain = stock_autograde(folder / "plain", submissions, 2, with_plain_tests)
    stock = stock_autograde(folder / "course", submissions, 2)
    second = aelab(submissions, folder / "out again", folder / "cache again")
    cold = (first + second) / 2
    again = [aelab(submissions, folder / "out", folder / "cache") for _ in range(3)]
    notebook = submissions / "student0000" / ASSIGNMENT.notebook
    word = '"def reconstruction_strip'
    notebook.write_text(notebook.read_text().replace(word, f'"# new\\n",\n    {word}'))
    changed = aelab(submissions, folder / "out", folder / "cache")
    alone = aelab(submissions / "student0000", folder / "alone", folder / "alone.cache", "--part", "pictures")
    spread = f"{min(again):.1f} to {max(again):.1f}"
    most = largest.bytes / 2**20
    return [
        f"(a) cold, {count} right notebooks: {first:.0f} s before and {second:.0f} s after stock, {cold / count:.1f} s "
        "each; stock `nbgrader autograde` on two of them, with one shape and one training test per part: "
        f"{plain:.0f} s each, {plain * count / cold:.1f} times ({plain * count / max(first, second):.1f} to "
        f"{plain * count / min(first, second):.1f})",
        f"    stock on the same two, with the same checks: {stock:.0f} s each: {stock * count / cold:.1f} times",
        f"    checks take {busy:.0%} of the time of all cores; the largest process of a worker holds {most:.0f} MiB",
        f"(b) again, unchanged: {min(again):.1f} s ({spread}): {cold / min(again):.0f} times",
        f"(c) one part of one submission changed: {changed:.1f} s; that part alone, cold: {alone:.1f} s",
    ]


def stock_autograde(
    course: Path, submissions: Path, count: int, testing: Callable[[str], str] = lambda notebook: notebook
) -> float:
    """Seconds per submission of nbgrader as it comes: its own preprocessors run every cell in a kernel.

    testing: what puts other tests into the source notebook. Raises RuntimeError where a cell of a submission fails.
    """
    write_course(ASSIGNMENT, course)
    source = course / "source" / ASSIGNMENT.name / ASSIGNMENT.notebook
    source.write_text(testing(source.read_text()))
    programs = sysconfig.get_path("scripts")
    surroundings = os.environ | {"PATH": os.pathsep.join([programs, os.environ["PATH"]])}
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 1200\n")

    def nbgrader(*words: str) -> None:
        subprocess.run([f"{programs}/nbgrader", *words], cwd=course, env=surroundings, check=True, capture_output=True)

    nbgrader("generate_assignment", ASSIGNMENT.name, "--create")
    for student in sorted(submissions.iterdir())[:count]:
        place = course / "submitted" / student.name / ASSIGNMENT.name
        place.mkdir(parents=True)
        shutil.copy(student / ASSIGNMENT.notebook, place)
    took = seconds(lambda: nbgrader("autograde", ASSIGNMENT.name))
    if errors := [e for path in course.glob("autograded/*/*/*.ipynb") for e in errors_of(path.read_text())]:
        raise RuntimeError(f"a right notebook fails under stock nbgrader: {errors[0]}")
    return took / count


def workers(folder: Path) -> list[str]:
    """(e): one worker and two."""
    submissions = make_class(folder / "class", 12)
    parts = ("--part", "autoencoder", "--part", "denoising", "--part", "classifier")
    took, checks = {}, {}
    for n in (1, 2):
        out = folder / f"out{n}"
        took[n] = aelab(submissions, out, folder / f"cache{n}", "--workers", str(n), *parts)
        checks[n] = measuring_seconds(out)
    return [
        f"(e) 1 worker {took[1]:.0f} s, 2 workers {took[2]:.0f} s: {took[1] / took[2]:.2f} times",
        f"    the same checks take {checks[1]:.0f} s one after the other and {checks[2]:.0f} s two at once, "
        f"{checks[2] / checks[1]:.2f} times as long; the rest of the run {took[1] - checks[1]:.0f} s and "
        f"{took[2] - checks[2] / 2:.0f} s",
    ]


def orchestration(folder: Path) -> list[str]:
    """(f) and (g): what is left when measuring costs nothing but a nap, or nothing at all."""
    made = class_of(1)[0]
    results = {"data": TaskResult(tuple(c for c in made.checks if c.part == "data"))}
    everything = {part: TaskResult(tuple(c for c in made.checks if c.part == part)) for part in made.part_scores()}
    one = text_class(folder / "one", 1)
    first = seconds(lambda: grade(one, folder / "first", folder / "f", Napping(results), ["data"]))
    lines = [f"(f) the first submission of a process: {first:.1f} s, with all that is imported; then"]
    lines += [napped(folder / str(count), count, results) for count in (16, 256, 2000)]
    submissions = text_class(folder / "cached", 2000)
    grade(submissions, folder / "out", folder / "c", Napping(everything, 8, 0), [])
    again = [seconds(lambda: grade(submissions, folder / "out", folder / "c", Napping({}), [])) for _ in range(3)]
    spread = f"{min(again) / 2:.1f} to {max(again) / 2:.1f}"
    return [*lines, f"(g) 2,000 cached submissions of 8 parts: {min(again) / 2:.1f} ms each ({spread})"]


def napped(folder: Path, count: int, results: dict[str, TaskResult]) -> str:
    """What a submission costs beside the sleep, as a line."""
    submissions = text_class(folder / "class", count)
    took = seconds(lambda: grade(submissions, folder / "out", folder / "cache", Napping(results), ["data"]))
    over = 100 * (2 * took / count / NAP - 1)
    each = f"{1000 * took / count:.1f} ms each, {over:.1f} % over the sleep"
    return f"(f) {count} submissions of one part of {NAP:g} s, 2 at once: {each}"


def text_class(folder: Path, count: int) -> Path:
    """Submissions of small modules that differ."""
    for number in range(count):
        student = folder / f"student{number:05d}"
        student.mkdir(parents=True)
        for name in ASSIGNMENT.part_names:
            (student / f"{name}.py").write_text(f"# {student.name}\nclass Anything:\n    size = {number}\n")
    return folder


def grade(submissions: Path, out: Path, cache: Path, backend: Backend, parts: list[str]) -> None:
    """Grade in this process."""
    found = find_submissions(submissions, ASSIGNMENT).submissions
    kept, results = Cache(cache), ResultsFolder(ASSIGNMENT, out)
    results.prepare()
    config = RunConfig(ASSIGNMENT, found, ASSIGNMENT.select(parts), SEED, LIMITS)
    load_ahead()
    with ClassProgress(Console(file=StringIO()), len(found), 1) as progress:
        reports = grade_class(config, lambda: backend, backend.tier, kept, progress, results)
    results.write_summaries(reports)
    enter(ASSIGNMENT, reports, out / "gradebook.db", kept)


def cluster(folder: Path) -> list[str]:
    """(h): a Dask cluster on this machine against this machine alone, two tasks at once, in turns, each used before."""
    from distributed import LocalCluster

    submissions = make_class(folder / "class", 8)
    took: dict[str, list[float]] = {"local": [], "dask": []}
    with ExitStack() as left:
        dask = left.enter_context(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))
        places = {"local": None, "dask": dask.scheduler_address}
        ways = {
            name: BackendConfig(ASSIGNMENT, LIMITS, 2, where, trusted=False).starter(str)(left)
            for name, where in places.items()
        }
        for number in range(ROUNDS + 1):
            for name, way in ways.items():
                out, cache = folder / f"{name} {number}", folder / f"cache of {name} {number}"
                took[name].append(seconds(partial(grade, submissions, out, cache, way, ["autoencoder"])))
    ratios = sorted(here / there for here, there in zip(took["local"][1:], took["dask"][1:], strict=True))
    medians = {name: statistics.median(times[1:]) for name, times in took.items()}
    return [
        f"(h) local {medians['local']:.0f} s, Dask LocalCluster {medians['dask']:.0f} s: "
        f"{statistics.median(ratios):.2f} of the local speed (median of {ROUNDS} after a first round; "
        f"{ratios[0]:.2f} to {ratios[-1]:.2f})"
    ]


BENCHMARKS = {"cold": cold_and_warm, "workers": workers, "orchestration": orchestration, "cluster": cluster}


def main() -> None:
    """Print each line as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which; all without any")
    for name in parser.parse_args().names or BENCHMARKS:
        with tempfile.TemporaryDirectory() as folder:
            for line in BENCHMARKS[name](Path(folder)):
                Console().print(line, markup=False, highlight=False)


if __name__ == "__main__":
    main()
