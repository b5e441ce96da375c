"""The engine knows no lab: it finds and releases a second assignment, self-checks it and enters it into nbgrader."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config, PyFileConfigLoader

from grader.core.assignment import VARIABLE, Assignment, AssignmentError, find_assignment
from grader.core.outcomes import CheckResult, Outcome
from grader.harness.modules import PACKAGE
from grader.isolation.zygote import brought_by
from grader.platforms.nbgrader import preprocessor
from grader.platforms.nbgrader.course_folder import CONFIG_NAME, write_course
from grader.platforms.nbgrader.session import SEED_FILE, Session
from grader.release.bundle import bundle_files, write_bundle
from grader.release.notebook import render_notebook
from grader.release.rubric import render_rubric
from grader.release.templates import render_templates
from grader.selfcheck.notebook import session_of_files

from ..isolation.light_server import light_view
from ..second_lab import FOLDER, NAME, POINTS, POWERS, installed, solved, write


@pytest.fixture(scope="module", autouse=True)
def lab01() -> Iterator[Assignment]:
    """The second assignment, installed beside the first."""
    with installed() as assignment:
        yield assignment


def test_it_is_found_by_its_entry_point(lab01: Assignment) -> None:
    """By its name, from a folder that nothing in the grader names."""
    assert lab01.title == "Lab 1: polynomials"
    assert {check.id: check.points for check in lab01.checks} == POINTS


def test_of_two_assignments_one_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear line lists both; the variable picks one."""
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(AssignmentError, match=r"^name one of the assignments in AELAB_ASSIGNMENT; .*: lab01, lab05$"):
        find_assignment()
    monkeypatch.setenv(VARIABLE, NAME)
    assert find_assignment().name == NAME
    with pytest.raises(
        AssignmentError, match=r"^there is no assignment 'lab02'; installed: lab01, lab05; did you mean 'lab0[15]'\?$"
    ):
        find_assignment("lab02")


def test_a_check_declared_twice_is_refused(lab01: Assignment) -> None:
    """At import, and the message names both places."""
    from polynomials.registry import CHECKS

    def averages_out_noise(subject: object) -> None:
        """The same claim once more."""

    here = averages_out_noise.__code__.co_firstlineno
    with pytest.raises(ValueError, match=rf"twice: at .*/checks/fitting\.py:\d+ and {__file__}:{here}$"):
        CHECKS.check("fitting", points=1)(averages_out_noise)
    assert sum(check.points for check in CHECKS.of_part("fitting")) == 13


def test_operations_may_not_bring_the_checks_along() -> None:
    """What a fork server has imported beside the operations, its forks would find in memory."""
    modules = ["polynomials", "polynomials.operations", "polynomials.operations.more", "polynomials_reference", "numpy"]
    assert brought_by("polynomials.operations", modules) == []
    assert brought_by("polynomials.operations", [*modules, "polynomials.checks"]) == ["polynomials.checks"]
    assert brought_by("operations", modules) == []


def test_templates_are_its_own(lab01: Assignment) -> None:
    """One module a part and one notebook; each task is a stub that names it, and no solution is left."""
    texts = render_templates(lab01)
    assert texts.keys() == {"__init__.py", "evaluation.py", "fitting.py", "lab01.ipynb"}
    assert "Generated from polynomials_reference/fitting.py" in texts["fitting.py"]
    assert 'raise NotImplementedError("Your task: fitting, fit")' in texts["fitting.py"]
    assert not [name for name, text in texts.items() if "lstsq" in text or "vander" in text]


def test_the_notebook_is_its_own(lab01: Assignment) -> None:
    """Valid, with its title, the points of its parts, and a test cell for each check."""
    notebook = nbformat.reads(render_templates(lab01)["lab01.ipynb"], as_version=4)
    nbformat.validate(notebook)
    first = notebook.cells[0].source
    assert first.startswith("# Lab 1: polynomials\n")
    assert [line for line in first.splitlines() if line.startswith("| ")][1:] == [
        "| evaluation | 7 |",
        "| fitting | 13 |",
        "| all | 20 |",
    ]
    marks = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert {mark.grade_id: mark.points for mark in marks if mark.grade} == {
        name.replace(".", "-"): points for name, points in POINTS.items()
    }


