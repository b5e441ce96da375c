"""Bonus points: beyond the total, and shown as such wherever points are shown."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import Report
from grader.core.points import total
from grader.course.reading import CourseError
from grader.engine.fingerprint import fingerprint
from grader.platforms.github import classroom50
from grader.platforms.gradescope.results import results_of
from grader.release.notebook import build_notebook
from grader.release.rubric import render_rubric
from grader.render.csv_export import write_grades
from grader.render.pages import student_page
from grader.render.report_json import read_report, write_report
from grader.render.terminal import plain_text
from tests.unit.render import samples

from . import course

LABELS = "classifier.learns_the_labels_it_is_given"  # 2 points in the lab
TEXT = f'bonus = ["pictures", "{LABELS}"]\n'  # 6 and 2 points


def solved() -> Report:
    """Everything right, in a course with 8 points of bonus."""
    ids = {check.id for check in course(TEXT).checks if check.bonus}
    whole = samples.solved("ada")
    return replace(whole, checks=tuple(replace(check, bonus=check.id in ids) for check in whole.checks))


def test_a_bonus_adds_nothing_to_the_total() -> None:
    """A part, or a check; `total` is that of all others, and a bonus has the points that it is given."""
    mine = course(f"{TEXT}[points]\ntotal = 46\npictures = 3\n")
    assert total(check.possible for check in mine.checks) == 46
    assert total(check.points for check in mine.checks if check.part == "pictures") == 3
    assert {check.part for check in mine.checks if check.bonus} == {"pictures", "classifier"}
    (labels,) = mine.select([LABELS])
    assert (labels.points, labels.possible, labels.bonus) == (2, 0, True)
    changed = [part for part in mine.part_names if fingerprint(course(TEXT), part) != fingerprint(ASSIGNMENT, part)]
    assert changed == ["pictures", "classifier"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('bonus = ["picture"]', "line 1: there is no part or check 'picture'; did you mean 'pictures'"),
        ('parts = ["vae"]\nbonus = ["vae"]', "line 2: all points would be a bonus"),
    ],
)
def test_a_bonus_that_cannot_be(text: str, said: str) -> None:
    """Is one line with its place."""
    with pytest.raises(CourseError, match=said):
        course(text)


def test_a_score_may_be_above_the_most(tmp_path: Path) -> None:
    """In the record, which comes back as it was, and in the table of grades."""
    report = solved()
    assert (report.score, report.max_score) == (100, 92)
    assert report.part_scores()["pictures"] == (6, 0)
    write_report(report, tmp_path)
    assert read_report(tmp_path).max_score == 92
    write_grades(ASSIGNMENT.part_names, [report], tmp_path / "grades.csv")
    assert '"100","92"' in (tmp_path / "grades.csv").read_text()


def test_readers_are_told_what_is_a_bonus() -> None:
    """On a student's page, in a terminal, on Gradescope and Classroom 50, of which the last knows no more than all."""
    report, mine = solved(), course(TEXT)
    page = student_page(mine, report)
    assert page.count(" bonus</span>") == 3
    assert "of 92 points" in page
    assert "4/4 bonus" in plain_text(mine, report.checks)
    told = results_of(mine, report)
    assert told["score"] == 100
    assert sum(test["name"].endswith("(bonus)") for test in told["tests"]) == 3
    run = dict.fromkeys(("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL"), "x")
    result = classroom50.result_of(mine, report, run, "")
    assert (result["score"], result["max-score"]) == (92, 92)


def test_what_is_handed_out_says_so() -> None:
    """The rubric, the notebook's table of points, and its cells, which nbgrader adds up."""
    mine = course(TEXT)
    assert f"| `{LABELS}` | 2 bonus |" in render_rubric(mine)
    assert "| all | 33 | 92 + 8 bonus |" in render_rubric(mine)
    notebook = nbformat.from_dict(build_notebook(mine, solutions=True))
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert total(cell.metadata.nbgrader.points for cell in cells) == 92
    assert "| pictures | 0 + 6 bonus |" in notebook.cells[0].source
    assert any("# 2 points, a bonus" in cell.source for cell in cells)
