"""Questions that a person grades, through stock nbgrader, the table of marks, the gradebook, exports and pages."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import PyFileConfigLoader

from grader.core.assignment import Assignment
from grader.core.outcomes import CheckResult, Outcome, Report
from grader.course.finding import find_in_course
from grader.platforms.nbgrader.course_folder import write_course
from grader.platforms.nbgrader.session import SESSION
from grader.release.bundle import CONFIG_NAME
from tests.command import Aelab
from tests.second_lab import NAME, installed

from ...unit.render.samples import of_checks

CELL, LAST_CODE = "fitting-question", "fitting-mean_squared_error"
STUDENTS = ("ada", "bob", "carl")
PLACE = (NAME, NAME)


def measured(assignment: Assignment, student: str) -> Report:
    """A report of full marks."""
    checks = assignment.checks
    results = (CheckResult(c.id, c.part, c.points, c.points, Outcome.PASSED, "Measured.") for c in checks)
    return of_checks(student, tuple(results), assignment=NAME)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Ada answered, Bob left the cell as it was, and Carl handed in modules: autograded by stock nbgrader."""
    root = tmp_path_factory.mktemp("course")
    (root / "course.toml").write_text(f'lab = "{NAME}"\n[questions]\nfitting = 4\n')
    with installed(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/usr/bin:/bin")
        assignment = find_in_course(NAME, root)
        write_course(assignment, root)
        config = PyFileConfigLoader(CONFIG_NAME, str(root)).load_config()
        config.CourseDirectory.root = str(root)
        api = NbGraderAPI(config=config)
        made = api.generate_assignment(NAME)
        assert made["success"], made
        release = nbformat.read(root / "release" / NAME / f"{NAME}.ipynb", as_version=4)
        for student in STUDENTS:
            (root / "submitted" / student / NAME).mkdir(parents=True)
        for student, answer in (("ada", "Among those of a <b>higher</b> degree.<script>"), ("bob", "")):
            (cell,) = [cell for cell in release.cells if cell.id == CELL]
            cell.source = answer or cell.source
            nbformat.write(release, root / "submitted" / student / NAME / f"{NAME}.ipynb")
            cell.source = stub_of(root)
        (root / "submitted" / "carl" / NAME / "fitting.py").write_text("x = 1\n")
        PyFileConfigLoader(CONFIG_NAME, str(root)).load_config()  # gives Carl a placeholder
        with SESSION.handing_out([measured(assignment, student) for student in STUDENTS]):
            answered = api.autograde(NAME, "*")
        assert answered["success"], answered
        yield SimpleNamespace(root=root, assignment=assignment, release=release)


def stub_of(root: Path) -> str:
    release = nbformat.read(root / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    return next(str(cell.source) for cell in release.cells if cell.id == CELL)


def test_only_an_answer_waits_for_a_person(course: SimpleNamespace) -> None:
    """An untouched cell is worth nothing; where there was none the answer may be elsewhere, so a person looks."""
    assert course.release.cells
    assert "higher" not in stub_of(course.root)
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        grades = {student: gradebook.find_grade(CELL, *PLACE, student) for student in STUDENTS}
        waiting = {student: grade.needs_manual_grade for student, grade in grades.items()}
        assert waiting == {"ada": True, "bob": False, "carl": True}
        assert [grade.auto_score for grade in grades.values()] == [None, 0, None]
        assert {grade.max_score for grade in grades.values()} == {4}
        assert "Measured." in gradebook.find_comment(LAST_CODE, *PLACE, "ada").auto_comment
        assert gradebook.find_comment(CELL, *PLACE, "bob").auto_comment == "No response."
    shown = nbformat.read(course.root / "autograded" / "ada" / NAME / f"{NAME}.ipynb", as_version=4)
    assert "<script" not in next(cell.source for cell in shown.cells if cell.id == CELL)


def test_a_table_of_marks_is_entered_as_the_formgrader_would(
    course: SimpleNamespace, aelab: Aelab, tmp_path: Path
) -> None:
    """A table to fill in comes back with points and a comment; then nobody waits, and exports have the sums."""
    table, grades = tmp_path / "marks.csv", tmp_path / "grades.csv"
    options = ("--assignment", NAME)
    here = ("--course", course.root / "course.toml")
    asked = aelab(*options, "export", "csv", course.root, "--format", "marks", "--out", table, *here)
    assert asked.status == 1  # as some wait
    lines = list(csv.DictReader(table.open()))
    assert [(line["login"], line["cell"], line["points"]) for line in lines] == [(s, CELL, "") for s in STUDENTS]
    table.write_text(f'login,cell,points,comment\nada,{CELL},"3,5",Well said.\nbob,{CELL},,\ncarl,{CELL},0,\n')
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:  # by a rule of the configuration
        gradebook.find_submission_notebook(*PLACE, "carl").late_submission_penalty = 1.0
        gradebook.db.commit()
    assert aelab(*options, "marks", course.root, table, *here).out == f"entered 2 marks of {table}\n"
    assert aelab(*options, "export", "csv", course.root, "--format", "plain", "--out", grades, *here).status == 0
    found = {line["login"]: (line["score"], line["possible"]) for line in csv.DictReader(grades.open())}
    assert found == {"ada": ("23.5", "24"), "bob": ("20", "24"), "carl": ("19", "24")}
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        assert gradebook.find_comment(CELL, *PLACE, "ada").manual_comment == "Well said."


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"eve,{CELL},1,", r"line 3: 'eve' did not hand in lab01, as the gradebook has it"),
        ("ada,fitting-questoin,1,", r"line 3: there is no cell 'fitting-questoin'; did you mean 'fitting-question'\?"),
        (f"ada,{CELL},5,", r"line 3: fitting-question has 4 points, and not 5; more of them are extra"),
        (f"ada,{CELL},-1,", r"line 3: points must be a number from 0 on, got '-1'"),
        ("ada,fitting-averages_out_noise,1,Hm", r"line 3: fitting-averages_out_noise takes no comment; these do: eval"),
    ],
)
def test_a_line_that_cannot_be_is_told_and_nothing_is_entered(
    course: SimpleNamespace, aelab: Aelab, tmp_path: Path, line: str, told: str
) -> None:
    """With its number; the good lines of the same table neither."""
    table = tmp_path / "marks.csv"
    table.write_text(f"login,cell,points,comment\nbob,{CELL},2,\n{line}\n")
    found = aelab("--assignment", NAME, "marks", course.root, table, "--course", course.root / "course.toml")
    assert found.status == 2
    assert re.search(told, found.err)
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        assert gradebook.find_grade(CELL, *PLACE, "bob").manual_score is None
