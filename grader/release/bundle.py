"""What students get: notebook, templates, the grader without the solution, and a page that says how to start."""

from pathlib import Path

from .archive import installable_grader, write_zip
from .source import reference_folder
from .templates import NOTEBOOK, render_templates

FOLDER = "lab05"
SOLUTION = "my_solution"
README = Path(__file__).parent / "pages" / "student_readme.md"
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
    return installable_grader() | modules | own
