"""Makes nbgrader see every submission: it ignores those without the assignment's notebook."""

import json
import shutil
from pathlib import Path

import nbformat

PLACEHOLDER = (
    "This is a placeholder for the notebook that was not handed in, so that nbgrader sees the submission, which holds:"
)


def complete_submissions(root: Path, assignment: str) -> list[Path]:
    """Write the notebook of each submission in the course folder `root` that has none; returns the paths written.

    A single notebook under another name is copied; otherwise it is a placeholder without code, which the grader
    ignores. Nothing that a student handed in is changed.
    """
    written = []
    for folder in sorted((root / "submitted").glob(f"*/{assignment}")):
        notebook = folder / f"{assignment}.ipynb"
        if folder.is_dir() and not folder.is_symlink() and not notebook.exists() and not notebook.is_symlink():
            _write(notebook, sorted(p for p in folder.iterdir() if p.is_file() and not p.is_symlink()))
            written.append(notebook)
    return written


def _write(notebook: Path, files: list[Path]) -> None:
    others = [file for file in files if file.suffix.lower() == ".ipynb"]
    if len(others) == 1:
        shutil.copyfile(others[0], notebook)
        return
    listed = "\n".join(f"    {json.dumps(file.name)}" for file in files)  # code, which Markdown takes for text
    cell = nbformat.v4.new_markdown_cell(f"{PLACEHOLDER}\n\n{listed}", id="placeholder")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
