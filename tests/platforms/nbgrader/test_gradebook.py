"""The gradebook, read back with nbgrader's own interface."""

import csv
import os
import shutil
import sqlite3
import subprocess
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, SubmittedAssignment, get_alembic_version
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import Engine, event

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import Outcome, Status
from grader.core.text import folder_name
from grader.platforms.final_grades import class_of
from grader.platforms.lms import table
from grader.platforms.nbgrader import gradebook as gradebook_module
from grader.platforms.nbgrader import rows
from grader.platforms.nbgrader.gradebook import GradebookError, grade_id, write_gradebook
from grader.platforms.nbgrader.grades import read_grades
from grader.render.report_json import report_folder, write_report
from grader.submissions.roster import Roster

from ...unit.render import samples
from .statements import written


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A gradebook with the class of seven and one hostile submission, written where alembic is not on PATH."""
    address = f"sqlite:///{tmp_path_factory.mktemp('course')}/gradebook.db"
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("PATH", "/usr/bin:/bin")
        warnings.simplefilter("error")
        write_gradebook(ASSIGNMENT, [*samples.class_of_seven(), samples.hostile()], address)
        assert os.environ["PATH"] == "/usr/bin:/bin"
    return address


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, url: str) -> Path:
    """A gradebook without rows, which each test that writes copies."""
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
    notebook = gradebook.find_submission_notebook(ASSIGNMENT.name, ASSIGNMENT.name, student)
    return {grade.name: grade.auto_score for grade in notebook.grades}


def test_every_check_is_a_cell_with_its_points(gradebook: Gradebook) -> None:
    """One grade cell a check, 100 points, ids that nbgrader takes."""
    cells = {
        cell.name: cell.max_score for cell in gradebook.find_notebook(ASSIGNMENT.name, ASSIGNMENT.name).grade_cells
    }
    assert cells == {grade_id(check.id): check.points for check in ASSIGNMENT.checks}
    assert gradebook.find_assignment(ASSIGNMENT.name).max_score == 100


def test_scores_are_those_of_the_reports(gradebook: Gradebook) -> None:
    """Check by check and in sum, partial credit included, with nothing left to grade by hand."""
    for report in (samples.solved(), samples.struggling(), samples.untouched(), samples.half()):
        submission = gradebook.find_submission(ASSIGNMENT.name, report.submission)
        assert submission.score == pytest.approx(report.score)
        assert not submission.needs_manual_grade
        assert scores(gradebook, report.submission) == {grade_id(c.id): c.score for c in report.checks}


def test_our_table_is_that_of_nbgraders_exporter(gradebook: Gradebook, tmp_path: Path) -> None:
    """Same columns, students and scores; a score that is not final is a number to nbgrader, and left open by us."""
    CsvExportPlugin(to=str(tmp_path / "grades.csv")).export(gradebook)
    theirs = list(csv.DictReader((tmp_path / "grades.csv").read_text().splitlines()))
    for report in (*samples.class_of_seven(), samples.hostile()):
        write_report(report, report_folder(tmp_path / "results", report.submission))
    whole = class_of(ASSIGNMENT, tmp_path / "results", None, Roster())
    ours = list(csv.DictReader(table(whole, "nbgrader").splitlines()))
    assert list(ours[0]) == list(theirs[0])
    by_student = {row["student_id"]: row for row in theirs}
    assert sorted(by_student) == sorted(row["student_id"] for row in ours)
    waiting = {report.submission for report in samples.class_of_seven() if report.needs_attention}
    for row in ours:
        assert float(row["max_score"]) == float(by_student[row["student_id"]]["max_score"]) == 100
        if row["student_id"] in waiting:
            assert row["raw_score"] == row["score"] == ""
        else:
            for column in ("raw_score", "late_submission_penalty", "score"):
                assert float(row[column]) == pytest.approx(float(by_student[row["student_id"]][column]))


def test_a_fault_of_the_grader_is_no_zero(gradebook: Gradebook) -> None:
    """The check has no score and waits for a person; the others have theirs."""
    grade = gradebook.find_grade("gaussian_vae-samples_match_parameters", ASSIGNMENT.name, ASSIGNMENT.name, "grace")
    assert grade.auto_score is None
    assert grade.needs_manual_grade
    assert gradebook.find_submission(ASSIGNMENT.name, "grace").score == 97


def test_an_unreadable_submission_waits_for_a_person(gradebook: Gradebook) -> None:
    """Every cell is flagged, none has a score."""
    notebook = gradebook.find_submission_notebook(ASSIGNMENT.name, ASSIGNMENT.name, "kurt")
    assert {grade.auto_score for grade in notebook.grades} == {None}
    assert all(grade.needs_manual_grade for grade in notebook.grades)
    assert len(notebook.grades) == len(ASSIGNMENT.checks)


def test_a_hostile_name_is_a_harmless_student(gradebook: Gradebook) -> None:
    """The student carries the name of the report's folder."""
    assert folder_name(samples.hostile().submission) in {student.id for student in gradebook.students}
    assert len(gradebook.students) == 8


