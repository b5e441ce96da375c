"""Tables of grades for learning platforms, read back with a CSV reader."""

import csv
from io import StringIO

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.lms import FORMATS, table

from ..unit.render import samples

CLASS = samples.class_of_seven()


def read(format_name: str) -> list[list[str]]:
    return list(csv.reader(StringIO(table(ASSIGNMENT, CLASS, format_name))))


@pytest.mark.parametrize("format_name", FORMATS)
def test_scores_are_final_or_empty(format_name: str) -> None:
    """Everybody has a row; a score that a person has to decide is an empty cell and not a zero."""
    scores = {
        row[{"nbgrader": 3}.get(format_name, 0)]: row[{"nbgrader": 9}.get(format_name, -1)] for row in read(format_name)
    }
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