def test_the_rubric_is_its_own(lab01: Assignment) -> None:
    """Its checks, from where they are declared."""
    page = render_rubric(lab01)
    assert "`polynomials/checks/`" in page
    assert "| Fitting (`fitting`) | 3 | 13 |" in page
    assert "autoencoder" not in page


def test_the_bundle_holds_nothing_of_the_other_lab(lab01: Assignment) -> None:
    """Neither its checks nor its digits, and of its own assignment not the solution."""
    names = set(bundle_files(lab01))
    own = {
        "README.md",
        "lab01.ipynb",
        "my_solution/fitting.py",
        "polynomials/thresholds.json",
        "grader/core/registry.py",
    }
    assert own <= names
    foreign = ("grader/autoencoders", "mnist_subset", "reference", "polynomials_reference", "tests")
    assert [name for name in names if name.startswith(foreign)] == []


CHECK_THE_TEMPLATES = """
import importlib.util, json, sys
from pathlib import Path
import grader, polynomials
from grader.core.assignment import find_assignment
from grader.selfcheck.notebook import session_of_files

foreign = ["grader.autoencoders", "mnist_subset", "polynomials_reference", "reference"]
assignment = find_assignment()
results = session_of_files(assignment, Path("my_solution")).check(())
print(json.dumps({
    "name": assignment.name,
    "places": [str(Path(package.__file__).parents[1]) for package in (grader, polynomials)],
    "foreign": [name for name in foreign if importlib.util.find_spec(name)],
    "outcomes": [result.outcome.value for result in results],
}))
"""