def test_a_login_is_the_student_and_what_is_nobody_s_is_none(own_url: str) -> None:
    """Whatever its submission is called; a stray file of a class folder adds nobody."""
    known = replace(samples.solved("O'Brien, Bob_12"), student="o'brien@uni.edu")
    write_gradebook(ASSIGNMENT, [known, replace(samples.solved("lab05.ipynb"), student="")], own_url)
    with Gradebook(own_url) as gradebook:
        assert [student.id for student in gradebook.students] == ["o'brien@uni.edu"]


def test_a_second_run_updates_scores_and_keeps_what_a_person_entered(own_url: str) -> None:
    """Automatic scores follow the last run, also from and to 'not measured'; manual ones and extra credit stay."""
    cell = "gaussian_vae-samples_match_parameters"
    write_gradebook(ASSIGNMENT, [samples.grader_fault("ada"), samples.solved("grace")], own_url)
    with Gradebook(own_url) as gradebook:
        grade = gradebook.find_grade("data-batches_shuffle_samples", ASSIGNMENT.name, ASSIGNMENT.name, "ada")
        grade.manual_score, grade.extra_credit = 1.5, 0.5
        gradebook.db.commit()
    write_gradebook(ASSIGNMENT, [samples.solved("ada"), samples.grader_fault("grace")], own_url)
    with Gradebook(own_url) as gradebook:
        kept = gradebook.find_grade("data-batches_shuffle_samples", ASSIGNMENT.name, ASSIGNMENT.name, "ada")
        assert (kept.auto_score, kept.manual_score, kept.extra_credit) == (4, 1.5, 0.5)
        assert gradebook.find_grade(cell, ASSIGNMENT.name, ASSIGNMENT.name, "ada").auto_score == 3
        assert gradebook.find_grade(cell, ASSIGNMENT.name, ASSIGNMENT.name, "grace").auto_score is None
        assert gradebook.find_submission(ASSIGNMENT.name, "ada").score == 98
        assert len(gradebook.students) == 2


def test_a_bonus_is_extra_credit(own_url: str) -> None:
    """Its cell is worth nothing, and the score may be above the most; a second run follows, a person's credit stays."""
    whole = samples.solved("ada")
    bonus = tuple(replace(check, bonus=check.part == "pictures") for check in whole.checks)
    lost = tuple(replace(check, score=0.0) if check.bonus else check for check in bonus)
    for checks, score in ((lost, 94), (bonus, 100), (lost, 94)):
        write_gradebook(ASSIGNMENT, [replace(whole, checks=checks)], own_url)
        with Gradebook(own_url) as gradebook:
            submission = gradebook.find_submission(ASSIGNMENT.name, "ada")
            assert (submission.score, submission.max_score, submission.needs_manual_grade) == (score, 94, False)
    with Gradebook(own_url) as gradebook:
        gradebook.find_grade("data-batches_shuffle_samples", ASSIGNMENT.name, ASSIGNMENT.name, "ada").extra_credit = 0.5
        gradebook.db.commit()
    write_gradebook(ASSIGNMENT, [replace(whole, checks=bonus)], own_url)
    with Gradebook(own_url) as gradebook:
        assert gradebook.find_submission(ASSIGNMENT.name, "ada").score == 100.5
    bonuses = [grade_id(check.id) for check in bonus if check.bonus]
    (grade,) = read_grades(own_url, ASSIGNMENT.name, bonuses)
    assert (grade.earned, grade.possible) == (100.5, 94)
    assert [(mark.name, mark.extra) for mark in grade.by_hand] == [("data-batches_shuffle_samples", 0.5)]


