"""Render the templates that students edit: the modules with stubs for solutions, and the same as one notebook."""

from pathlib import Path

from ..core.assignment import Assignment
from ..core.files import write_all_atomically
from ..core.language import language_of
from .notebook import render_notebook
from .sources import handed_out_sources


def render_templates(assignment: Assignment) -> dict[str, str]:
    """Text of each template by file name, made from the reference. Raises SourceError."""
    package = {"__init__.py": (assignment.reference_folder() / "__init__.py").read_text(encoding="utf-8")}
    modules = package | handed_out_sources(assignment, solutions=False)
    origin = assignment.reference.name
    language = language_of(assignment.texts.language)
    told = language(
        "Generated from {origin}, for you to edit: your code goes where a line says 'Your task'.", origin="\0"
    )
    stubs = {name: f"# {told}\n{text}".replace("\0", f"{origin}/{name}", 1) for name, text in modules.items()}
    return stubs | {assignment.notebook: render_notebook(assignment, solutions=False)}


def write_templates(assignment: Assignment, target: Path) -> list[Path]:
    """Write the templates into the folder `target` and return their paths; the folder is made where missing."""
    return write_all_atomically(target, render_templates(assignment))