def test_the_bundle_is_installed_and_checks_itself(lab01: Assignment, tmp_path: Path) -> None:
    """By pip, as its page says; then its assignment is the only one there, and finds the templates untouched."""
    with zipfile.ZipFile(write_bundle(lab01, tmp_path / "lab01.zip")) as archive:
        archive.extractall(tmp_path)
    unpacked, target = tmp_path / NAME, tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(target), "."], cwd=unpacked, capture_output=True, check=True)
    packages = [p for p in sys.path if p.endswith("site-packages")]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TF_USE_LEGACY_KERAS": "1"}
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", CHECK_THE_TEMPLATES],
        cwd=unpacked, env=environment | {"PYTHONPATH": os.pathsep.join([str(target), *packages])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    outcomes = ["not_implemented"] * 3 + ["skipped", "not_implemented"]
    assert told == {"name": NAME, "places": [str(target)] * 2, "foreign": [], "outcomes": outcomes}


def test_the_course_folder_is_its_own(lab01: Assignment, tmp_path: Path) -> None:
    """The configuration names its course and assignment, and the source is its notebook with the solutions."""
    write_course(lab01, tmp_path)
    config = (tmp_path / CONFIG_NAME).read_text(encoding="utf-8")
    assert 'course_id = "numerics"' in config
    assert "nbgrader autograde lab01" in config
    assert "lab05" not in config
    assert "lstsq" in (tmp_path / "source" / NAME / "lab01.ipynb").read_text(encoding="utf-8")


def configuration(course: Path) -> Config:
    """What nbgrader loads in the course folder."""
    config = PyFileConfigLoader(CONFIG_NAME, str(course)).load_config()
    config.CourseDirectory.root = str(course)
    return config


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session of nbgrader's that ends with the test. Its fork server needs no TensorFlow."""
    made = Session()
    monkeypatch.setattr(preprocessor, "SESSION", made)
    monkeypatch.setattr("grader.isolation.choice.view_of", light_view)
    yield made
    made.close()


@pytest.mark.usefixtures("session")
def test_nbgrader_has_its_cells_and_points(lab01: Assignment, tmp_path: Path) -> None:
    """Generated and graded with the configuration that was written: five cells, with the points of each."""
    course = tmp_path / "course"
    write_course(lab01, course)
    (course / SEED_FILE).write_text("7\n")
    made = NbGraderAPI(config=configuration(course)).generate_assignment(NAME)
    assert made["success"], made
    notebook = render_notebook(lab01, solutions=True)
    write(course / "submitted" / "ada" / NAME, {lab01.notebook: notebook})
    write(course / "submitted" / "bob" / NAME, {lab01.notebook: notebook.replace(*POWERS)})
    write(course / "submitted" / "eve" / NAME, solved(lab01))
    graded = NbGraderAPI(config=configuration(course)).autograde(NAME, "*")
    assert graded["success"], graded
    cells = {identity.replace(".", "-"): points for identity, points in POINTS.items()}
    lost = dict.fromkeys(list(cells)[:2], 0)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert {cell.name: cell.max_score for cell in gradebook.find_notebook(NAME, NAME).grade_cells} == cells
        found = {
            student: {g.name: g.score for g in gradebook.find_submission_notebook(NAME, NAME, student).grades}
            for student in ("ada", "bob", "eve")
        }
    assert found == {"ada": cells, "bob": cells | lost, "eve": cells}


Check = Callable[[Mapping[str, str]], dict[str, CheckResult]]


@pytest.fixture
def self_check(lab01: Assignment, tmp_path: Path) -> Iterator[Check]:
    """Checks files in this process; what it imported of them is gone after the test."""
    finders, modules = list(sys.meta_path), set(sys.modules)

    def check(texts: Mapping[str, str]) -> dict[str, CheckResult]:
        results = session_of_files(lab01, write(tmp_path / "mine", texts)).check(())
        return {result.id: result for result in results}

    yield check
    sys.meta_path[:] = finders
    for name in set(sys.modules) - modules:
        if getattr(sys.modules[name], "__name__", "").partition(".")[0] == PACKAGE:
            del sys.modules[name]


def test_the_reference_passes_the_self_check(lab01: Assignment, self_check: Check) -> None:
    """All five checks."""
    results = self_check(solved(lab01))
    assert {name: result.score for name, result in results.items()} == POINTS
    assert results["fitting.averages_out_noise"].evidence["expected"] == "at most 0.25 of the noise"


def test_a_mistake_is_told_in_the_self_check(lab01: Assignment, self_check: Check) -> None:
    """With what was expected, what was found, and the smallest case."""
    results = self_check(solved(lab01, *POWERS))
    matrix, values = (
        results["evaluation.design_matrix_holds_the_powers"],
        results["evaluation.evaluates_any_polynomial"],
    )
    assert matrix.outcome is values.outcome is Outcome.FAILED
    assert (matrix.code, values.code) == ("matrix.wrong_powers", "evaluation.wrong_values")
    assert matrix.message == "Column 0 does not hold the powers it should."
    assert matrix.evidence == {"expected": "powers 0, 1, 2, 3", "measured": "wrong in the columns [0, 1, 2, 3]"}
    assert values.message == "The values are wrong. The smallest case found: degree 1, count 1."


def test_noise_that_is_left_is_held_to_its_own_threshold(lab01: Assignment, self_check: Check) -> None:
    """A fit to the first four points recovers a polynomial, and averages nothing out."""
    few = ("design_matrix(points, degree), values,", "design_matrix(points[:4], degree), values[:4],")
    results = self_check(solved(lab01, *few))
    noisy = results["fitting.averages_out_noise"]
    assert [name for name, result in results.items() if result.outcome is not Outcome.PASSED] == [noisy.id]
    assert float(noisy.evidence["measured"].removesuffix(" of it")) > 0.25


def test_nothing_of_it_lies_in_the_grader() -> None:
    """It comes from a folder of the tests, so what grades it here is the engine that grades the first."""
    import polynomials

    assert Path(polynomials.__file__).is_relative_to(FOLDER)
