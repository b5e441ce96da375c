"""The distribution: complete and well formed, one package, and at work where there is no checkout."""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.gradescope.archive import write_autograder
from grader.release.archive import DATE
from grader.release.bundle import write_bundle

from ..second_lab import FOLDER, NAME

ROOT = Path(__file__).resolve().parents[2]
LIGHT = ROOT / "tests" / "isolation" / "light"  # what stands for TensorFlow and its like
NOT_COPIED = (".*", "__pycache__", "*.egg-info", "build", "demo", "dist", "model", "mutants", "pictures")


def python(*words: object, cwd: Path, **environment: str) -> str:
    """What a program of this Python's says, if all went well. It sees no checkout but the one it runs in."""
    command = [sys.executable, "-P", *map(str, words)]
    own = {"PATH": os.environ["PATH"], "HOME": str(cwd), DATE: "1767225600", **environment}
    done = subprocess.run(command, cwd=cwd, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sdist and of the wheel that was made from it."""
    checkout = copytree(ROOT, tmp_path_factory.mktemp("built") / "checkout", ignore=ignore_patterns(*NOT_COPIED))
    python("-m", "build", "--no-isolation", "--skip-dependency-check", ".", cwd=checkout)
    return checkout / "dist"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The wheel."""
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for Python's path, into which pip installed the wheel."""
    target = tmp_path_factory.mktemp("installed")
    python("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", target, wheel, cwd=target)
    return target


def test_an_index_would_take_it(built: Path, wheel: Path) -> None:
    """Metadata and the long description are in order, and the wheel holds nothing that is usually a mistake."""
    assert python("-m", "twine", "check", "--strict", *built.iterdir(), cwd=built).count("PASSED") == 2
    assert "OK" in python("-m", "check_wheel_contents", wheel, cwd=ROOT)


def test_the_wheel_is_one_package(wheel: Path) -> None:
    """The solution, the digits and the locked versions travel in it; tests, benchmarks and templates do not."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"grader"}
    inside = ("autoencoders/reference/vae.py", "autoencoders/reference/figures", "release/constraints.txt", "py.typed")
    for path in (*inside, "autoencoders/mnist_subset/mnist_subset.npz"):
        assert any(name.startswith(f"grader/{path}") for name in names), path
    of_checkout = {f"grader/{path.relative_to(ROOT / 'grader').as_posix()}" for path in (ROOT / "grader").rglob("*.*")}
    assert {name for name in of_checkout if "__pycache__" not in name and not name.endswith("made")} <= {*names}


def test_the_sdist_holds_what_the_tests_need(built: Path) -> None:
    """Whoever packages it for a distribution can test it."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"tests/conftest.py", "reference/vae.py", "student_templates/lab05.ipynb", "constraints.txt"} <= names
    assert not [name for name in names if name.endswith(".pyc")]


COMMANDS = """
import importlib.util, json, sys
from dataclasses import replace
from pathlib import Path
import grader
from grader.cli.main import main
from grader.isolation import choice, view

commands, light = json.loads(sys.argv[1]), {path.name: path for path in Path(sys.argv[2]).iterdir()}

def light_view(assignment, private=()):
    seen = view.view_of(assignment, private)
    return replace(seen, own=light | seen.own)

choice.view_of = light_view
for words in commands:
    sys.argv = ["aelab", *words]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, (words, ended.code)
print(Path(grader.__file__).parents[1], importlib.util.find_spec("reference"))
"""


@pytest.fixture(scope="module")
def used(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which an installed copy has run commands, in one process. Fork servers import stand-ins."""
    folder = tmp_path_factory.mktemp("used")
    copytree(FOLDER / "polynomials_reference", folder / "class" / "ada", ignore=ignore_patterns("__pycache__"))
    lab05, lab01 = f"--assignment {ASSIGNMENT.name}", f"--assignment {NAME}"
    commands = (
        f"{lab01} grade class --out results", f"{lab01} export csv results --format plain --out all.csv",
        f"{lab05} release templates templates", f"{lab05} release bundle", f"{lab05} release course course",
        f"{lab05} export gradescope --trust-submissions", f"{lab05} course init", f"{lab05} course show",
    )  # fmt: skip
    words, path = json.dumps([command.split() for command in commands]), os.pathsep.join([str(installed), str(FOLDER)])
    found = python("-c", COMMANDS, words, LIGHT, cwd=folder, PYTHONPATH=path)
    assert found.splitlines()[-1] == f"{installed} None"
    return folder


def files_below(folder: Path) -> dict[str, bytes]:
    """The content of each file by its path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_it_releases_what_the_checkout_does(used: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a checkout: the same templates, bundle and autograder, byte for byte, and a course."""
    monkeypatch.setenv(DATE, "1767225600")
    assert files_below(used / "templates") == files_below(ROOT / "student_templates")
    assert (used / "course" / "source" / "lab05" / "lab05.ipynb").is_file()
    assert (used / "course.toml").is_file()
    assert (used / "lab05.zip").read_bytes() == write_bundle(ASSIGNMENT, tmp_path / "it.zip").read_bytes()
    ours = write_autograder(ASSIGNMENT, tmp_path / "ours.zip", trusted=True)
    assert (used / "autograder.zip").read_bytes() == ours.read_bytes()


def test_it_grades(used: Path) -> None:
    """A class of one, isolated, from the wheel: a right solution gets all points, and there is a page of it."""
    report = json.loads((used / "results" / "ada" / "report.json").read_text())
    assert (report["score"], report["status"], report["isolation"]) == (20, "graded", "namespaces+landlock")
    assert (used / "results" / "ada" / "index.html").is_file()
    assert "ada" in (used / "all.csv").read_text()


def closure(distribution: str, extras: str = "") -> set[str]:
    """The distributions that are installed with it, their names as packaging normalizes them."""
    pending, found = [(distribution, extras)], set[str]()
    while pending:
        name, extra = pending.pop()
        if name in found:
            continue
        try:
            needed = requires(name) or ()
        except PackageNotFoundError:  # for another machine or Python
            continue
        found.add(name)
        for text in needed:
            of_extra = re.search(r"""extra == ["']([\w-]+)""", text)
            if of_extra is None or of_extra[1] in extra.split(","):
                asked = re.match(r"([\w.-]+)(?:\[([\w,-]+)\])?", text)
                assert asked is not None
                pending.append((re.sub(r"[-_.]+", "-", asked[1]).lower(), asked[2] or ""))
    return found


def left_out(distributions: Mapping[str, list[str]]) -> list[str]:
    """The packages that this environment has and a student's has not."""
    students = closure("autoencoder-lab")
    names = {
        package: {re.sub(r"[-_.]+", "-", each).lower() for each in owners} for package, owners in distributions.items()
    }
    return [package for package, owners in names.items() if not owners & students and package != "grader"]


SELF_CHECK = """
import json, sys
from pathlib import Path
sys.modules.update(dict.fromkeys(json.loads(sys.argv[1])))
from grader.core.assignment import find_assignment
from grader.selfcheck import pytest_plugin, screens
from grader.selfcheck.notebook import session_of_files
from grader.cli.main import main

results = session_of_files(find_assignment("lab01"), Path(sys.argv[2])).check(())
print(*(result.outcome.value for result in results))
"""


def test_students_need_no_more_than_is_required(installed: Path, tmp_path: Path) -> None:
    """Without the extras, so without nbgrader, Dask and the tools of the documentation, the self-check works.

    Stand-ins are imported for TensorFlow, which needs none of those.
    """
    missing = left_out(packages_distributions())
    assert {"nbgrader", "distributed", "mkdocs", "jupytext", "sqlalchemy", "jupyterlab"} <= set(missing)
    path = os.pathsep.join(map(str, (installed, FOLDER, LIGHT)))
    found = python(
        "-c", SELF_CHECK, json.dumps(missing), FOLDER / "polynomials_reference", cwd=tmp_path, PYTHONPATH=path
    )
    assert found.split() == ["passed"] * 5
