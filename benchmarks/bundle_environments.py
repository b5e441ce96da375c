"""The students' bundle in an empty environment of each Python: installed and self-checked as its README.md says.

    python -m benchmarks.bundle_environments FOLDER python3.11 python3.12 python3.13

For each interpreter, in FOLDER: the bundle is unpacked, a new virtual environment made, requirements.txt installed.
Then, with nothing in the environment but a PATH, the untouched templates have to be "to do", the notebook's first cell
and a self-check have to run in a kernel, and a right solution has to get all points. Exits 1 if something is otherwise,
and names interpreters that could not be started.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.bundle import SOLUTION, write_bundle

SYSTEM = "/usr/bin:/bin"


def version_of(interpreter: str) -> str | None:
    """Such as '3.12.1', None for a program that does not start."""
    found = shutil.which(interpreter)
    asked = [found or interpreter, "-c", "import platform; print(platform.python_version())"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def install(bundle: Path, place: Path, interpreter: str) -> tuple[Path, float]:
    """Unpack the bundle into `place` and install it: the student's folder, and the seconds of pip."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(place)
    home = place / ASSIGNMENT.name
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    subprocess.run([shutil.which(interpreter) or interpreter, "-m", "venv", ".venv"], cwd=home, env=kept, check=True)
    started = time.perf_counter()
    python = home / ".venv" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--requirement", "requirements.txt"]
    subprocess.run(pip, cwd=home, env=kept, check=True)
    return home, time.perf_counter() - started


def run(home: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program of the new environment, in the student's folder, with nothing of this environment."""
    command = [str(home / ".venv" / "bin" / program), *arguments]
    environment = {"PATH": f"{home / '.venv' / 'bin'}{os.pathsep}{SYSTEM}", "HOME": str(home.parent)}
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


def untouched_is_to_do(home: Path) -> tuple[bool, str]:
    """The command that README.md ends its installation with."""
    done = run(home, "aelab", "check", "data", "--submission", SOLUTION)
    return done.returncode == 1 and "to do" in done.stdout and "not measured" not in done.stdout, done.stdout


def first_cell_runs(home: Path) -> tuple[bool, str]:
    """The notebook's first code cell and the self-check of its first part, in a kernel of the environment."""
    notebook = json.loads((home / ASSIGNMENT.notebook).read_text(encoding="utf-8"))
    data = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    last = next(place for place, cell in enumerate(data) if cell["id"] == "data-self-check")
    for cell in data:
        cell["metadata"] = {}  # also the self-check is run here
    notebook["cells"] = data[: last + 1]
    (home / "begin.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    done = run(home, "jupyter", "nbconvert", "--to", "notebook", "--execute", "--stdout", "begin.ipynb")
    return done.returncode == 0 and "to do" in done.stdout, done.stderr


def right_has_all_points(home: Path) -> tuple[bool, str]:
    """The reference, handed to the self-check of a machine that does not have it."""
    (home / "right").mkdir()
    for name, text in ASSIGNMENT.reference_sources().items():
        (home / "right" / name).write_text(text, encoding="utf-8")
    done = run(home, "aelab", "check", "--submission", "right")
    return done.returncode == 0, done.stdout + done.stderr


CLAIMS = {
    "untouched templates are to do": untouched_is_to_do,
    "the first cell and a self-check run in a kernel": first_cell_runs,
    f"a right solution passes all {len(ASSIGNMENT.checks)} checks": right_has_all_points,
}


def lines(folder: Path, interpreters: list[str]) -> Iterator[tuple[bool, str]]:
    """Whether all is well, and what to print, as it comes."""
    bundle = write_bundle(ASSIGNMENT, folder / f"{ASSIGNMENT.name}.zip")
    for interpreter in interpreters:
        version = version_of(interpreter)
        if version is None:
            yield False, f"{interpreter}: does not start here"
            continue
        home, seconds = install(bundle, folder / version, interpreter)
        yield True, f"Python {version}: installed in {seconds:.0f} s"
        for claim, holds in CLAIMS.items():
            started = time.perf_counter()
            is_so, told = holds(home)
            seconds = time.perf_counter() - started
            yield is_so, f"Python {version}: {claim}: {'yes' if is_so else told}, {seconds:.0f} s"


def main() -> None:
    """Run it in the folder on the command line, which is emptied."""
    target, *interpreters = sys.argv[1:]
    shutil.rmtree(target, ignore_errors=True)
    every = []
    for is_so, line in lines(Path(target).resolve(), interpreters or ["python3.11", "python3.12", "python3.13"]):
        every.append(is_so)
        print(line, flush=True)  # noqa: T201 - a command
    sys.exit(0 if all(every) else 1)


if __name__ == "__main__":
    main()
