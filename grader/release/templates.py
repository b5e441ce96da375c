"""What students work in: the modules of the lab with stubs for solutions, and the same as one notebook."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..core.assignment import Assignment
from .notebook import render_notebook
from .solutions import strip_solutions

HEADER = "# Generated from {}/{}, for you to edit: your code goes where a line says 'Your task'.\n"


def render_templates(assignment: Assignment) -> dict[str, str]:
    """Text of each template by file name, made from the reference. Raises MarkerError for bad markers."""
    package = {"__init__.py": (assignment.reference_folder() / "__init__.py").read_text(encoding="utf-8")}
    modules = package | assignment.reference_sources()
    origin = assignment.reference.replace(".", "/")
    stubs = {name: HEADER.format(origin, name) + strip_solutions(text, name) for name, text in modules.items()}
    return stubs | {assignment.notebook: render_notebook(assignment, solutions=False)}


def write_templates(assignment: Assignment, target: Path) -> list[Path]:
    """Write the templates into the folder `target` and return their paths; the folder is made where missing."""
    return write_files(target, render_templates(assignment))


def stale_templates(assignment: Assignment, target: Path) -> list[str]:
    """Names of the files in `target` that differ from fresh templates: changed, missing, or no longer generated."""
    fresh = {name: text.encode() for name, text in render_templates(assignment).items()}
    there = {path.name: path.read_bytes() for path in target.glob("*") if path.is_file()}
    return sorted(name for name in fresh.keys() | there.keys() if fresh.get(name) != there.get(name))


def write_files(target: Path, texts: Mapping[str, str | bytes]) -> list[Path]:
    """Write each content to its path below `target`: every file whole or not at all, none before all are drafted."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as name:
        draft = Path(name)
        for index, text in enumerate(texts.values()):
            (draft / str(index)).write_bytes(text.encode() if isinstance(text, str) else text)
        for index, path in enumerate(texts):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (draft / str(index)).replace(target / path)
    return [target / path for path in texts]
