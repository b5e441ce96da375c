"""Late work: nbgrader's own machinery and our rules give the same numbers, and what a person decided stays."""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import TraitError
from traitlets.config import Config

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.lateness import LatePolicy, late_penalty, seconds_late
from grader.course.finding import find_in_course
from grader.platforms.nbgrader.course_folder import course_config
from grader.platforms.nbgrader.gradebook import write_gradebook
from grader.platforms.nbgrader.late import DayByDay, EnterTerms, naive
from grader.platforms.nbgrader.session import SESSION

from ...unit.render import samples
from .courses import TESTS, configuration, make_course, report, solved, submit

LAB = ASSIGNMENT.name
DUE = datetime(2027, 1, 31, 22, 59, tzinfo=UTC)
POLICY = LatePolicy(percent_a_day=12.5, grace=timedelta(minutes=10))
DAY = timedelta(days=1)
CASES = [
    *((late, timedelta()) for late in (timedelta(), timedelta(minutes=10), timedelta(minutes=11), 20 * DAY)),
    *((late, DAY) for late in (DAY, 2 * DAY, 2 * DAY + timedelta(seconds=1))),
]


@pytest.fixture(scope="module")
def penalties(tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """What nbgrader's AssignLatePenalties enters for a submission of 67.5 points in each of the cases."""
    url = f"sqlite:///{tmp_path_factory.mktemp('gradebook')}/gradebook.db"
    students = [f"student{number}" for number in range(len(CASES))]
    write_gradebook(ASSIGNMENT, [samples.struggling(student) for student in students], url)
    config = Config({"AssignLatePenalties": {"plugin_class": DayByDay}})
    config.DayByDay = Config(percent_a_day=POLICY.percent_a_day, grace_minutes=10)
    step = AssignLatePenalties(config=config)
    with Gradebook(url) as gradebook:
        gradebook.find_assignment(LAB).duedate = naive(DUE)
        for student, (late, extension) in zip(students, CASES, strict=True):
            submission = gradebook.find_submission(LAB, student)
            submission.timestamp, submission.extension = naive(DUE + late), extension or None
        gradebook.db.commit()
    for student in students:
        names = {"notebook": LAB, "assignment": LAB, "student": student, "db_url": url}
        step.preprocess(new_notebook(), {"nbgrader": names})
    with Gradebook(url) as gradebook:
        return [gradebook.find_submission(LAB, student).late_submission_penalty for student in students]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_nbgrader_enters_what_the_rule_says(penalties: list[float], number: int) -> None:
    """The extension first, then lateness; one function behind both."""
    late, extension = CASES[number]
    score = samples.struggling().score
    expected = late_penalty(POLICY, score, seconds_late(DUE + late, DUE, extension))
    assert penalties[number] == pytest.approx(expected)
    assert penalties[number] <= score


def test_a_due_time_that_is_none_is_told() -> None:
    """When nbgrader starts, and not when the first submission is late."""
    with pytest.raises(TraitError, match=r"EnterTerms\.due should be a time such as 2027-01-31 23:59 UTC, got 'soon'"):
        EnterTerms(due="soon")


def test_what_course_toml_says_of_lateness_holds_under_nbgrader(tmp_path: Path) -> None:
    """The rule stands in the configuration that is written, and the due time is looked up where it names none."""
    (tmp_path / "course.toml").write_text(
        "due = 2027-01-31T23:59:00+01:00\n[late]\npercent_a_day = 12.5\ngrace_minutes = 10\n"
    )
    adapted = find_in_course(LAB, tmp_path)
    assert adapted.texts.late == POLICY
    written = course_config(adapted)
    assert "\nc.DayByDay.percent_a_day = 12.5\nc.DayByDay.grace_minutes = 10\n" in written
    assert "\nc.DayByDay.percent_a_day = 0\nc.DayByDay.grace_minutes = 0\n" in course_config(ASSIGNMENT)
    assert EnterTerms().due_of(LAB, tmp_path) == DUE
    assert EnterTerms(due="2027-02-01 12:00 UTC").due_of(LAB, tmp_path) == datetime(2027, 2, 1, 12, tzinfo=UTC)
    assert EnterTerms().due_of(LAB, tmp_path / "elsewhere") is None


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A course with a roster, a due time and a late policy; three handed in two days after that, one in time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/usr/bin:/bin")
        root = make_course(tmp_path_factory.mktemp("course"))
        (root / "roster.csv").write_text("login,name,extension\nada,Ada Lovelace,3 days\nbob,,1 day\neve,,\nkim,,\n")
        (root / "names.csv").write_text("name,login,handed_in\nkim,kim,2027-01-31 12:00\n")
        for student in ("ada", "bob", "eve", "kim"):
            submit(root, student, solved(root))
            submit(root, student, "2027-02-02 23:00:00 Europe/Berlin", "timestamp.txt")
        yield root


def graded(root: Path) -> list[str]:
    """Grade everybody with stock nbgrader's converter; what SQLAlchemy warned of."""
    config = configuration(root, cured=True)
    config.EnterTerms.due, config.EnterTerms.roster = "2027-01-31 23:59 Europe/Berlin", "roster.csv"
    config.DayByDay.percent_a_day = 10
    reports = [report(name) for name in ("ada", "bob", "eve", "kim")]
    with SESSION.handing_out(reports), warnings.catch_warnings(record=True) as caught:
        answer = NbGraderAPI(config=config).autograde(LAB, "*")
    assert answer["success"], answer
    return [str(warning.message) for warning in caught if "SAWarning" in warning.category.__name__]


def test_stock_nbgrader_charges_what_the_roster_and_the_policy_say(course: Path) -> None:
    """6 points: two days late cost 20 %, one after the extension 10 %, and within it nothing; a settled time counts."""
    assert graded(course) == []
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        penalties = {s.student.id: s.late_submission_penalty for s in gradebook.assignment_submissions(LAB)}
        ada = gradebook.find_student("ada")
        assert (ada.first_name, ada.last_name) == ("Ada", "Lovelace")
    assert penalties == pytest.approx({"ada": 0, "bob": 0.6, "eve": 1.2, "kim": 0})


def test_a_score_that_a_person_gave_is_flagged_only_where_there_is_news(course: Path) -> None:
    """Grading again changes nothing, so nothing has to be looked at again; another automatic score has to."""
    url, place = f"sqlite:///{course}/gradebook.db", (TESTS[0], LAB, LAB, "eve")
    graded(course)
    with Gradebook(url) as gradebook:
        grade = gradebook.find_grade(*place)
        grade.manual_score, grade.needs_manual_grade = 1.0, False
        gradebook.db.commit()
    for decide, flagged in ((lambda _: 1.0, False), (lambda _: 0.5, True)):
        with SESSION.handing_out([report("eve", decide)]):
            assert NbGraderAPI(config=configuration(course, cured=True)).autograde(LAB, "eve")["success"]
        with Gradebook(url) as gradebook:
            grade = gradebook.find_grade(*place)
            assert (grade.manual_score, grade.needs_manual_grade) == (1.0, flagged)