def test_parts_graded_one_after_the_other_add_up(own_url: str) -> None:
    """Cells that come later are added to submissions already there, and what was not graded this time stays."""
    whole = samples.solved()
    data = replace(whole, checks=tuple(check for check in whole.checks if check.part == "data"))
    pictures = replace(whole, checks=tuple(check for check in whole.checks if check.part == "pictures"))
    write_gradebook(ASSIGNMENT, [data], own_url)
    write_gradebook(ASSIGNMENT, [pictures], own_url)
    with Gradebook(own_url) as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT.name, "ada")
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (12, 12, False)


def test_a_part_that_could_not_be_measured_leaves_the_others_alone(own_url: str) -> None:
    """Scores of parts that the report does not speak about stay."""
    whole = samples.solved()
    write_gradebook(ASSIGNMENT, [whole], own_url)
    pictures = tuple(replace(c, score=0.0, outcome=Outcome.ERROR) for c in whole.checks if c.part == "pictures")
    write_gradebook(ASSIGNMENT, [replace(whole, checks=pictures, status=Status.ERROR)], own_url)
    with Gradebook(own_url) as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT.name, ASSIGNMENT.name, "ada")
        assert {g.name.split("-")[0] for g in notebook.grades if g.needs_manual_grade} == {"pictures"}
        assert notebook.score == 100 - sum(check.points for check in pictures)


