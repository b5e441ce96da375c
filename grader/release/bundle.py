"""Build the student hand-out: notebook, templates, the grader without the solution, and a README to start with."""

from collections.abc import Mapping
from pathlib import Path

from ..core.assignment import Assignment
from ..core.language import language_of
from .archive import installable_grader, write_zip
from .figures import figures
from .sources import handed_out_text
from .templates import render_templates

SOLUTION = "my_solution"
CONFIG_NAME = "nbgrader_config.py"
VALIDATE = """\
c = get_config()  # noqa: F821, nbgrader defines it

# `nbgrader validate`, and JupyterLab's button Validate, run all self-checks, and some of them train models. A cell that
# takes longer than this, in seconds, counts as failed.
c.Execute.timeout = 600
"""
REQUIREMENTS = "--constraint constraints.txt\n.\n"


def write_bundle(assignment: Assignment, out: Path) -> Path:
    """Write the students' .zip. Raises SourceError for a bad reference, and OSError."""
    files = {f"{assignment.name}/{name}": content for name, content in bundle_files(assignment).items()}
    return write_zip(out, files)


def bundle_files(assignment: Assignment) -> dict[str, bytes]:
    """The content of each file of the bundle by its name, without the folder around them."""
    templates = {name: text.encode() for name, text in render_templates(assignment).items()}
    notebook = templates.pop(assignment.notebook)
    drawn = {name: content for name, content in figures(assignment).items() if _is_shown(name, templates)}
    modules = {f"{SOLUTION}/{name}": content for name, content in (templates | drawn).items()}
    own = {"README.md": readme(assignment).encode(), "requirements.txt": REQUIREMENTS.encode()}
    own |= {assignment.notebook: notebook, CONFIG_NAME: VALIDATE.encode()}
    return installable_grader(assignment, "jupyter") | modules | own


def readme(assignment: Assignment) -> str:
    """The README of the bundle: the lab's, with what the course says."""
    texts = assignment.texts
    language = language_of(texts.language)
    due = language("Due {moment}.", moment=texts.due_text) if texts.due else ""
    hand_in = " ".join(filter(None, [texts.hand_in, due, language(texts.lateness)]))
    told = [("", texts.greeting), (language("Hand in"), hand_in), (language("Questions"), texts.contact)]
    sections = (f"## {title}\n\n{text}\n" if title else f"{text}\n" for title, text in told if text)
    return "\n".join([handed_out_text(assignment, assignment.hand_out, "hand_out"), *sections])


def _is_shown(figure: str, modules: Mapping[str, bytes]) -> bool:
    return any(f"({figure})".encode() in text for text in modules.values())
