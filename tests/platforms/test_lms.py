"""Tables of grades for learning platforms, read back with a CSV reader."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.final_grade import FinalGrade
from grader.core.hand_in import HandIn
from grader.core.lateness import LatePolicy
from grader.core.outcomes import Report
from grader.platforms.final_grades import class_of
from grader.platforms.lms import FORMATS, Class, changed_ids, table
from grader.render.hand_in_json import read_hand_in, record_hand_ins, write_hand_in
from grader.render.report_json import report_folder, write_report
from grader.submissions.finding import Found
from grader.submissions.handed_in import HandedIn
from grader.submissions.roster import Roster, Student
from grader.submissions.terms import Terms
from grader.submissions.whose import Settled

from ..unit.render import samples

GRADES = [name for name in FORMATS if name != "marks"]  # which is to be filled in


def graded(out: Path, *reports: Report, roster: Roster | None = None) -> Class:
    """The final grades of reports that were written into a folder."""
    for report in reports:
        write_report(report, report_folder(out, report.submission))
    return class_of(ASSIGNMENT, out, None, roster or Roster())


def of(*grades: FinalGrade, platform: str = "", roster: Roster | None = None) -> Class:
    return Class(ASSIGNMENT, grades, roster or Roster(), platform)


def rows_of(whole: Class, format_name: str) -> list[list[str]]:
    return list(csv.reader(StringIO(table(whole, format_name))))


SCORES = {"nbgrader": (3, 9), "canvas": (3, -1), "gradescope": (1, 4), "plain": (0, 8)}


@pytest.mark.parametrize("format_name", GRADES)
def test_scores_are_final_or_empty(format_name: str, tmp_path: Path) -> None:
    """Everybody has a row; a score that a person has to decide is an empty cell and not a zero."""
    who, score = SCORES.get(format_name, (0, -1))
    rows = rows_of(graded(tmp_path, *samples.class_of_seven()), format_name)
    scores = {row[who]: row[score] for row in rows}
    assert scores["ada"] == "100"
    assert scores["charles"] == "0"
    assert scores["grace"] == scores["kurt"] == ""
    assert float(scores["blaise"]) == pytest.approx(samples.struggling().score)


ADA = FinalGrade("ada", "lovelaceada_101", earned=80, possible=100, penalty=16, own_id="101")
ROSTER = Roster((Student("ada", "Ada Lovelace", "ada@uni.edu", "team 1", "A"),))


def test_columns_are_those_of_the_platforms() -> None:
    """What each import asks for, with the names of the roster and what lateness takes off."""
    late = replace(ADA, handed_in=datetime(2027, 1, 31, 23, 59, tzinfo=UTC))
    whole = of(late, roster=ROSTER)
    assert rows_of(whole, "nbgrader") == [
        [
            *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
            *("raw_score", "late_submission_penalty", "score", "max_score"),
        ],
        ["lab05", "", "2027-01-31 23:59:00", "ada", "Lovelace", "Ada", "ada@uni.edu", "80", "16", "64", "100"],
    ]
    assert rows_of(whole, "canvas") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 5: autoencoders"],
        ["Points Possible", "", "", "", "", "100"],
        ["Ada Lovelace", "", "", "ada", "A", "64"],
    ]
    assert rows_of(whole, "moodle") == [["Username", "Lab 5: autoencoders"], ["ada", "64"]]
    assert rows_of(whole, "gradescope") == [
        ["Name", "SID", "Email", "Sections", "Total Score", "Max Points", "Submission Time"],
        ["Ada Lovelace", "ada", "ada@uni.edu", "A", "64", "100", "2027-01-31 23:59:00"],
    ]
    assert rows_of(whole, "plain")[1] == [
        *("ada", "Ada Lovelace", "ada@uni.edu", "team 1", "A", "2027-01-31 23:59:00"),
        *("80", "16", "64", "100", "yes"),
    ]


@pytest.mark.parametrize("format_name", GRADES)
def test_no_cell_is_a_formula(format_name: str, tmp_path: Path) -> None:
    """A name of a submission is text to a spreadsheet."""
    found = rows_of(graded(tmp_path, samples.solved("=1+1"), samples.hostile()), format_name)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in found for cell in row)


LOGIN = "o'brien@uni.edu"


@pytest.mark.parametrize("format_name", GRADES)
def test_a_login_leaves_as_the_same_login(format_name: str, tmp_path: Path) -> None:
    """Whatever its submission and its folder are called."""
    whole = graded(tmp_path, replace(samples.solved("O'Brien, Bob_12"), student=LOGIN))
    assert LOGIN in rows_of(whole, format_name)[-1]
    assert changed_ids(whole.grades) == []


def test_an_id_that_has_to_be_changed_is_named() -> None:
    """A spreadsheet must not take it for a formula, and nobody is to think that it would match."""
    grades = [replace(ADA, student=name) for name in ("=1+1", "+ada", "ada")]
    assert changed_ids(grades) == ["=1+1", "+ada"]


def test_ids_go_where_the_platform_looks_for_them() -> None:
    """Of Canvas' download into ID, of Moodle's into a grading worksheet; a login of the roster goes beside it."""
    unmatched = replace(ADA, student="101", penalty=0)
    assert rows_of(of(unmatched, platform="Canvas"), "canvas")[-1][:4] == ["lovelaceada_101", "101", "", ""]
    assert rows_of(of(ADA, platform="Canvas"), "canvas")[-1][:4] == ["lovelaceada_101", "101", "", "ada"]
    for grade in (unmatched, replace(ADA, penalty=0)):
        worksheet = [["Identifier", "Grade"], ["Participant 101", "80"]]
        assert rows_of(of(grade, platform="Moodle"), "moodle") == worksheet


@pytest.mark.parametrize("format_name", GRADES)
def test_what_is_nobody_s_has_no_row(format_name: str, tmp_path: Path) -> None:
    """A stray file of a class folder is named elsewhere."""
    whole = graded(tmp_path, replace(samples.solved("lab05.ipynb"), student=""), samples.solved())
    assert "lab05.ipynb" not in table(whole, format_name)
    assert "ada" in table(whole, format_name)


DUE = datetime(2027, 1, 31, 22, 59, tzinfo=UTC)


def test_plain_results_are_charged_for_lateness_too(tmp_path: Path) -> None:
    """By the same rule as under nbgrader, extensions first; what is late by an unknown time is not final."""
    settled = {name: Settled(handed_in=DUE + timedelta(days=1, hours=2)) for name in ("ada", "bob")}
    roster = Roster((Student("ada", extension=timedelta(days=1)), Student("bob")))
    terms = Terms(DUE, LatePolicy(percent_a_day=10), roster, settled)
    entries = {"ada": "ada_1_2_a.py", "bob": "bob_3_4_a.py", "eve": "eve_LATE_5_6_a.py"}
    handed_in = tuple(HandedIn(name, tmp_path, name, entry=entry) for name, entry in entries.items())
    reports = [samples.solved(name) for name in entries]
    known = record_hand_ins(tmp_path, Found("Canvas", handed_in), terms, reports)
    assert {name: (each.late_days, each.penalty) for name, each in known.items()} == {
        "ada": (1, pytest.approx(10)),
        "bob": (2, pytest.approx(20)),
        "eve": (0, 0),
    }
    whole = graded(tmp_path, *reports)
    assert {grade.student: (grade.score, grade.is_final) for grade in whole.grades} == {
        "ada": (pytest.approx(90), True),
        "bob": (pytest.approx(80), True),
        "eve": (100, False),
    }


def test_what_is_known_of_a_hand_in_comes_back(tmp_path: Path) -> None:
    """From its file; nothing is known where there is none."""
    hand_in = HandIn("Moodle", "1", "Ada_1_assignsubmission_file_", DUE.isoformat(), 60.0, 1, 2.5)
    write_hand_in(hand_in, tmp_path)
    assert read_hand_in(tmp_path) == hand_in
    assert hand_in.time == DUE
    assert read_hand_in(tmp_path / "nowhere") == HandIn()