def test_a_full_disk_does_not_cost_the_gradebook(own_url: str) -> None:
    """Nobody is told to move it away for that, with the manual grades in it."""
    with closing(sqlite3.connect(own_url.removeprefix("sqlite:///"))) as database:
        database.execute("CREATE TABLE filler (x)")
        pages = database.execute("PRAGMA page_count").fetchone()[0]

    def limit(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", limit)
    try:
        with pytest.raises(GradebookError, match=r"make room and run again: .*full"):
            write_gradebook(ASSIGNMENT, [samples.solved(f"student{number}") for number in range(40)], own_url)
    finally:
        event.remove(Engine, "connect", limit)


def test_an_unreadable_submission_alone_still_finds_its_cells(own_url: str) -> None:
    """Where no report lists checks, those of the lab are declared."""
    write_gradebook(ASSIGNMENT, [samples.unreadable()], own_url)
    with Gradebook(own_url) as gradebook:
        assert gradebook.find_submission(ASSIGNMENT.name, "kurt").needs_manual_grade
        assert gradebook.find_assignment(ASSIGNMENT.name).max_score == 100


def test_what_has_not_changed_is_not_written(own_url: str) -> None:
    """The same reports again write no row at all; a score that changed writes its own row and no other."""
    write_gradebook(ASSIGNMENT, samples.class_of_seven(), own_url)
    with written() as tables:
        write_gradebook(ASSIGNMENT, samples.class_of_seven(), own_url)
    assert tables == []
    others = [report for report in samples.class_of_seven() if report.submission != "grace"]
    with written() as tables:
        write_gradebook(ASSIGNMENT, [*others, samples.solved("grace")], own_url)
    assert tables == ["grade"]


def test_a_class_larger_than_a_batch_is_entered_whole(own_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No student is lost or doubled where one batch ends and the next begins."""
    monkeypatch.setattr(rows, "BATCH", 3)
    for _ in range(2):
        write_gradebook(ASSIGNMENT, samples.class_of_seven(), own_url)
    with Gradebook(own_url) as gradebook:
        entered = {
            submission.student.id: submission.score for submission in gradebook.assignment_submissions(ASSIGNMENT.name)
        }
    assert entered == pytest.approx({report.submission: report.score for report in samples.class_of_seven()})


def test_what_a_person_decided_stays_until_the_automatic_score_changes(own_url: str) -> None:
    """Manual grades, extra credit, penalties, dates and flags stay; a grade is flagged only where there is news."""
    cell = "gaussian_vae-samples_match_parameters"
    write_gradebook(ASSIGNMENT, [samples.grader_fault("ada")], own_url)
    with Gradebook(own_url) as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT.name, ASSIGNMENT.name, "ada")
        notebook.late_submission_penalty, notebook.flagged = 7.5, True
        gradebook.update_or_create_assignment(ASSIGNMENT.name, duedate="2026-01-01 12:00")
        gradebook.update_or_create_submission(ASSIGNMENT.name, "ada", timestamp="2026-01-02 12:00")
        grade = gradebook.find_grade(cell, ASSIGNMENT.name, ASSIGNMENT.name, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.0, 0.5, False
        gradebook.db.commit()
    for report, flagged in ((samples.grader_fault("ada"), False), (samples.solved("ada"), True)):
        write_gradebook(ASSIGNMENT, [report], own_url)
        with Gradebook(own_url) as gradebook:
            grade = gradebook.find_grade(cell, ASSIGNMENT.name, ASSIGNMENT.name, "ada")
            assert (grade.manual_score, grade.extra_credit, grade.needs_manual_grade) == (2.0, 0.5, flagged)
            assert (grade.notebook.late_submission_penalty, grade.notebook.flagged) == (7.5, True)
            assert gradebook.find_submission(ASSIGNMENT.name, "ada").total_seconds_late == 24 * 3600


def structure(submission: SubmittedAssignment) -> dict[str, tuple[list[str], list[str]]]:
    """The names of the cells that have a grade and of those that have a comment, by notebook."""
    return {
        notebook.name: (sorted(g.name for g in notebook.grades), sorted(c.name for c in notebook.comments))
        for notebook in submission.notebooks
    }


@pytest.mark.filterwarnings("ignore:Object of type")  # what SQLAlchemy says about nbgrader's own way
def test_a_submission_has_the_rows_that_nbgrader_gives_it(own_url: str) -> None:
    """In a course with solution and task cells and a second notebook: the same grades and comments as its own."""
    write_gradebook(ASSIGNMENT, [samples.solved("early")], own_url)
    with Gradebook(own_url) as gradebook:
        gradebook.add_solution_cell("answer", ASSIGNMENT.name, ASSIGNMENT.name)
        gradebook.add_task_cell("essay", ASSIGNMENT.name, ASSIGNMENT.name, max_score=5, cell_type="markdown")
        gradebook.add_notebook("survey", ASSIGNMENT.name)
        gradebook.add_grade_cell("opinion", "survey", ASSIGNMENT.name, max_score=1, cell_type="markdown")
        gradebook.add_solution_cell("remark", "survey", ASSIGNMENT.name)
        gradebook.add_student("nbgraders")
        expected = structure(gradebook.add_submission(ASSIGNMENT.name, "nbgraders"))
    write_gradebook(ASSIGNMENT, [samples.solved("ours"), samples.solved("early")], own_url)
    with Gradebook(own_url) as gradebook:
        assert structure(gradebook.find_submission(ASSIGNMENT.name, "ours")) == expected
        assert structure(gradebook.find_submission(ASSIGNMENT.name, "early"))["survey"] == expected["survey"]
        for student in ("ours", "early"):
            assert gradebook.find_submission(ASSIGNMENT.name, student).score == 100
            assert gradebook.find_grade("essay", ASSIGNMENT.name, ASSIGNMENT.name, student).needs_manual_grade


def test_an_entry_that_fails_half_way_leaves_nothing(own_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All reports are in the gradebook, or none of them is."""
    monkeypatch.setattr(rows, "BATCH", 3)
    entered = []

    def break_down(*arguments: object) -> None:
        if entered:
            raise KeyboardInterrupt
        entered.append(arguments)

    monkeypatch.setattr(rows, "_write_grades", break_down)
    with pytest.raises(KeyboardInterrupt):
        write_gradebook(ASSIGNMENT, samples.class_of_seven(), own_url)
    with Gradebook(own_url) as gradebook:
        assert gradebook.students == []
        assert gradebook.assignments == []


def test_a_new_gradebook_has_the_version_that_nbgrader_notes_and_starts_no_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nbgrader starts `alembic`, which takes a second, to learn its tables' version; ours is the same without it."""
    scripts = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", scripts)
        expected = get_alembic_version()
    started: list[object] = []

    def refuse(*arguments: object, **options: object) -> None:
        started.append(arguments)
        raise OSError("no program may be started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    write_gradebook(ASSIGNMENT, [samples.solved()], f"sqlite:///{tmp_path / 'gradebook.db'}")
    with closing(sqlite3.connect(tmp_path / "gradebook.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(expected,)]
    assert started == []


def test_a_gradebook_whose_making_was_cut_short_is_completed(own_url: str) -> None:
    """Tables without their version, as a run leaves them that is killed in the second between: it is noted again."""
    with closing(sqlite3.connect(own_url.removeprefix("sqlite:///"))) as database:
        expected = database.execute("SELECT version_num FROM alembic_version").fetchall()
        database.execute("DROP TABLE alembic_version")
        database.commit()
        write_gradebook(ASSIGNMENT, [samples.solved()], own_url)
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == expected


def test_a_gradebook_that_another_program_keeps_is_one_line(own_url: str) -> None:
    """There is one writer at a time; who waited in vain reads why."""
    with closing(sqlite3.connect(own_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GradebookError, match=r"gradebook\.db.*another program is writing it") as caught:
            write_gradebook(ASSIGNMENT, [samples.solved()], f"{own_url}?timeout=0.1")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("gradebook.db", "the address of the gradebook cannot be read"),
        ("postgresql://ada:hunter2@host:port/course", "the address of the gradebook cannot be read"),
        ("mysql://ada:hunter2@host/course", r"mysql://ada:\*\*\*@host/course: no gradebook can be there"),
        ("sqlite:////nowhere/at/all/gradebook.db", "/nowhere/at/all/gradebook.db cannot be written"),
    ],
)
def test_an_address_that_is_none_is_one_line(address: str, reason: str) -> None:
    """It says which address was meant, how one looks, and never shows a password."""
    with pytest.raises(GradebookError, match=reason) as caught:
        write_gradebook(ASSIGNMENT, [samples.solved()], address)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert address.startswith("sqlite") or "sqlite:///FILE or postgresql://" in str(caught.value)


def test_a_server_without_its_driver_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setattr(gradebook_module, "find_spec", lambda name: None)
    with pytest.raises(GradebookError, match=r"psycopg: pip install 'autoencoder-lab\[postgres\]'"):
        write_gradebook(ASSIGNMENT, [samples.solved()], "postgresql://ada:hunter2@host/course")


def test_a_file_that_is_no_gradebook_is_one_line(tmp_path: Path) -> None:
    """Which gradebook, what to do, and no traceback of a database."""
    (tmp_path / "gradebook.db").write_text("not a database at all, and long enough to be looked at")
    with pytest.raises(GradebookError, match=r"gradebook\.db.*move it away") as caught:
        write_gradebook(ASSIGNMENT, [samples.solved()], f"sqlite:///{tmp_path}/gradebook.db")
    assert "\n" not in str(caught.value)
