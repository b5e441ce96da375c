"""The gradebook, read back with nbgrader's own interface."""

import os
import shutil
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from grader.nbgrader.gradebook import ASSIGNMENT, NOTEBOOK, GradebookError, grade_id, write_gradebook
from grader.registry import all_checks
from grader.render.names import folder_name

from ..render import samples


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A gradebook with the class of seven and one hostile submission, written where alembic is not on PATH."""
    address = f"sqlite:///{tmp_path_factory.mktemp('course')}/gradebook.db"
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("PATH", "/usr/bin:/bin")
        warnings.simplefilter("error")
        write_gradebook([*samples.class_of_seven(), samples.hostile()], address)
        assert os.environ["PATH"] == "/usr/bin:/bin"
    return address


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, url: str) -> Path:
    """A gradebook without rows: making one starts a program, which takes seconds."""
    path = tmp_path_factory.mktemp("empty") / "gradebook.db"
    shutil.copy(url.removeprefix("sqlite:///"), path)
    with closing(sqlite3.connect(path)) as database, database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table not in ("alembic_version", "course"):
                database.execute(f"DELETE FROM {table}")
    return path


@pytest.fixture
def own_url(empty: Path, tmp_path: Path) -> str:
    """A gradebook of the test's own."""
    return f"sqlite:///{shutil.copy(empty, tmp_path / 'gradebook.db')}"


@pytest.fixture
def gradebook(url: str) -> Iterator[Gradebook]:
    """nbgrader's view of it."""
    with Gradebook(url) as opened:
        yield opened


def scores(gradebook: Gradebook, student: str) -> dict[str, float | None]:
    """A student's automatic scores by cell."""
    notebook = gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student)
    return {grade.name: grade.auto_score for grade in notebook.grades}


def test_every_check_is_a_cell_with_its_points(gradebook: Gradebook) -> None:
    """One grade cell a check, 100 points, ids that nbgrader takes."""
    cells = {cell.name: cell.max_score for cell in gradebook.find_notebook(NOTEBOOK, ASSIGNMENT).grade_cells}
    assert cells == {grade_id(check.id): check.points for check in all_checks()}
    assert gradebook.find_assignment(ASSIGNMENT).max_score == 100


def test_scores_are_those_of_the_reports(gradebook: Gradebook) -> None:
    """Check by check and in sum, partial credit included, with nothing left to grade by hand."""
    for report in (samples.solved(), samples.struggling(), samples.untouched(), samples.half()):
        submission = gradebook.find_submission(ASSIGNMENT, report.submission)
        assert submission.score == pytest.approx(report.score)
        assert not submission.needs_manual_grade
        assert scores(gradebook, report.submission) == {grade_id(c.id): c.score for c in report.checks}


def test_a_fault_of_the_grader_is_no_zero(gradebook: Gradebook) -> None:
    """The check has no score and waits for a person; the others have theirs."""
    grade = gradebook.find_grade("gaussian_vae-samples_match_parameters", NOTEBOOK, ASSIGNMENT, "grace")
    assert grade.auto_score is None
    assert grade.needs_manual_grade
    assert gradebook.find_submission(ASSIGNMENT, "grace").score == 97


def test_an_unreadable_submission_waits_for_a_person(gradebook: Gradebook) -> None:
    """Every cell is flagged, none has a score."""
    notebook = gradebook.find_submission_notebook(NOTEBOOK, ASSIGNMENT, "kurt")
    assert {grade.auto_score for grade in notebook.grades} == {None}
    assert all(grade.needs_manual_grade for grade in notebook.grades)
    assert len(notebook.grades) == len(all_checks())


def test_a_hostile_name_is_a_harmless_student(gradebook: Gradebook) -> None:
    """The student carries the name of the report's folder."""
    assert folder_name(samples.hostile().submission) in {student.id for student in gradebook.students}
    assert len(gradebook.students) == 8


def test_a_second_run_updates_scores_and_keeps_what_a_person_entered(own_url: str) -> None:
    """Automatic scores follow the last run, also from and to 'not measured'; manual ones and extra credit stay."""
    cell = "gaussian_vae-samples_match_parameters"
    write_gradebook([samples.grader_fault("ada"), samples.solved("grace")], own_url)
    with Gradebook(own_url) as gradebook:
        grade = gradebook.find_grade("data-batches_shuffle_samples", NOTEBOOK, ASSIGNMENT, "ada")
        grade.manual_score, grade.extra_credit = 1.5, 0.5
        gradebook.db.commit()
    write_gradebook([samples.solved("ada"), samples.grader_fault("grace")], own_url)
    with Gradebook(own_url) as gradebook:
        kept = gradebook.find_grade("data-batches_shuffle_samples", NOTEBOOK, ASSIGNMENT, "ada")
        assert (kept.auto_score, kept.manual_score, kept.extra_credit) == (4, 1.5, 0.5)
        assert gradebook.find_grade(cell, NOTEBOOK, ASSIGNMENT, "ada").auto_score == 3
        assert gradebook.find_grade(cell, NOTEBOOK, ASSIGNMENT, "grace").auto_score is None
        assert gradebook.find_submission(ASSIGNMENT, "ada").score == 98
        assert len(gradebook.students) == 2


def test_parts_graded_one_after_the_other_add_up(own_url: str) -> None:
    """Cells that come later are added to submissions already there, and what was not graded this time stays."""
    whole = samples.solved()
    data = replace(whole, checks=tuple(check for check in whole.checks if check.part == "data"))
    pictures = replace(whole, checks=tuple(check for check in whole.checks if check.part == "pictures"))
    write_gradebook([data], own_url)
    write_gradebook([pictures], own_url)
    with Gradebook(own_url) as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "ada")
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (12, 12, False)


def test_an_unreadable_submission_alone_still_finds_its_cells(own_url: str) -> None:
    """Where no report lists checks, those of the lab are declared."""
    write_gradebook([samples.unreadable()], own_url)
    with Gradebook(own_url) as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "kurt").needs_manual_grade
        assert gradebook.find_assignment(ASSIGNMENT).max_score == 100


def test_a_file_that_is_no_gradebook_is_one_line(tmp_path: Path) -> None:
    """Which gradebook, what to do, and no traceback of a database."""
    (tmp_path / "gradebook.db").write_text("not a database at all, and long enough to be looked at")
    with pytest.raises(GradebookError, match=r"gradebook\.db.*move it away") as caught:
        write_gradebook([samples.solved()], f"sqlite:///{tmp_path}/gradebook.db")
    assert "\n" not in str(caught.value)
