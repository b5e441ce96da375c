"""The committed templates are fresh, complete, and hold nothing of a solution."""

import ast
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import AssignmentError
from grader.core.stubs import STUB_MARKER
from grader.release.solutions import solution_regions
from grader.release.templates import render_templates, write_templates

ROOT = Path(__file__).resolve().parents[3]
COMMITTED = ROOT / "student_templates"
SOURCES = ASSIGNMENT.reference_sources()


@pytest.fixture(scope="module")
def rendered() -> dict[str, str]:
    return render_templates(ASSIGNMENT)


def lines_by_side(text: str) -> tuple[set[str], set[str]]:
    """The stripped lines inside and outside the solution regions of `text`, found without the stripping code."""
    inside: set[str] = set()
    outside: set[str] = set()
    within = False
    for line in map(str.strip, text.splitlines()):
        if re.fullmatch(r"### (BEGIN|END) SOLUTION", line):
            within = "BEGIN" in line
        elif line:
            (inside if within else outside).add(line)
    return inside, outside


def stale(folder: Path) -> list[str]:
    """Names of files that differ from fresh templates: changed, missing, or no longer generated."""
    fresh = {name: text.encode() for name, text in render_templates(ASSIGNMENT).items()}
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    return sorted(name for name in fresh.keys() | found.keys() if fresh.get(name) != found.get(name))


def secrets(*texts: str) -> set[str]:
    """Lines that stand only inside solution regions of `texts`."""
    sides = [lines_by_side(text) for text in texts]
    return set().union(*(inside for inside, _ in sides)) - set().union(*(outside for _, outside in sides))


def test_committed_templates_are_fresh() -> None:
    """student_templates/ is what `aelab release templates` writes today, no file more and no file less."""
    assert stale(COMMITTED) == []


def test_no_line_of_a_solution_is_left(rendered: dict[str, str]) -> None:
    """No line that stands only inside solution regions is in any generated file, the notebook included."""
    for name, text in SOURCES.items():
        assert not secrets(text) & set(map(str.strip, rendered[name].splitlines())), name
    cells = json.loads(rendered[ASSIGNMENT.notebook])["cells"]
    shown = {line.strip() for cell in cells for line in "".join(cell["source"]).splitlines()}
    assert len(secrets(*SOURCES.values())) > 20
    assert not secrets(*SOURCES.values()) & shown
    assert not [name for name, text in rendered.items() if re.search(r"(BEGIN|END)\s+SOLUTION", text)]


def test_every_task_has_its_stub_in_module_and_notebook(rendered: dict[str, str]) -> None:
    """Each region became one stub naming its module, in the module and again in the notebook."""
    total = 0
    for name, text in SOURCES.items():
        count = len(solution_regions(text, name))
        assert rendered[name].count(f'NotImplementedError("{STUB_MARKER}{Path(name).stem}, ') == count
        total += count
    stubs = [
        c
        for c in json.loads(rendered[ASSIGNMENT.notebook])["cells"]
        if c["metadata"].get("nbgrader", {}).get("solution")
    ]
    assert sum("".join(cell["source"]).count(f'NotImplementedError("{STUB_MARKER}') for cell in stubs) == total


def test_templates_are_python_that_says_what_it_is(rendered: dict[str, str]) -> None:
    """Each module compiles, and its first line says for whom it is and what it was made from."""
    assert list(rendered) == ["__init__.py", *SOURCES, ASSIGNMENT.notebook]
    for name in ["__init__.py", *SOURCES]:
        ast.parse(rendered[name])
        first = rendered[name].splitlines()[0]
        assert first.startswith(f"# Generated from reference/{name}, for you to edit")
        assert len(first) <= 120


def test_written_templates_are_fresh(tmp_path: Path) -> None:
    """What was written is what is rendered; a changed, a missing and a left-over file would be noticed."""
    written = write_templates(ASSIGNMENT, tmp_path / "new" / "templates")
    folder = written[0].parent
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in written)
    assert stale(folder) == []
    (folder / "data.py").write_text("changed")
    (folder / "autoencoder.py").unlink()
    (folder / "old.py").write_bytes(b"\xff")
    assert stale(folder) == ["autoencoder.py", "data.py", "old.py"]


def test_a_machine_without_the_reference_is_told_so(tmp_path: Path) -> None:
    """Releasing needs the reference solution; without it one sentence says what to do."""
    students = replace(ASSIGNMENT, reference=tmp_path / "reference")
    with pytest.raises(AssignmentError, match=r"solution of lab05 is not installed here.* use the instructors'"):
        write_templates(students, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_reference_is_found_without_importing_it() -> None:
    """Finding the folder imports neither the reference nor TensorFlow."""
    code = (
        "import sys; from grader.release.templates import render_templates;"
        "from grader.autoencoders.assignment import ASSIGNMENT; render_templates(ASSIGNMENT);"
        "print([m for m in ('reference', 'tensorflow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
