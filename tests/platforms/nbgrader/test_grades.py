"""Final grades as nbgrader's own gradebook has them, held against nbgrader's exporter."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.final_grade import ByHand
from grader.core.hand_in import HandIn
from grader.core.lateness import LatePolicy
from grader.platforms.final_grades import GradebookNotNamed, class_of
from grader.platforms.lms import table
from grader.platforms.nbgrader.gradebook import GradebookError, decides, write_gradebook
from grader.platforms.nbgrader.grades import read_grades
from grader.platforms.nbgrader.marks import Mark, enter_marks
from grader.render.report_json import report_folder, write_report
from grader.render.results_folder import ResultsFolder
from grader.submissions.roster import Roster, Student
from grader.submissions.tables import Line
from grader.submissions.terms import Terms

from ...unit.render import samples

LAB = ASSIGNMENT.name
CELL = "data-batches_shuffle_samples"
DUE = datetime(2027, 1, 31, 22, 59, tzinfo=UTC)
ROSTER = Roster((Student("ada", "Ada Lovelace", "ada@uni.edu", extension=timedelta(days=1)),))
REPORTS = [samples.solved("ada"), samples.struggling("bob"), samples.grader_fault("grace")]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A gradebook with a late submission, a manual grade, extra credit and a comment, and one that waits."""
    url = f"sqlite:///{tmp_path_factory.mktemp('gradebook')}/gradebook.db"
    hand_ins = {
        "ada": HandIn(at=(DUE + timedelta(hours=30)).isoformat(), penalty=10.0),
        "bob": HandIn(at=DUE.isoformat()),
        "grace": HandIn(),
    }
    write_gradebook(ASSIGNMENT, REPORTS, url, hand_ins, Terms(DUE, LatePolicy(10), ROSTER))
    with Gradebook(url) as gradebook:
        gradebook.add_solution_cell("data-answer", LAB, LAB)
        notebook = gradebook.find_notebook(LAB, LAB)
        write_gradebook(ASSIGNMENT, [samples.solved("late-comer")], url)
        grade = gradebook.find_grade(CELL, LAB, LAB, "bob")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.5, 0.5, False
        gradebook.find_comment("data-answer", LAB, LAB, "late-comer").manual_comment = "Well done."
        assert notebook.name == LAB
        gradebook.db.commit()
    return url


def test_grades_are_those_that_nbgrader_exports(url: str, tmp_path: Path) -> None:
    """Raw score, penalty and score of everybody, and who it is."""
    with Gradebook(url) as gradebook:
        exporter = CsvExportPlugin()
        exporter.to = str(tmp_path / "stock.csv")
        exporter.export(gradebook)
    whole = class_of(ASSIGNMENT, tmp_path_of(url), url, ROSTER)
    (tmp_path / "ours.csv").write_text(table(whole, "nbgrader"))
    stock, ours = (
        {row["student_id"]: row for row in csv.DictReader((tmp_path / name).open())}
        for name in ("stock.csv", "ours.csv")
    )
    assert stock.keys() == ours.keys()
    for student in ("ada", "bob", "late-comer"):
        for column in ("raw_score", "late_submission_penalty", "score", "max_score"):
            assert float(ours[student][column]) == pytest.approx(float(stock[student][column]), abs=0.01)
        for column in ("timestamp", "last_name", "first_name", "email"):
            assert ours[student][column] == stock[student][column]
    assert ours["ada"]["score"] == "90"
    assert ours["grace"]["score"] == ""


def tmp_path_of(url: str) -> Path:
    """A folder of results beside the gradebook, with the records of the class."""
    out = Path(url.removeprefix("sqlite:///")).parent / "results"
    for report in REPORTS:
        write_report(report, report_folder(out, report.submission))
    return out


def test_what_a_person_gave_and_wrote_is_told(url: str) -> None:
    """With its cell; automatic scores and comments are not."""
    found = {grade.student: grade for grade in read_grades(url, LAB)}
    assert found["bob"].by_hand == (ByHand(CELL, 1.5, 4.0, 0.5),)
    assert found["bob"].earned == pytest.approx(samples.struggling().score - 4 + 1.5 + 0.5)
    assert found["late-comer"].by_hand == (ByHand("data-answer", comment="Well done."),)
    assert found["ada"].by_hand == ()
    assert [grade.student for grade in found.values() if not grade.is_final] == ["grace"]


def test_results_know_the_gradebook_that_decides(url: str, tmp_path: Path) -> None:
    """What they were entered into counts, and not their own records; a password is not kept, and asked for."""
    out = tmp_path_of(url)
    ResultsFolder(ASSIGNMENT, out, gradebook=decides(None, url)).seed(7)
    assert class_of(ASSIGNMENT, out, None, Roster()).grades == tuple(
        grade for grade in class_of(ASSIGNMENT, out, url, Roster()).grades
    )
    assert "late-comer" in {grade.student for grade in class_of(ASSIGNMENT, out, None, Roster()).grades}
    hidden = decides(None, "postgresql://ada:hunter2@host/course")
    ResultsFolder(ASSIGNMENT, out, gradebook=hidden).seed(7)
    assert "hunter2" not in (out / "run.json").read_text()
    with pytest.raises(GradebookNotNamed, match=r"postgresql://ada:\*\*\*@host/course: name it with --db"):
        class_of(ASSIGNMENT, out, None, Roster())
    ResultsFolder(ASSIGNMENT, out, gradebook=str(out / "course")).seed(7)
    with pytest.raises(
        GradebookNotNamed, match=r"was entered into the course .*course, which is gone: name one with --db"
    ):
        class_of(ASSIGNMENT, out, None, Roster())
    (out / "run.json").unlink()


def test_points_that_a_person_gave_make_the_gradebook_of_results_count(tmp_path: Path) -> None:
    """Until then the records speak for themselves."""
    report = samples.grader_fault("grace")
    write_report(report, report_folder(tmp_path, report.submission))
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    write_gradebook(ASSIGNMENT, [report], url)
    (before,) = class_of(ASSIGNMENT, tmp_path, None, Roster()).grades
    cell = "gaussian_vae-samples_match_parameters"
    enter_marks(ASSIGNMENT, url, [Mark(Line(tmp_path, 2, {}), "grace", cell, 2.0, None, "")])
    (after,) = class_of(ASSIGNMENT, tmp_path, None, Roster()).grades
    assert (before.earned, before.is_final) == (97, False)
    assert (after.earned, after.is_final, after.by_hand) == (99, True, (ByHand(cell, 2.0, 3.0),))


@pytest.mark.parametrize(
    ("address", "told"), [("sqlite:///{}/none.db", "there is no gradebook"), ("sqlite:///{}/text.db", "cannot be read")]
)
def test_a_gradebook_that_cannot_be_read_is_one_line(tmp_path: Path, address: str, told: str) -> None:
    """And none is made by looking for it."""
    (tmp_path / "text.db").write_text("not a database at all, and long enough to be looked at")
    with pytest.raises(GradebookError, match=told) as caught:
        read_grades(address.format(tmp_path), LAB)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["text.db"]


def test_an_assignment_that_is_not_there_is_named(url: str) -> None:
    """Another one may be in the same gradebook."""
    with pytest.raises(GradebookError, match="has no assignment 'lab06'"):
        read_grades(url, "lab06")
