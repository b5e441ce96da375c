"""How fast a class is graded: `python -m benchmarks.class_speed [NAME …]`.

Each comparison takes both sides in one run, so that a busy machine slows both down. Without a name all are run.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

from rich.console import Console

from benchmarks.largest_process import LargestProcess
from benchmarks.made_up_class import class_of
from grader.batch import Job, grade_all
from grader.cache import VARIABLE, Cache
from grader.limits import Limits
from grader.measurers import Measurer, Place, Started
from grader.registry import select
from grader.release.course import write_course
from grader.release.notebook import render_notebook
from grader.release.source import reference_folder
from grader.render.progress import ClassProgress
from grader.submissions import find_submissions
from grader.units import Measured, Unit

SEED = 7
NAP = 0.2  # seconds in place of a part
LIMITS = Limits(submission_seconds=3600)


class Napping:
    """Sleeps in place of measuring; the results are made up."""

    tier = "none"

    def __init__(self, results: dict[str, Measured], width: int = 2, nap: float = NAP):
        self.width = width
        self._raw = {part: measured.to_bytes() for part, measured in results.items()}
        self._nap = nap
        self._threads = ThreadPoolExecutor(width)

    def submit(self, unit: Unit, started: Started) -> "Future[bytes]":
        """A nap on one of the threads."""
        started()
        return self._threads.submit(self._sleep, unit.part)

    def _sleep(self, part: str) -> bytes:
        time.sleep(self._nap)
        return self._raw[part]

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
    solved = render_notebook(reference_folder(), solutions=True)
    for number in range(count):
        student = folder / f"student{number:04d}"
        student.mkdir(parents=True)
        own = solved
        for word in ("import", "class", "def"):
            own = own.replace(f'"{word} ', f'"# {student.name}\\n",\n    "{word} ')
        (student / "lab05.ipynb").write_text(own)
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
    """(a) to (c): cold against stock nbgrader, unchanged, one part changed."""
    count, stock_count = 12, 2
    submissions = make_class(folder / "class", count)
    with LargestProcess("grader.isolation.warm") as largest:
        cold = aelab(submissions, folder / "out", folder / "cache")
    busy = measuring_seconds(folder / "out") / (cold * (os.cpu_count() or 1))
    stock = stock_autograde(folder / "course", submissions, stock_count)
    again = [aelab(submissions, folder / "out", folder / "cache") for _ in range(3)]
    notebook = submissions / "student0000" / "lab05.ipynb"
    word = '"def reconstruction_strip'
    notebook.write_text(notebook.read_text().replace(word, f'"# new\\n",\n    {word}'))
    changed = aelab(submissions, folder / "out", folder / "cache")
    alone = aelab(submissions / "student0000", folder / "alone", folder / "alone.cache", "--part", "pictures")
    spread = f"{min(again):.1f} to {max(again):.1f}"
    most = largest.bytes / 2**20
    return [
        f"(a) cold, {count} right notebooks: {cold:.0f} s, {cold / count:.1f} s each; stock `nbgrader autograde` on "
        f"{stock_count} of them, with the same checks: {stock:.0f} s each: {stock * count / cold:.1f} times",
        f"    checks take {busy:.0%} of the time of all cores; the largest process of a worker holds {most:.0f} MiB",
        f"(b) again, unchanged: {min(again):.1f} s ({spread}): {cold / min(again):.0f} times",
        f"(c) one part of one submission changed: {changed:.1f} s; that part alone, cold: {alone:.1f} s",
    ]


def stock_autograde(course: Path, submissions: Path, count: int) -> float:
    """Seconds a submission of nbgrader as it comes: its own preprocessors run every cell in a kernel."""
    write_course(course)
    programs = sysconfig.get_path("scripts")
    surroundings = os.environ | {"PATH": os.pathsep.join([programs, os.environ["PATH"]])}
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 1200\n")

    def nbgrader(*words: str) -> None:
        subprocess.run([f"{programs}/nbgrader", *words], cwd=course, env=surroundings, check=True, capture_output=True)

    nbgrader("generate_assignment", "lab05", "--create")
    for student in sorted(submissions.iterdir())[:count]:
        place = course / "submitted" / student.name / "lab05"
        place.mkdir(parents=True)
        shutil.copy(student / "lab05.ipynb", place)
    return seconds(lambda: nbgrader("autograde", "lab05")) / count


def workers(folder: Path) -> list[str]:
    """(e): one worker and two."""
    submissions = make_class(folder / "class", 12)
    parts = ("--part", "autoencoder", "--part", "denoising", "--part", "classifier")
    one, two = (
        aelab(submissions, folder / f"out{n}", folder / f"cache{n}", "--workers", str(n), *parts) for n in (1, 2)
    )
    return [f"(e) 1 worker {one:.0f} s, 2 workers {two:.0f} s: {one / two:.2f} times"]


def orchestration(folder: Path) -> list[str]:
    """(f) and (g): what is left when measuring costs nothing but a nap, or nothing at all."""
    made = class_of(1)[0]
    results = {"data": Measured(tuple(c for c in made.checks if c.part == "data"))}
    everything = {part: Measured(tuple(c for c in made.checks if c.part == part)) for part in made.part_scores()}
    one = text_class(folder / "one", 1)
    first = seconds(lambda: grade(one, folder / "first", folder / "f", Napping(results), ["data"]))
    lines = [f"(f) the first submission of a process: {first:.1f} s, with all that is imported; then"]
    lines += [napped(folder / str(count), count, results) for count in (16, 256, 2000)]
    submissions = text_class(folder / "cached", 2000)
    grade(submissions, folder / "out", folder / "c", Napping(everything, 8, 0), [])
    again = [seconds(lambda: grade(submissions, folder / "out", folder / "c", Napping({}), [])) for _ in range(3)]
    spread = f"{min(again) / 2:.1f} to {max(again) / 2:.1f}"
    return [*lines, f"(g) 2,000 cached submissions of 8 parts: {min(again) / 2:.1f} ms each ({spread})"]


def napped(folder: Path, count: int, results: dict[str, Measured]) -> str:
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
        for name in ("data", "autoencoder", "upsampling", "gaussian_vae", "vae", "pictures", "denoising", "classifier"):
            (student / f"{name}.py").write_text(f"# {student.name}\nclass Anything:\n    size = {number}\n")
    return folder


def grade(submissions: Path, out: Path, cache: Path, measurer: Measurer, parts: list[str]) -> None:
    """Grade in this process."""
    found = find_submissions(submissions)
    job = Job(found, out, select(parts), SEED, LIMITS, Cache(cache), measurer.tier, lambda: measurer)
    with ClassProgress(Console(file=StringIO()), len(found), 1) as progress:
        grade_all(job, progress)


def cluster(folder: Path) -> list[str]:
    """(h): a Dask cluster on this machine against this machine alone, two units at once, each started before."""
    from distributed import LocalCluster

    submissions = make_class(folder / "class", 8)
    took = {}
    with ExitStack() as left:
        dask = left.enter_context(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))
        for name, scheduler in (("local", None), ("dask", dask.scheduler_address)):
            took[name] = seconds_in(Place(LIMITS, 2, scheduler, trusted=False), folder / name, submissions, left)
    ratio = took["local"] / took["dask"]
    return [f"(h) local {took['local']:.0f} s, Dask LocalCluster {took['dask']:.0f} s: {ratio:.2f} of the local speed"]


def seconds_in(place: Place, folder: Path, submissions: Path, left: ExitStack) -> float:
    """Seconds to grade one part of a class there, where the processes have been started and used."""
    measurer = place.starter(str)(left)
    grade(make_class(folder / "first", 2), folder / "first out", folder / "first cache", measurer, ["data"])
    return seconds(lambda: grade(submissions, folder / "out", folder / "cache", measurer, ["autoencoder"]))


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
