"""What goes wrong under stock nbgrader, shown there first, and what becomes of it with the course's configuration.

Nothing is measured here: reports are given, so that only nbgrader's own behaviour is compared.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.notebooknode import NotebookNode
from nbgrader.apps import NbGraderAPI

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome, Picture, Status
from grader.platforms.nbgrader.course import enter_reports
from grader.platforms.nbgrader.course_folder import course_config
from grader.platforms.nbgrader.gradebook import GradebookError, grade_id
from grader.platforms.nbgrader.session import SESSION
from grader.release.bundle import CONFIG_NAME

from ...unit.render.samples import HOSTILE, digit, of_checks
from .courses import (
    CELLS,
    CHECKS,
    NOTEBOOK,
    POINTS,
    TESTS,
    autograde,
    autograded,
    configuration,
    make_course,
    report,
    scores,
    solved,
    source_notebook,
    submit,
)
from .illnesses import ALL, ENDS_THE_CLASS, FULL, LONG, LOSES_THE_SUBMISSION, NONE, STOCK

SECRET = 8641975320  # a grading seed


def student(illness: str) -> str:
    return illness.replace(" ", "_")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with the assignment generated; making its gradebook takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/usr/bin:/bin")
        return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def course(generated: Path, tmp_path: Path) -> Path:
    """A copy of the test's own."""
    return Path(shutil.copytree(generated, tmp_path / "course"))


def hand_in(course: Path, illness: str, corrupt: Callable[[NotebookNode], object]) -> None:
    notebook = solved(course)
    corrupt(notebook)
    submit(course, student(illness), notebook)


