"""A course of sample submissions under nbgrader, graded in three ways that have to agree, and by stock nbgrader.

    python -m benchmarks.nbgrader_course FOLDER solved_as_notebook half_finished vae_without_kl

prints the seconds of each way, and whether the gradebooks are equal; each way measures everything itself. Without names
it takes all samples but those that are a .zip, which nbgrader does not collect. Stock nbgrader, without the course's
configuration, runs the cells in a kernel; it sees the notebooks only. Exits 1 if gradebooks differ. A run that was cut
goes on in its folder with the same command.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.autoencoders.assignment import ASSIGNMENT
from grader.engine.cache import VARIABLE
from grader.platforms.nbgrader.course_folder import write_course
from grader.platforms.nbgrader.session import SEED_FILE
from grader.release.bundle import CONFIG_NAME
from tests.platforms.nbgrader.courses import entries
from tests.platforms.nbgrader.formgrader import serving
from tests.submissions.build import build, recipes

LIMIT = "call_seconds=20"  # one sample never ends
STOCK = f'c = get_config()\nc.CourseDirectory.course_id = "{ASSIGNMENT.course}"\nc.Execute.timeout = 600\n'
Way = Callable[[Path], None]


def command(*arguments: str) -> Way:
    """Python with these arguments in the course folder; that it exits 1 for what could not be graded is no matter."""

    def run(course: Path) -> None:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader starts `alembic`
        environment = os.environ | {"PATH": path, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
        environment |= {VARIABLE: str(_cache(course))}
        subprocess.run([sys.executable, *arguments], cwd=course, env=environment, check=False, capture_output=True)

    return run


def press(course: Path) -> None:
    """The Autograde button of every student, through the formgrader's endpoint in a Jupyter server."""
    with serving(course, **{VARIABLE: str(_cache(course))}) as formgrader:
        for student in formgrader.submitted():
            answer = formgrader.autograde(student)
            if not answer["success"]:
                raise RuntimeError(answer["error"])


def _cache(course: Path) -> Path:
    """Of its own, so that no way finds what another one has measured."""
    return course.with_suffix(".sqlite")


WAYS: dict[str, Way] = {
    "nbgrader autograde": command("-m", "nbgrader", "autograde", ASSIGNMENT.name),
    "the formgrader's button": press,
    "aelab grade": command("-m", "grader", "grade", ".", "--out", "results", "--limit", LIMIT),
}


def stock(course: Path) -> None:
    """As where our configuration was never written."""
    (course / CONFIG_NAME).write_text(STOCK)
    WAYS["nbgrader autograde"](course)


def make_course(root: Path, names: list[str]) -> None:
    """The course folder with the assignment generated and the named samples, or all, handed in."""
    write_course(ASSIGNMENT, root)
    config = root / CONFIG_NAME
    config.write_text(config.read_text().replace("c.Measure.limits = []", f'c.Measure.limits = ["{LIMIT}"]'))
    (root / SEED_FILE).write_text("7\n")
    command("-m", "nbgrader", "generate_assignment", ASSIGNMENT.name)(root)
    for recipe in recipes():
        if recipe.form != "zip" and (not names or recipe.name in names):
            built = build(recipe, root.parent / "samples")
            shutil.copytree(
                built.parent if built.is_file() else built, root / "submitted" / recipe.name / ASSIGNMENT.name
            )


def graded_in(folder: Path, name: str, way: Way) -> tuple[Path, str]:
    """The course, graded in this way, and how long that took; what an earlier run has finished is taken as it is."""
    course = folder / name.replace(" ", "-")
    done = course.with_suffix(".done")
    if not done.exists():
        begun = course.exists()
        if not begun:
            shutil.copytree(folder / "course", course)
        started = time.perf_counter()
        way(course)
        seconds = time.perf_counter() - started
        done.write_text("in more than one run" if begun else f"{seconds:.0f} s")
    return course, f"{name:30s} {done.read_text()}"


def figures(folder: Path) -> Iterator[str]:
    """Lines to print, as they come. Raises SystemExit where gradebooks differ."""
    found = []
    for name, way in WAYS.items():
        course, told = graded_in(folder, name, way)
        yield told
        found.append(entries(course))
    different = sorted({str(row[0]) for other in found[1:] for row in set(found[0]) ^ set(other)})
    submissions = sorted({str(row[0]) for row in found[0]})
    yield f"gradebooks of {len(submissions)} submissions, {len(found[0])} entries: {different or 'equal'}"
    if list((folder / "course").glob("submitted/*/*/*.ipynb")):
        yield graded_in(folder, "stock, notebooks only", stock)[1]
    if different:
        raise SystemExit(1)


def main() -> None:
    """Run it in the folder on the command line."""
    target, *names = sys.argv[1:]
    folder = Path(target).resolve()
    if not (folder / "course").exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_course(folder / "draft", names)
        (folder / "draft").rename(folder / "course")
    for line in figures(folder):
        print(line, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
