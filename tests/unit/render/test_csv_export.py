"""`grades.csv`, read back as a spreadsheet or a learning platform would."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import Report
from grader.render.csv_export import FIRST_COLUMNS, cell, write_grades

from . import samples


def rows(reports: tuple[Report, ...], folder: Path) -> list[dict[str, str]]:
    """The rows of the file, by column name."""
    write_grades(ASSIGNMENT.part_names, reports, folder / "grades.csv")
    with (folder / "grades.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_one_row_a_submission_and_one_column_a_part(tmp_path: Path) -> None:
    """By name, the parts in the order of the lab, the points of the parts adding up to the score."""
    table = rows(samples.class_of_seven(), tmp_path)
    assert list(table[0]) == [*FIRST_COLUMNS, *ASSIGNMENT.part_names]
    assert [row["submission"] for row in table] == ["ada", "blaise", "charles", "emmy", "grace", "kurt", "sophie"]
    blaise = table[1]
    assert (blaise["score"], blaise["max_score"], blaise["seed"]) == ("67.5", "100", str(samples.SEED))
    assert sum(float(blaise[part]) for part in ASSIGNMENT.part_names) == 67.5


def test_a_grade_that_is_not_final_is_no_number(tmp_path: Path) -> None:
    """Neither an unreadable submission nor a fault of the grader's is imported as a zero."""
    by_name = {row["submission"]: row for row in rows(samples.class_of_seven(), tmp_path)}
    assert by_name["kurt"]["status"] == "unreadable"
    assert {by_name["kurt"][key] for key in ("score", *ASSIGNMENT.part_names)} == {""}
    assert (by_name["grace"]["score"], by_name["grace"]["gaussian_vae"]) == ("", "")
    assert by_name["grace"]["data"] == "6"


def test_a_student_is_there_under_the_very_login(tmp_path: Path) -> None:
    """Whatever the submission is called."""
    (row,) = rows((replace(samples.solved("O'Brien_12"), student="o'brien@uni.edu"),), tmp_path)
    assert (row["submission"], row["student"]) == ("O'Brien_12", "o'brien@uni.edu")


STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u202e=", "\x1b[0m=", "\n@", "\x00-", "＝", "＋", "－", "＠"]


@pytest.mark.parametrize("start", STARTS)
def test_no_cell_is_a_formula(start: str, tmp_path: Path) -> None:
    """An apostrophe stands before it, also where the sign is only first once invisible characters are gone."""
    (row,) = rows((samples.solved(f"{start}1+1"),), tmp_path)
    assert row["submission"].startswith("'")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", '"', '";'])
def test_no_separator_in_a_name_begins_a_cell(separator: str, tmp_path: Path) -> None:
    """A spreadsheet that splits at another sign than the comma sees the name in one pair of quotes as well."""
    write_grades(ASSIGNMENT.part_names, (samples.solved(f"ada{separator}=1+1"),), tmp_path / "grades.csv")
    line = (tmp_path / "grades.csv").read_text().splitlines()[1]
    quoted = re.match(r'"((?:[^"]|"")*)",', line)
    assert quoted is not None
    assert quoted[1].replace('""', '"') == cell(f"ada{separator}=1+1")


def test_a_long_name_is_cut(tmp_path: Path) -> None:
    """A cell has at most 200 characters."""
    (row,) = rows((samples.solved("x" * 10_000),), tmp_path)
    assert len(row["submission"]) == 200


@pytest.mark.parametrize("text", [*samples.HOSTILE, "".join(samples.HOSTILE), 'a"b,c\nd'])
def test_a_hostile_name_stays_one_cell_on_one_line(text: str, tmp_path: Path) -> None:
    """Quotes, commas and line breaks in a name make neither rows nor columns."""
    (row,) = rows((samples.solved(text),), tmp_path)
    assert row["submission"] == cell(text)
    assert None not in row
    assert (tmp_path / "grades.csv").read_text().count("\n") == 2


def test_the_order_of_grading_does_not_show(tmp_path: Path) -> None:
    """The same class gives the same bytes."""
    write_grades(ASSIGNMENT.part_names, samples.class_of_seven(), tmp_path / "a.csv")
    write_grades(ASSIGNMENT.part_names, samples.class_of_seven()[::-1], tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_class_without_submissions_has_a_heading(tmp_path: Path) -> None:
    """The file is there, and empty but for the columns."""
    assert rows((), tmp_path) == []
