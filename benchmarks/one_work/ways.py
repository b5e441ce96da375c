"""A form and a route each: from a class in memory to the score of every check."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.one_work.forms import Sources, notebook_of, write_folder, write_zip
from grader.autoencoders.assignment import ASSIGNMENT
from grader.engine.cache import VARIABLE
from tests.isolation.probing import busy

# Of the sample class: right, half done, untouched, and three mistakes, one of them in what other parts build on. All
# sixteen in every way would take an hour.
CLASS = ("crashes_at_import", "half_finished", "original_twice", "solved", "untouched", "vae_without_kl")
SEED = 7
SPINNERS, LONGEST = 16, 3600  # seconds of its own that a spinning process may spend
Scores = dict[str, dict[str, float]]  # by submission, the score of every check
PLAIN = "folders of modules"


@dataclass(frozen=True)
class Way:
    """A form and a route. grade: from a class, by name, and an empty folder to what came of it."""

    name: str
    grade: Callable[[dict[str, Sources], Path], Scores]


def aelab(submissions: Path, folder: Path, *options: str) -> Scores:
    """What the command an instructor types makes of a class, measured anew."""
    out = folder / "out"
    command = [sys.executable, "-m", "grader", "grade", str(submissions), "--out", str(out), "--seed", str(SEED)]
    surroundings = os.environ | {VARIABLE: str(folder / "cache.sqlite")}
    done = subprocess.run([*command, *options], env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(out.glob("*/report.json"))]
    return {owner(report["student"]): {c["id"]: float(c["score"]) for c in report["checks"]} for report in reports}


def owner(student: str) -> str:
    """Who in the class it is that a platform names so."""
    plain = re.sub(r"[ _]", "", student)
    return next(name for name in CLASS if str(number_of(name)) in student or plain == name.replace("_", ""))


def number_of(name: str) -> int:
    """The number under which a platform knows a student."""
    return 4000 + CLASS.index(name)


def in_form(write: Callable[[str, Sources, Path], None], *options: str) -> Callable[[dict[str, Sources], Path], Scores]:
    """A way through `aelab grade`: every submission is written by `write` into the folder of the class."""

    def grade(submissions: dict[str, Sources], folder: Path) -> Scores:
        (folder / "class").mkdir()
        for name, sources in submissions.items():
            write(name, sources, folder / "class")
        return aelab(folder / "class", folder, *options)

    return grade


def write_plain(name: str, sources: Sources, place: Path) -> None:
    """A folder for each student."""
    write_folder(sources, place / name)


def write_zipped(name: str, sources: Sources, place: Path) -> None:
    """A .zip for each student."""
    write_zip(sources, place / f"{name}.zip")


def write_notebook(name: str, sources: Sources, place: Path) -> None:
    """A notebook for each student."""
    (place / f"{name}.ipynb").write_text(notebook_of(sources), encoding="utf-8")


def write_moodle(name: str, sources: Sources, place: Path) -> None:
    """A folder for each student, named as Moodle does, with what was uploaded in it."""
    write_zip(sources, place / f"{name.replace('_', ' ')}_{number_of(name)}_assignsubmission_file_" / "my solution.zip")


def write_canvas(name: str, sources: Sources, place: Path) -> None:
    """A file for each student, renamed as Canvas does."""
    write_zip(sources, place / f"{name.replace('_', '')}_{number_of(name)}_{number_of(name) + 900}_my_solution.zip")


def through_nbgrader(submissions: dict[str, Sources], folder: Path) -> Scores:
    """The stock commands in a course folder; scores from its gradebook."""
    from nbgrader.api import Gradebook

    course = folder / "course"
    programs = sysconfig.get_path("scripts")
    surroundings = os.environ | {VARIABLE: str(folder / "cache.sqlite")}

    def run(*words: str) -> None:
        subprocess.run(words, cwd=course, env=surroundings, check=True, capture_output=True)

    course.mkdir()
    run(sys.executable, "-m", "grader", "release", "course", ".")
    for name, sources in submissions.items():
        write_folder(sources, course / "submitted" / name / ASSIGNMENT.name)
    run(f"{programs}/nbgrader", "generate_assignment", ASSIGNMENT.name, "--create")
    run(f"{programs}/nbgrader", "autograde", ASSIGNMENT.name)
    identities = {check.id.replace(".", "-"): check.id for check in ASSIGNMENT.checks}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        found = {
            name: gradebook.find_submission_notebook(ASSIGNMENT.name, ASSIGNMENT.name, name).grades
            for name in submissions
        }
        return {name: {identities[g.name]: float(g.auto_score) for g in grades} for name, grades in found.items()}


def through_gradescope(submissions: dict[str, Sources], folder: Path) -> Scores:
    """The archive in Gradescope's layout, one container after the other; scores from results.json."""
    root = folder / "autograder"
    archive = folder / "autograder.zip"
    subprocess.run(
        [sys.executable, "-m", "grader", "export", "gradescope", "--out", str(archive)], check=True, capture_output=True
    )
    shutil.unpack_archive(archive, root / "source")
    python = root / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')  # this environment in place of the one of setup.sh
    python.chmod(0o755)
    found = {}
    for name, sources in submissions.items():
        for used in ("submission", "results"):
            shutil.rmtree(root / used, ignore_errors=True)
        write_folder(sources, root / "submission")
        subprocess.run(
            ["/bin/bash", str(root / "source" / "run_autograder")],
            env=os.environ | {"AUTOGRADER_ROOT": str(root)}, check=True, capture_output=True,
        )  # fmt: skip
        tests = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))["tests"]
        found[name] = {check.id: test["score"] for check, test in zip(ASSIGNMENT.checks, tests, strict=True)}
    return found


def through_cluster(submissions: dict[str, Sources], folder: Path) -> Scores:
    """A Dask cluster of two workers on this machine."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, protocol="tcp://") as cluster:
        return in_form(write_plain, "--scheduler", cluster.scheduler_address)(submissions, folder)


def under_load(submissions: dict[str, Sources], folder: Path) -> Scores:
    """Beside processes that spin, each in a session of its own: the kernel gives each as much as all of ours."""
    with busy(SPINNERS, LONGEST):
        return in_form(write_plain)(submissions, folder)


WAYS = (
    Way(PLAIN, in_form(write_plain)),
    Way(".zip files", in_form(write_zipped)),
    Way("notebooks", in_form(write_notebook)),
    Way("Moodle's download", in_form(write_moodle)),
    Way("Canvas' download", in_form(write_canvas)),
    Way("stock nbgrader", through_nbgrader),
    Way("Gradescope's archive", through_gradescope),
    Way("Dask cluster", through_cluster),
    Way(f"beside {SPINNERS} spinning processes", under_load),
)
