"""The students' bundle: complete, without the solution, the same on every run, and at work on its own."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import metadata
from pathlib import Path

import pytest
from nbgrader.apps import NbGrader
from nbgrader.preprocessors import Execute
from nbgrader.validator import Validator
from packaging.specifiers import SpecifierSet

from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.bundle import bundle_files, readme, write_bundle
from grader.release.solutions import solution_regions, strip_solutions

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .zip."""
    return write_bundle(ASSIGNMENT, tmp_path_factory.mktemp("bundle") / "lab05.zip")


@pytest.fixture(scope="module")
def unpacked(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a student gets of it."""
    place = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(place)
    return place / ASSIGNMENT.name


def statements(text: str) -> set[str]:
    """Lines that say something: with a letter in them."""
    return {line.strip() for line in text.splitlines() if any(character.isalpha() for character in line)}


def solution_lines() -> set[str]:
    """Lines of the solutions, without those that are given elsewhere in the lab."""
    secret, given = set(), set()
    for name, text in ASSIGNMENT.reference_sources().items():
        lines = text.splitlines()
        for region in solution_regions(text, name):
            secret |= statements("\n".join(lines[region.begin : region.end - 1]))
        given |= statements(strip_solutions(text, name))
    return secret - given


def test_no_line_of_a_solution_is_in_it() -> None:
    """Neither in the templates nor in the grader, nor in a cell of the notebook."""
    secret = solution_lines()
    assert len(secret) > 100
    found = {}
    for name, content in bundle_files(ASSIGNMENT).items():
        if not name.endswith(".npz"):
            text = content.decode()
            if name.endswith(".ipynb"):
                text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
            found[name] = statements(text) & secret
    assert not {name: lines for name, lines in found.items() if lines}
    assert not [name for name in found if "SOLUTION" in name or name.startswith(("reference", "tests"))]


def test_a_solution_would_be_found() -> None:
    """The lines of the reference itself, taken for a file of the bundle, are told."""
    text = (ASSIGNMENT.reference_folder() / "autoencoder.py").read_text(encoding="utf-8")
    assert statements(text) & solution_lines()


def test_it_holds_what_the_page_speaks_of(unpacked: Path) -> None:
    """Notebook, modules, pinned requirements, the digits."""
    for name in ("README.md", "requirements.txt", "constraints.txt", "lab05.ipynb", "my_solution/vae.py"):
        assert (unpacked / name).is_file()
    assert (unpacked / "grader/autoencoders/mnist_subset/mnist_subset.npz").stat().st_size > 10**6
    assert (unpacked / "lab05.ipynb").read_bytes() == (ROOT / "student_templates" / "lab05.ipynb").read_bytes()


@pytest.mark.parametrize("version", ["3.11.0", "3.12.0", "3.13.0"])
def test_locked_packages_take_the_first_release_of_each_python(version: str) -> None:
    """Those of Linux distributions are rarely the last ones, and pip finds no package that asks for a later one."""
    locked = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    needs = {pin: metadata(pin.partition("==")[0]).get("Requires-Python", "") for pin in locked}
    assert [pin for pin, versions in needs.items() if version not in SpecifierSet(versions)] == []


@pytest.mark.parametrize("place", ["JupyterLab", "VS Code", "Colab", "a shell"])
def test_the_page_says_how_to_start(unpacked: Path, place: str) -> None:
    """In each place where students work, with what comes in which order."""
    row = re.search(rf"^\| {place} \| (.+) \|$", (unpacked / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert row is not None
    assert "first cell" in row[1] or "aelab check" in row[1]


def test_the_line_for_colab_installs_the_bundle(bundle: Path, tmp_path: Path) -> None:
    """Where the .zip was uploaded: it unpacks, and pip runs where `.` in the requirements is the grader."""
    shutil.copy(bundle, tmp_path)
    (tmp_path / "bin").mkdir()
    pip = tmp_path / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\necho "$(pwd) $*" > {tmp_path}/called\n')
    pip.chmod(0o755)
    line = re.search(r"`!(unzip [^`]+)`", readme(ASSIGNMENT))
    assert line is not None
    path = os.pathsep.join([str(pip.parent), os.environ["PATH"]])
    subprocess.run(["bash", "-euc", line[1]], cwd=tmp_path, env={"PATH": path}, check=True)
    where, *words = (tmp_path / "called").read_text().split()
    assert words == ["install", "-q", "-r", "requirements.txt"]
    assert "\n.\n" in f"\n{(Path(where) / 'requirements.txt').read_text()}"
    assert (Path(where) / "pyproject.toml").is_file()


def test_validate_has_the_time_that_training_takes(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader takes a cell for failed after 30 seconds; in the bundle's folder it loads another limit."""
    assert Execute().timeout == 30
    monkeypatch.chdir(unpacked)
    app = NbGrader()
    app.load_config_file()
    assert Execute(parent=Validator(parent=app)).timeout == 600


def test_bytes_are_the_same_on_every_run(bundle: Path, tmp_path: Path) -> None:
    """No date but that of the commit, no order of a set."""
    assert write_bundle(ASSIGNMENT, tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_it_checks_itself_where_there_is_no_reference(unpacked: Path, tmp_path: Path) -> None:
    """From its own files alone, with the solution out of reach, the templates are found to be untouched."""
    program = """
import importlib.util, sys
assert importlib.util.find_spec("reference") is None
import grader
assert grader.__file__.startswith(sys.argv[1]), grader.__file__
from grader.cli.main import app
app(["check", "data", "--submission", sys.argv[1] + "/my_solution"])
"""
    packages = [p for p in sys.path if p.endswith("site-packages")]
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", program, str(unpacked)],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": os.pathsep.join([str(unpacked), *packages]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "to do" in done.stdout
    assert "0/6" in done.stdout
