"""Questions that a person grades: an empty cell for students, rubric and model answer for the instructor alone."""

import re
from dataclasses import replace

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import determine_grade

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.course.reading import CourseError
from grader.platforms.nbgrader.generate import NameTasks
from grader.release.bundle import bundle_files
from grader.release.notebook import render_notebook
from grader.release.questions import model_answers
from grader.release.solutions import SourceError

from ..course import course

ASKED = course("[questions]\nvae = 2.5\ndata = 1")


def cells(assignment: Assignment, *, solutions: bool) -> list[NotebookNode]:
    notebook = nbformat.reads(render_notebook(assignment, solutions=solutions), as_version=4)
    MetadataValidator().validate_nb(notebook)
    return list(notebook.cells)


def answers(of: list[NotebookNode]) -> dict[str, NotebookNode]:
    """The cells that nbgrader has a person grade."""
    marks = {cell.id: cell.metadata.get("nbgrader", {}) for cell in of}
    return {cell.id: cell for cell in of if marks[cell.id].get("grade") and marks[cell.id].get("solution")}


@pytest.mark.parametrize("solutions", [True, False])
def test_a_question_with_points_has_a_cell_for_the_answer(solutions: bool) -> None:
    """It follows the text of the question, and is graded by hand; questions without points stay text."""
    every = cells(ASKED, solutions=solutions)
    found = answers(every)
    assert {name: cell.metadata.nbgrader.points for name, cell in found.items()} == {
        "data-question": 1,
        "vae-question": 2.5,
    }
    for cell in found.values():
        assert (cell.cell_type, cell.metadata.nbgrader.locked) == ("markdown", False)
        assert every[every.index(cell) - 1].source.startswith("**Question.**")
    assert answers(cells(ASSIGNMENT, solutions=solutions)) == {}
    assert "| questions, which a person grades | 3.5 |\n| all | 103.5 |" in every[0].source


def test_the_self_check_still_follows_the_last_task() -> None:
    """An answer in words is none."""
    names = [cell.id for cell in cells(ASKED, solutions=False)]
    assert names.index("vae-self-check") < names.index("vae-question") < names.index("vae-checks")


def test_an_empty_answer_is_worth_nothing_and_any_other_waits_for_a_person() -> None:
    """By nbgrader's own rule, as the cell has its checksum."""
    cell = answers(cells(ASKED, solutions=False))["vae-question"]
    assert cell.source == "*Your answer, for 2.5 points: write it here, in place of this line.*"
    assert determine_grade(cell) == (0, 2.5)
    cell.source = "Yes, somewhat."
    assert determine_grade(cell) == (None, 2.5)


def test_model_answers_are_in_the_instructors_notebook_alone() -> None:
    """With the rubric; and nbgrader, which makes the students' notebook of it, leaves the same as we do."""
    shown = answers(cells(ASKED, solutions=True))
    known = model_answers(ASKED)
    assert list(known) == list(ASSIGNMENT.part_names)
    for name, cell in shown.items():
        assert cell.source.endswith(known[name.partition("-")[0]])
        assert "**Rubric.**" in cell.source
        cleared, _ = NameTasks().preprocess_cell(
            cell, {"language": "python", "nbgrader": {"assignment": ASKED.name}}, 0
        )
        assert cleared.source == answers(cells(ASKED, solutions=False))[name].source
    texts = b"\n".join(bundle_files(ASKED).values()).decode(errors="ignore")
    sentences = [line for text in known.values() for line in re.findall(r"^\w.{60,}$", text, re.MULTILINE)]
    assert len(sentences) > 20
    assert [line for line in sentences if line in texts] == []


def test_points_for_what_is_not_asked_are_told() -> None:
    """A part that is not there, with the line; a part without a question, when it is handed out."""
    with pytest.raises(CourseError, match=r"line 2: there is no part 'vea'; did you mean 'vae'\?"):
        course("[questions]\nvea = 2")
    with pytest.raises(CourseError, match=r"line 2: points have at most two decimals, got 0\.125"):
        course("[questions]\nvae = 0.125")
    silent = {f"{name}.py": "# %%\nx = 1\n" for name in ASSIGNMENT.part_names}
    with pytest.raises(SourceError, match=r"^data\.py: course\.toml gives its question points, and it has none"):
        render_notebook(replace(ASSIGNMENT, questions={"data": 1}), silent, solutions=False)
