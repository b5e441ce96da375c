"""An nbgrader course folder, as `aelab grade` sees it: where its submissions lie, and how reports are entered."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.assignment import Assignment
from ...core.outcomes import Report
from ...release.bundle import CONFIG_NAME
from .gradebook import GradebookError
from .session import SESSION

if TYPE_CHECKING:
    from traitlets.config import Config


def is_course(folder: Path) -> bool:
    """Whether `folder` is the root of a course folder with submissions."""
    return (folder / CONFIG_NAME).is_file() and (folder / "submitted").is_dir()


def is_course_folder(folder: Path) -> bool:
    """Whether `folder` is the root of a course folder, whatever was handed in."""
    return (folder / CONFIG_NAME).is_file()


def submitted_in(path: Path) -> Path:
    """Where the submissions lie: below `submitted` in a course folder, else in the folder itself."""
    return path / "submitted" if is_course(path) else path


def enter_reports(assignment: Assignment, root: Path, reports: Sequence[Report], students: Sequence[str] = ()) -> None:
    """Write the graded notebooks, the scores and the comments of the course folder `root`, with nbgrader itself.

    Of these students alone; without any, of the whole class.

    nbgrader's own converter does so, under the folder's configuration: the result is that of `nbgrader autograde`.
    Raises GradebookError with one clear line.
    """
    from nbgrader.apps import NbGraderAPI  # takes seconds, which a folder without a course does not pay

    api = NbGraderAPI(config=_configuration(root))
    api.log.addHandler(logging.NullHandler())  # what nbgrader logs is in its answer
    with SESSION.handing_out(reports):
        answers = [api.autograde(assignment.name, student) for student in students or ["*"]]
    for answer in answers:
        if not answer["success"]:
            raise GradebookError(
                f"nbgrader did not enter all grades of {root}; was `nbgrader generate_assignment {assignment.name}` "
                f"run there? {_told(answer)}"
            )


def url_of(root: Path) -> str:
    """The address of the course's gradebook, as its configuration has it. Raises GradebookError."""
    from nbgrader.coursedir import CourseDirectory

    return str(CourseDirectory(config=_configuration(root)).db_url)


def _configuration(root: Path) -> "Config":
    """What nbgrader is configured to in a course folder. Raises GradebookError."""
    from traitlets.config import PyFileConfigLoader

    try:
        config: Config = PyFileConfigLoader(CONFIG_NAME, str(root.resolve())).load_config()
    except Exception as problem:  # the file is a program of the instructor's
        raise GradebookError(f"{root / CONFIG_NAME} cannot be loaded: {type(problem).__name__}: {problem}") from problem
    config.CourseDirectory.root = str(root.resolve())
    return config


def _told(answer: dict[str, object]) -> str:
    """The first error that nbgrader logged."""
    errors = [line for line in str(answer.get("log", "")).splitlines() if "ERROR" in line]
    return (errors or str(answer.get("error", "")).splitlines()[-1:] or ["it does not say why"])[0]
