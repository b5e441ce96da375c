"""How long `nbgrader validate` takes: `python -m benchmarks.validate_notebook FOLDER`.

For the notebook that students get, and for the same with all tasks solved: seconds, and what it says. Of the solved one
also the slowest cell, because nbgrader ends a cell after `Execute.timeout` seconds.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.notebook import build_notebook

ROOT = Path(__file__).resolve().parents[1]


def solved() -> NotebookNode:
    """The released notebook with the reference's answers, as a student would write them into it."""
    notebook = build_notebook(ASSIGNMENT, solutions=False)
    answers = {cell.id: cell.source for cell in build_notebook(ASSIGNMENT, solutions=True).cells}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.id]
    return notebook


def run(folder: Path, *arguments: str) -> tuple[float, str]:
    """Seconds and output of a Jupyter command in the folder."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    return time.perf_counter() - started, done.stdout + done.stderr


def slowest(notebook: NotebookNode) -> tuple[float, str]:
    """The seconds of the cell that took longest, and its id."""
    times = {cell.id: cell.metadata.get("execution", {}) for cell in notebook.cells}
    return max((_seconds(each), name) for name, each in times.items() if "shell.execute_reply" in each)


def _seconds(times: dict[str, str]) -> float:
    begin, end = (datetime.fromisoformat(times[name]) for name in ("iopub.execute_input", "shell.execute_reply"))
    return (end - begin).total_seconds()


def lines(folder: Path) -> Iterator[str]:
    """What to print, as it comes."""
    for name, notebook in (
        ("released", build_notebook(ASSIGNMENT, solutions=False)),
        ("solved", solved()),
    ):
        nbformat.write(notebook, folder / f"{name}.ipynb")
        seconds, told = run(folder, "nbgrader", "validate", f"{name}.ipynb")
        verdict = re.search(r"VALIDATION FAILED ON .*!(?= If)|Success!.*", told)
        yield f"{name} notebook: {seconds:.0f} s, {verdict[0] if verdict else told}"
    run(folder, "nbconvert", "--to", "notebook", "--execute", "--output", "executed", "solved.ipynb")
    seconds, name = slowest(nbformat.read(folder / "executed.ipynb", as_version=4))
    yield f"slowest cell of the solved notebook: {seconds:.0f} s, {name}"


def main() -> None:
    """Run it in the folder on the command line, which is emptied."""
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for line in lines(folder):
        print(line, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
