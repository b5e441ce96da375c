"""A course folder for nbgrader: its configuration and the source notebook with the solutions."""

from pathlib import Path

from ...release.notebook import render_notebook
from ...release.source import reference_folder
from ...release.templates import NOTEBOOK, write_files
from .course import CONFIG_NAME
from .gradebook import ASSIGNMENT

CONFIG = f'''\
"""nbgrader's configuration for the autoencoder lab. Run nbgrader's commands in this folder:

    nbgrader generate_assignment {ASSIGNMENT} --create
    nbgrader autograde {ASSIGNMENT}
    nbgrader generate_feedback {ASSIGNMENT}
"""

import os
import sysconfig
from pathlib import Path

from grader.nbgrader.intake import complete_submissions

c = get_config()  # noqa: F821, nbgrader defines it

# nbgrader starts the program `alembic`, also where the environment was not activated.
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])

c.CourseDirectory.course_id = "autoencoder_lab"

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

# Grading: any file is read, the assignment's cells are put right, and a confined process measures. No cell is executed.
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
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# `nbgrader validate` runs the self-checks, which train models; after 30 seconds it would take one for failed.
c.Execute.timeout = 600

# Limits of a submission, as for `aelab grade --limit`; `aelab doctor` lists them.
c.Measure.limits = []

# nbgrader passes over submissions without the notebook: those of .py files get one that stands in.
complete_submissions(Path(__file__).parent)
'''


def write_course(target: Path) -> list[Path]:
    """Write an nbgrader course folder into `target` and return the paths of its files.

    Raises FileExistsError, and writes nothing, where a configuration lies that differs from this one: it may be the
    work of a person.
    """
    config = target / CONFIG_NAME
    if config.exists() and config.read_text(encoding="utf-8") != CONFIG:
        raise FileExistsError(f"{config} differs from the one to be written: move it away to get a new one")
    notebook = render_notebook(reference_folder(), solutions=True)
    return write_files(target, {CONFIG_NAME: CONFIG, f"source/{ASSIGNMENT}/{NOTEBOOK}": notebook})
