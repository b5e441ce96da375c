"""A tiny course, and nbgrader's own converters run on it: as stock nbgrader is, or with the course's configuration."""

import os
import sqlite3
import sysconfig
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config, PyFileConfigLoader

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome, Report
from grader.platforms.nbgrader.course_folder import course_config
from grader.platforms.nbgrader.gradebook import grade_id
from grader.release.bundle import CONFIG_NAME

from ...unit.render.samples import of_checks

NOTEBOOK = ASSIGNMENT.notebook
CHECKS = ASSIGNMENT.select(["data"])
TESTS = [grade_id(check.id) for check in CHECKS]
POINTS = {grade_id(check.id): float(check.points) for check in CHECKS}
COLUMNS = (
    ("auto_score", "grade"),
    ("manual_score", "grade"),
    ("needs_manual_grade", "grade"),
    ("auto_comment", "comment"),
)

ANSWER = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
CELLS = (
    ("set-up", "text = 'given'", None),
    ("data-double", ANSWER, {"grade": False, "locked": False, "solution": True}),
    (TESTS[0], "assert double(2) == 4", {"grade": True, "locked": True, "solution": False, "points": 2}),
    (
        "data-halve",
        ANSWER.replace("double", "halve").replace("2 *", "0.5 *"),
        {"grade": False, "locked": False, "solution": True},
    ),
    (TESTS[1], "assert halve(2) == 1", {"grade": True, "locked": True, "solution": False, "points": 4}),
)


def source_notebook() -> NotebookNode:
    """The instructor's notebook: two answers, each with its test."""
    cells = []
    for name, text, roles in CELLS:
        marks = {"nbgrader": {"schema_version": 3, "grade_id": name, "task": False} | roles} if roles else {}
        cells.append(nbformat.v4.new_code_cell(text, id=name, metadata=marks))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def configuration(root: Path, *, cured: bool, timeout: int = 5) -> Config:
    """What nbgrader loads in a course folder with our configuration, or in one where none was written."""
    if cured:
        (root / CONFIG_NAME).write_text(course_config(ASSIGNMENT))
        config = PyFileConfigLoader(CONFIG_NAME, str(root)).load_config()
    else:
        config = Config()
        config.Execute.timeout = timeout
    config.CourseDirectory.root = str(root)
    return config


def make_course(root: Path) -> Path:
    """A course folder whose assignment is generated, by stock nbgrader."""
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])  # for alembic
    source = root / "source" / ASSIGNMENT.name / NOTEBOOK
    source.parent.mkdir(parents=True)
    nbformat.write(source_notebook(), source)
    made = NbGraderAPI(config=configuration(root, cured=False)).generate_assignment(ASSIGNMENT.name)
    assert made["success"], made
    return root


def solved(root: Path) -> NotebookNode:
    """What a student hands in who solved everything: the release with the answers."""
    notebook = nbformat.read(root / "release" / ASSIGNMENT.name / NOTEBOOK, as_version=4)
    answers = {name: text.replace("    ### BEGIN SOLUTION\n", "") for name, text, _ in CELLS}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.metadata.nbgrader.grade_id].replace("\n    ### END SOLUTION", "")
    return notebook


def submit(root: Path, student: str, content: NotebookNode | str, name: str = NOTEBOOK) -> None:
    """Hand in a notebook, or any text under any name."""
    path = root / "submitted" / student / ASSIGNMENT.name / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else nbformat.writes(content))


def autograde(root: Path, *, cured: bool, timeout: int = 5) -> str:
    """Grade all submissions with nbgrader's converter, as the stock command does; its log."""
    result = NbGraderAPI(config=configuration(root, cured=cured, timeout=timeout)).autograde(ASSIGNMENT.name, "*")
    return str(result.get("log", "")) + str(result.get("error", ""))


def scores(root: Path) -> dict[str, dict[str, float | None]]:
    """The automatic score of every cell, by student; a student who is waiting to be graded has None."""
    found = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        for student in gradebook.students:
            try:
                notebook = gradebook.find_submission_notebook(ASSIGNMENT.name, ASSIGNMENT.name, student.id)
            except MissingEntry:
                continue
            found[student.id] = {grade.name: grade.auto_score for grade in notebook.grades}
    return found


def autograded(root: Path, student: str) -> NotebookNode:
    """The graded notebook."""
    return nbformat.read(root / "autograded" / student / ASSIGNMENT.name / NOTEBOOK, as_version=4)


def entries(root: Path) -> list[tuple[object, ...]]:
    """All that the gradebook says of everybody's submission: student, cell, and a score, an open cell or a comment."""
    with closing(sqlite3.connect(root / "gradebook.db")) as gradebook:
        return [row for column, table in COLUMNS for row in gradebook.execute(_query(column, table))]


def _query(column: str, table: str) -> str:
    return (
        f"SELECT s.student_id, b.name, '{column}', t.{column} FROM {table} t JOIN base_cell b ON t.cell_id = b.id "
        "JOIN submitted_notebook n ON t.notebook_id = n.id JOIN submitted_assignment s ON n.assignment_id = s.id "
        "ORDER BY 1, 2"
    )


def report(name: str, decide: Callable[[str], float] = lambda _: 1.0, **fields: object) -> Report:
    """A finished report on the part data, in which `decide` gives each check's share of its points."""
    results = tuple(
        CheckResult(c.id, c.part, c.points, decide(c.id) * c.points, Outcome.PASSED, f"Measured {c.name}.")
        for c in CHECKS
    )
    return of_checks(name, results, **{"isolation": "none", "seed": 7, "seconds": 1.0} | fields)
