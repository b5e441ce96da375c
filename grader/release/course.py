"""A course folder for nbgrader: its configuration and the source notebook with the solutions."""

from pathlib import Path

from ..stubs import STUB_MARKER
from .notebook import PRACTICE_TAG, render_notebook
from .source import reference_folder
from .templates import NOTEBOOK, write_files

ASSIGNMENT = "lab05"
CONFIG_NAME = "nbgrader_config.py"

CONFIG = f'''\
"""nbgrader's configuration for the autoencoder lab. Run nbgrader's commands in this folder:

    nbgrader generate_assignment {ASSIGNMENT} --create
    nbgrader autograde {ASSIGNMENT}
    nbgrader generate_feedback {ASSIGNMENT}

nbgrader starts the program `alembic`: the environment's folder of programs has to be on PATH.
"""

c = get_config()  # noqa: F821, nbgrader defines it

c.CourseDirectory.course_id = "autoencoder_lab"

# What stands in the students' notebook for a solution. The grader knows an untouched task by its first words.
c.ClearSolutions.code_stub = {{"python": 'raise NotImplementedError("{STUB_MARKER}see the text above this cell")'}}

# A test cell that a student deleted is put back, so that it gets its 0 points without waiting for a person.
c.OverwriteCells.add_missing_cells = True

# Experiments train for minutes and self-checks repeat what the test cells measure: grading runs neither.
c.Execute.skip_cells_with_tag = "{PRACTICE_TAG}"

# Seconds a cell may take: the first check of a part trains the model that the others look at.
c.Execute.timeout = 600
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
