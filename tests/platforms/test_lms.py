"""Tables of grades for learning platforms, read back with a CSV reader."""

import csv
from dataclasses import replace
from io import StringIO

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.lms import FORMATS, changed_ids, table

from ..unit.render import samples

CLASS = samples.class_of_seven()


def read(format_name: str) -> list[list[str]]:
    return list(csv.reader(StringIO(table(ASSIGNMENT, CLASS, format_name))))


@pytest.mark.parametrize("format_name", FORMATS)
def test_scores_are_final_or_empty(format_name: str) -> None:
    """Everybody has a row; a score that a person has to decide is an empty cell and not a zero."""
    who, score = {"nbgrader": (3, 9), "canvas": (3, -1)}.get(format_name, (0, -1))
    scores = {row[who]: row[score] for row in read(format_name)}
    assert scores["ada"] == "100"
    assert scores["charles"] == "0"
    assert scores["grace"] == scores["kurt"] == ""
    assert float(scores["blaise"]) == pytest.approx(samples.struggling().score)


def test_columns_are_those_of_the_platforms() -> None:
    """What each import asks for."""
    assert read("nbgrader")[0][:4] == ["assignment", "duedate", "timestamp", "student_id"]
    assert read("canvas")[0][:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert read("canvas")[1] == ["Points Possible", "", "", "", "", "100"]
    assert read("moodle")[0] == ["Username", "Lab 5: autoencoders"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_no_cell_is_a_formula(format_name: str) -> None:
    """A name of a submission is text to a spreadsheet."""
    found = list(csv.reader(StringIO(table(ASSIGNMENT, [samples.solved("=1+1"), samples.hostile()], format_name))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in found for cell in row)


LOGIN = "o'brien@uni.edu"


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_login_leaves_as_the_same_login(format_name: str) -> None:
    """Whatever its submission and its folder are called."""
    report = replace(samples.solved("O'Brien, Bob_12"), student=LOGIN)
    found = list(csv.reader(StringIO(table(ASSIGNMENT, [report], format_name))))
    assert LOGIN in found[-1]
    assert changed_ids([report]) == []


def test_an_id_that_has_to_be_changed_is_named() -> None:
    """A spreadsheet must not take it for a formula, and nobody is to think that it would match."""
    reports = [replace(samples.solved(name), student=name) for name in ("=1+1", "+ada", "ada")]
    assert changed_ids(reports) == ["=1+1", "+ada"]


def test_ids_go_where_the_platform_looks_for_them() -> None:
    """Of Canvas' download into ID, of Moodle's into a grading worksheet."""
    report = replace(samples.solved("lovelaceada_101"), student="101")
    (*_, row) = csv.reader(StringIO(table(ASSIGNMENT, [report], "canvas", "Canvas")))
    assert row[:4] == ["lovelaceada_101", "101", "", ""]
    rows = list(csv.reader(StringIO(table(ASSIGNMENT, [report], "moodle", "Moodle"))))
    assert rows == [["Identifier", "Grade"], ["Participant 101", "100"]]


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_is_nobody_s_has_no_row(format_name: str) -> None:
    """A stray file of a class folder is named elsewhere."""
    text = table(ASSIGNMENT, [replace(samples.solved("lab05.ipynb"), student=""), samples.solved()], format_name)
    assert "lab05.ipynb" not in text
    assert "ada" in text