@pytest.fixture(scope="module")
def stock(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that does not end the class, graded by stock nbgrader."""
    course = Path(shutil.copytree(generated, tmp_path_factory.mktemp("stock") / "course"))
    for illness, (corrupt, _) in STOCK.items():
        hand_in(course, illness, corrupt)
    submit(course, "no_json", "{this is no notebook")
    submit(course, "modules", "def double(x):\n    return 2 * x", "data.py")
    autograde(course, cured=False)
    return course


@pytest.fixture(scope="module")
def cured(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """All of them graded with the configuration of the course; the folder and the log."""
    course = Path(shutil.copytree(generated, tmp_path_factory.mktemp("cured") / "course"))
    for illness, corrupt in ALL.items():
        hand_in(course, illness, corrupt)
    submit(course, "no_json", "{this is no notebook")
    submit(course, "modules", "def double(x):\n    return 2 * x", "data.py")
    submit(course, "renamed", solved(course), "my lab (1).ipynb")
    names = [*map(student, ALL), "no_json", "modules", "renamed"]
    with SESSION.handing_out(report(name) for name in names):
        log = autograde(course, cured=True)
    return course, log


@pytest.mark.parametrize("illness", STOCK)
def test_stock_nbgrader_scores(stock: Path, illness: str) -> None:
    """The submission is right; the points that stock nbgrader gives for it are another matter."""
    expected = STOCK[illness][1]
    assert scores(stock)[student(illness)] == (NONE if expected is None else expected)


@pytest.mark.parametrize("illness", ENDS_THE_CLASS)
def test_stock_nbgrader_ends_the_class(course: Path, illness: str) -> None:
    """Neither the submission nor those that come after it are graded."""
    hand_in(course, "a first", ENDS_THE_CLASS[illness])
    hand_in(course, "b second", lambda _: None)
    autograde(course, cured=False)
    assert "b_second" not in scores(course)


@pytest.mark.parametrize("illness", LOSES_THE_SUBMISSION)
def test_stock_nbgrader_loses_the_submission(course: Path, illness: str) -> None:
    """There is no graded notebook, and every score is missing."""
    hand_in(course, illness, LOSES_THE_SUBMISSION[illness])
    autograde(course, cured=False)
    assert scores(course)[student(illness)] == NONE
    assert not (course / "autograded" / student(illness)).exists()


def test_stock_nbgrader_ignores_other_files(stock: Path) -> None:
    """A notebook that is no JSON has no score, and a submission of modules is not seen at all."""
    assert scores(stock)["no_json"] == NONE
    assert "modules" not in scores(stock)


def test_stock_nbgrader_keeps_overlong_output(stock: Path) -> None:
    """The limit counts lines: one endless line stays."""
    outputs = str(autograded(stock, student("prints without end")))
    assert len(outputs) > LONG


def test_every_submission_is_graded(cured: tuple[Path, str]) -> None:
    """With the configuration of the course nobody is lost, nobody is stopped by another, and the measure counts."""
    course, log = cured
    names = [*map(student, ALL), "no_json", "modules", "renamed"]
    assert scores(course) == dict.fromkeys(names, FULL), log[-3000:]


@pytest.mark.parametrize("illness", [*ALL, "no json", "modules", "renamed"])
def test_graded_notebook_is_whole(cured: tuple[Path, str], illness: str) -> None:
    """Every cell of the assignment is there once, tests as released, nothing but tests has an output."""
    cells = autograded(cured[0], student(illness)).cells
    marked = {c.metadata.nbgrader.grade_id: c for c in cells if "nbgrader" in c.metadata}
    assert sorted(c.metadata.nbgrader.grade_id for c in cells if "nbgrader" in c.metadata) == sorted(
        name for name, _, roles in CELLS if roles
    )
    for name, text, roles in CELLS:
        if roles and roles["grade"]:
            assert marked[name].source == text
            assert marked[name].metadata.nbgrader.points == POINTS[name]
    assert {c.metadata.nbgrader.grade_id for c in cells if c.get("outputs")} == set(TESTS)
    assert len({cell.id for cell in cells}) == len(cells)


def test_answers_stay_where_they_are(cured: tuple[Path, str]) -> None:
    """Of two copies the last one is the answer, as in Python; a deleted answer is said to be missing."""
    cells = autograded(cured[0], student("split answer")).cells
    answer = next(c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == "data-double")
    assert answer.source == "def double(x):\n    return 2 * x"
    assert "# my function comes next" in [c.source for c in cells]
    whole = autograded(cured[0], "no_json").cells
    assert [c.source for c in whole if c.metadata.get("nbgrader", {}).get("solution")] == [
        "# This cell was missing from the submission."
    ] * 2


def test_a_link_leads_nowhere(course: Path, tmp_path: Path) -> None:
    """Stock nbgrader shows the student what a link leads to, whoever's it is; here nothing is read through one."""
    secret = solved(course)
    secret.cells[0].source = "'the secret of the instructor'"
    nbformat.write(secret, tmp_path / "secret.ipynb")
    hand_in(course, "ada", lambda _: None)
    notebook = course / "submitted" / "ada" / ASSIGNMENT.name / NOTEBOOK
    notebook.unlink()
    notebook.symlink_to(tmp_path / "secret.ipynb")
    autograde(course, cured=False)
    assert "secret of the instructor" in str(autograded(course, "ada"))
    with SESSION.handing_out([report("ada")]):
        autograde(course, cured=True)
    assert "secret of the instructor" not in str(autograded(course, "ada"))


def test_progress_is_said(cured: tuple[Path, str]) -> None:
    """The log says who was measured."""
    assert all(f"Measured {student(name)}: graded" in cured[1] for name in ALL)


def test_partial_credit_comes_with_its_explanation_and_picture(course: Path) -> None:
    """A test cell shows text, picture and points; the points are a float that nbgrader's own code takes over."""
    hand_in(course, "ada", lambda _: None)
    picture = Picture("strip", "What your model makes of it", digit(1))
    first = CheckResult(CHECKS[0].id, "data", 2, 0.3333333, Outcome.FAILED, "Two of six are right.", "Look.")
    shown = (replace(first, pictures=(picture,)), report("ada").checks[1])
    with SESSION.handing_out([of_checks("ada", shown)]):
        autograde(course, cured=True)
    cell = next(c for c in autograded(course, "ada").cells if c.id == TESTS[0])
    text, image, points = cell.outputs
    assert "Two of six are right." in text.text
    assert "image/png" in image.data
    assert points.data["text/plain"] == "0.3333"
    assert scores(course)["ada"] == {TESTS[0]: 0.3333, TESTS[1]: 4.0}


def test_stock_nbgrader_has_no_partial_credit_with_an_explanation(course: Path) -> None:
    """Half a point as NumPy prints it gives all of them, and an assertion that explains gives none.

    Ours are builtin floats, beside their explanation.
    """
    submit(course, "ada", solved(course))
    source = course / "source" / ASSIGNMENT.name / NOTEBOOK
    original = nbformat.read(source, as_version=4)
    original.cells[2].source = "class Half:\n    __repr__ = lambda self: 'np.float64(0.5)'\nHalf()"
    original.cells[4].source = "earned = 2.0\nassert halve(2) == 2, 'one of two is right'\nearned"
    nbformat.write(original, source)
    assert NbGraderAPI(config=configuration(course, cured=False)).generate_assignment(ASSIGNMENT.name)["success"]
    autograde(course, cured=False)
    assert scores(course)["ada"] == {TESTS[0]: 2.0, TESTS[1]: 0.0}
    shutil.rmtree(course / "autograded")
    with SESSION.handing_out([report("ada", lambda _: np.float64(0.25))]):
        autograde(course, cured=True)
    assert scores(course)["ada"] == {TESTS[0]: 0.5, TESTS[1]: 1.0}
    texts = [cell.outputs[0].text for cell in autograded(course, "ada").cells if cell.id in TESTS]
    assert all("Measured" in text for text in texts)


def test_a_course_without_the_assignment_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When `nbgrader generate_assignment` was forgotten, one line says what is missing; nothing is entered."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # the environment is not activated
    (tmp_path / CONFIG_NAME).write_text(course_config(ASSIGNMENT))
    submit(tmp_path, "ada", source_notebook())
    with pytest.raises(GradebookError, match=r"generate_assignment lab05.*No assignment with ID 'lab05'"):
        enter_reports(ASSIGNMENT, tmp_path, [report("ada")])
    assert not (tmp_path / "autograded" / "ada").exists()


def test_what_was_not_measured_waits_for_a_person(course: Path) -> None:
    """Neither a fault of ours nor an unreadable submission is a zero, and test cells of others are not full points."""
    hand_in(course, "fault", lambda _: None)
    hand_in(course, "unread", lambda _: None)
    good = report("fault").checks
    error = CheckResult(CHECKS[0].id, "data", 2, 0.0, Outcome.ERROR, "The grader failed, not you.")
    faulty = of_checks("fault", (error, good[1]))
    unread = of_checks("unread", good, status=Status.UNREADABLE)
    with SESSION.handing_out([faulty, unread]):
        autograde(course, cured=True)
    assert scores(course) == {"fault": {TESTS[0]: None, TESTS[1]: 4.0}, "unread": NONE}


def test_feedback_shows_findings_and_no_markup_of_a_submission(course: Path) -> None:
    """Comments stand below the last answer of a part; what a submission says is text, also after Markdown."""
    hand_in(course, "ada", lambda _: None)
    attack = "".join(HOSTILE) + "\n\n<img src=x onerror=alert(1)>\n```\n<script>alert(2)</script>"
    failed = tuple(CheckResult(c.id, "data", c.points, 0.0, Outcome.FAILED, attack, attack) for c in CHECKS)
    with SESSION.handing_out([of_checks("ada", failed, seed=SECRET)]):
        autograde(course, cured=True)
    api = NbGraderAPI(config=configuration(course, cured=True))
    assert api.generate_feedback(ASSIGNMENT.name)["success"]
    page = (course / "feedback" / "ada" / ASSIGNMENT.name / f"{ASSIGNMENT.name}.html").read_text()
    assert "Next:" in page
    assert str(SECRET) not in page + str(autograded(course, "ada"))  # who knows the seed knows the hidden images
    assert "<img src=x" not in page
    assert "<script>alert(" not in page
    assert "\u202e" not in page


def test_stock_feedback_shows_the_hidden_part_of_a_failed_test(course: Path) -> None:
    """A traceback quotes the test's source; our test cells have neither a traceback nor a hidden part."""
    source = course / "source" / ASSIGNMENT.name / NOTEBOOK
    original = nbformat.read(source, as_version=4)
    hidden = "### BEGIN HIDDEN TESTS\nassert double(21) == 43, 'the secret case'\n### END HIDDEN TESTS"
    original.cells[2].source += f"\n{hidden}"
    nbformat.write(original, source)
    api = NbGraderAPI(config=configuration(course, cured=False))
    assert api.generate_assignment(ASSIGNMENT.name)["success"]
    hand_in(course, "ada", lambda _: None)
    autograde(course, cured=False)
    assert api.generate_feedback(ASSIGNMENT.name)["success"]
    page = course / "feedback" / "ada" / ASSIGNMENT.name / f"{ASSIGNMENT.name}.html"
    assert "secret case" in page.read_text()
    with SESSION.handing_out([report("ada", lambda _: 0.0)]):
        autograde(course, cured=True)
    assert NbGraderAPI(config=configuration(course, cured=True)).generate_feedback(ASSIGNMENT.name)["success"]
    outputs = [out for cell in autograded(course, "ada").cells for out in cell.get("outputs", [])]
    assert {out.output_type for out in outputs} == {"stream", "execute_result"}
    assert grade_id(CHECKS[0].id) in str(autograded(course, "ada"))
