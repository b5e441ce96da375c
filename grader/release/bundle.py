"""What students get: notebook, templates, the grader without the solution, and a page that says how to start."""

from pathlib import Path

from ..platforms.nbgrader.course import CONFIG_NAME
from .archive import installable_grader, write_zip
from .source import reference_folder
from .templates import NOTEBOOK, render_templates

FOLDER = "lab05"
SOLUTION = "my_solution"
README = Path(__file__).parent / "pages" / "student_readme.md"
VALIDATE = """\
c = get_config()  # noqa: F821, nbgrader defines it

# `nbgrader validate`, and JupyterLab's button Validate, run all self-checks, and some of them train models. A cell that
# takes longer than this, in seconds, counts as failed.
c.Execute.timeout = 600
"""
REQUIREMENTS = "--constraint constraints.txt\n.\n"


def write_bundle(out: Path) -> Path:
    """Write the students' .zip. Raises MarkerError for bad solution markers, and OSError."""
    files = {f"{FOLDER}/{name}": content for name, content in bundle_files().items()}
    return write_zip(out, files)


def bundle_files() -> dict[str, bytes]:
    """The content of every file of the bundle, by its name."""
    templates = {name: text.encode() for name, text in render_templates(reference_folder()).items()}
    notebook = templates.pop(NOTEBOOK)
    modules = {f"{SOLUTION}/{name}": content for name, content in templates.items()}
    own = {"README.md": README.read_bytes(), "requirements.txt": REQUIREMENTS.encode(), NOTEBOOK: notebook}
    return installable_grader() | modules | own | {CONFIG_NAME: VALIDATE.encode()}
