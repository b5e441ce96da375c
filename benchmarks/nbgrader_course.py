"""A course of sample submissions under nbgrader, graded in three ways that have to agree, and by stock nbgrader.

    python -m benchmarks.nbgrader_course FOLDER solved_as_notebook half_finished vae_without_kl

prints the seconds of each way, and whether the gradebooks are equal. Stock nbgrader, without the course's
configuration, runs the cells in a kernel; it sees the notebooks only.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from grader.nbgrader.course import CONFIG_NAME
from grader.nbgrader.gradebook import ASSIGNMENT
from grader.nbgrader.measuring import SEED_FILE
from grader.release.course import write_course
from tests.submissions.build import build, recipes

STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "autoencoder_lab"\nc.Execute.timeout = 600\n'
BUTTON = f"""
from nbgrader.apps import NbGraderAPI
from traitlets.config import PyFileConfigLoader
api = NbGraderAPI(config=PyFileConfigLoader("{CONFIG_NAME}", ".").load_config())
for student in sorted(api.get_submitted_students("{ASSIGNMENT}")):
    assert api.autograde("{ASSIGNMENT}", student)["success"]
"""
WAYS = {
    "nbgrader autograde": ["-m", "nbgrader", "autograde", ASSIGNMENT],
    "the formgrader's button": ["-c", BUTTON],
    "aelab grade": ["-m", "grader", "grade", ".", "--out", "results"],
}
ROWS = """
    SELECT s.student_id, b.name, g.auto_score, g.needs_manual_grade FROM grade g
    JOIN base_cell b ON g.cell_id = b.id JOIN submitted_notebook n ON g.notebook_id = n.id
    JOIN submitted_assignment s ON n.assignment_id = s.id ORDER BY 1, 2
"""


def run(course: Path, arguments: list[str]) -> float:
    """Seconds that Python with these arguments takes in the course folder; its exit status is part of the result."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader starts `alembic`
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=course, env=environment, check=False, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def make_course(root: Path, names: list[str]) -> None:
    """The course folder with the assignment generated and the named samples, or all, handed in."""
    write_course(root)
    (root / SEED_FILE).write_text("7\n")
    run(root, ["-m", "nbgrader", "generate_assignment", ASSIGNMENT])
    for recipe in recipes():
        if recipe.form != "zip" and (not names or recipe.name in names):  # nbgrader collects what is in a .zip
            target = root / "submitted" / recipe.name / ASSIGNMENT
            shutil.copytree(
                build(recipe, root.parent / "samples").parent
                if recipe.form == "notebook"
                else build(recipe, root.parent / "samples"),
                target,
            )


def rows(course: Path) -> list[tuple[object, ...]]:
    """Student, cell, score and whether it is open, of every cell in the gradebook."""
    with closing(sqlite3.connect(course / "gradebook.db")) as gradebook:
        return gradebook.execute(ROWS).fetchall()


def figures(folder: Path, names: list[str]) -> Iterator[str]:
    """Lines to print, as they come."""
    make_course(folder / "course", names)
    found = []
    for way, arguments in WAYS.items():
        course = Path(shutil.copytree(folder / "course", folder / way.replace(" ", "-")))
        yield f"{way:30s} {run(course, arguments):6.0f} s"
        found.append(rows(course))
    yield f"gradebooks of {len({row[0] for row in found[0]})} submissions, {len(found[0])} cells: " + (
        "equal" if found[0] == found[1] == found[2] else "DIFFERENT"
    )
    course = Path(shutil.copytree(folder / "course", folder / "stock"))
    (course / CONFIG_NAME).write_text(STOCK)
    notebooks = len(list(course.glob("submitted/*/*/*.ipynb")))
    yield f"{'stock nbgrader, notebooks only':30s} {run(course, WAYS['nbgrader autograde']):6.0f} s for {notebooks}"


def main() -> None:
    """Run it in the folder on the command line, which is emptied."""
    target, *names = sys.argv[1:]
    shutil.rmtree(target, ignore_errors=True)
    for line in figures(Path(target), names):
        print(line, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
