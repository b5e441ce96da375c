"""A course folder for nbgrader: its configuration and the source notebook with the solutions."""

import re
from pathlib import Path

from ...core.assignment import Assignment
from ...core.errors import UserError
from ...core.files import write_all_atomically
from ...course.packing import copied
from ...release.bundle import CONFIG_NAME
from ...release.notebook import render_notebook

CONFIG = '''\
"""nbgrader's configuration for TITLE. Run nbgrader's commands in this folder:

    nbgrader generate_assignment ASSIGNMENT --create
    nbgrader autograde ASSIGNMENT
    nbgrader generate_feedback ASSIGNMENT
"""

import os
import sysconfig
import warnings
from pathlib import Path

from grader.platforms.nbgrader.intake import complete_submissions

c = get_config()  # noqa: F821, nbgrader defines it

# nbgrader starts the program `alembic`, also where the environment was not activated.
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])

# nbgrader makes the rows of a submission before the submission itself: SQLAlchemy warns, and the rows are right.
warnings.filterwarnings("ignore", r"Object of type <(SubmittedAssignment|SubmittedNotebook|Grade|Comment)> not in")

c.CourseDirectory.course_id = "COURSE"

# The students' notebook: as nbgrader makes it, but each stub names its task.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "grader.platforms.nbgrader.generate.NameTasks",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Grading: any file is read, the assignment's cells are restored, and a confined process measures. No cell is executed.
c.Autograde.exporter_class = "grader.platforms.nbgrader.reading.SubmittedNotebookExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "grader.platforms.nbgrader.restore.RestoreCells",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.CheckCellMetadata",
    "grader.platforms.nbgrader.preprocessor.Measure",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "grader.platforms.nbgrader.findings.SaveFindings",
    "grader.platforms.nbgrader.late.EnterTerms",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Late work: when it is due, as "2027-01-31 23:59 Europe/Berlin" (else as course.toml or the gradebook has it), the
# roster with the extensions, as "roster.csv", and what each day that has begun costs of the points that were earned.
c.EnterTerms.due = ""
c.EnterTerms.roster = ""
c.AssignLatePenalties.plugin_class = "grader.platforms.nbgrader.late.DayByDay"
c.DayByDay.percent_a_day = PERCENT
c.DayByDay.grace_minutes = GRACE

# `nbgrader validate` runs the self-checks, which train models; after 30 seconds it would take one for failed.
c.Execute.timeout = 600

# Limits of a submission, as for `aelab grade --limit`; `aelab doctor` lists them.
c.Measure.limits = []

# nbgrader ignores submissions without the notebook: those of .py files get a placeholder.
complete_submissions(Path(__file__).parent, "ASSIGNMENT")
'''


class CourseExists(UserError):
    """There are files already that a person may have edited; the text is one clear line."""


COMPLETING = re.compile(r"^complete_submissions\(.*\)\n", re.MULTILINE)  # of one assignment


def course_config(assignment: Assignment) -> str:
    """The text of nbgrader's configuration."""
    title = assignment.title.replace("\\", "\\\\").replace('"', '\\"')  # it stands in a docstring
    late = assignment.texts.late
    rule = {"PERCENT": f"{late.percent_a_day:g}", "GRACE": f"{late.grace.total_seconds() / 60:g}"}
    names = {"ASSIGNMENT": assignment.name, "COURSE": assignment.course, "TITLE": title, **rule}
    return re.sub(rf"\b(?:{'|'.join(names)})\b", lambda placeholder: names[placeholder[0]], CONFIG)


def write_course(assignment: Assignment, target: Path, *, force: bool = False) -> list[Path]:
    """Write an nbgrader course folder into `target` and return the paths of its files.

    A configuration that another assignment of the same course has written stays. Raises CourseExists, and writes
    nothing, where a file is there and differs otherwise, unless `force` says to replace it.
    """
    notebook = f"source/{assignment.name}/{assignment.notebook}"
    files: dict[str, str | bytes] = {
        CONFIG_NAME: _with_other_assignments(target / CONFIG_NAME, course_config(assignment)),
        notebook: render_notebook(assignment, solutions=True),
    }
    edited = [target / name for name, text in files.items() if _differs(target / name, text)]
    if edited and not force:
        names = " and ".join(map(str, edited))
        raise CourseExists(f"{names}: edited, or of another version; move it away, or replace it with --force")
    if assignment.course_file and assignment.course_file.resolve().parent != target.resolve():
        files |= copied(assignment.course_file, assignment.name)
    return write_all_atomically(target, files)


def _with_other_assignments(config: Path, text: str) -> str:
    """The configuration, or the one that is there with what is new, where that is of other assignments alone."""
    found = config.read_bytes().decode(errors="replace") if config.is_file() else ""
    if _settings(found) != _settings(text):
        return text
    return found + "".join(line for line in COMPLETING.findall(text) if line not in found)


def _settings(config: str) -> str:
    """A configuration without what names its assignments."""
    return COMPLETING.sub("", config.split('"""', 2)[-1])


def _differs(file: Path, text: str | bytes) -> bool:
    """Whether there is a file that is no part of this text."""
    if not file.exists():
        return False
    raw = text.encode() if isinstance(text, str) else text
    return not file.is_file() or not raw.startswith(file.read_bytes())
