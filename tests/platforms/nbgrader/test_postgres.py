"""The gradebook in a PostgreSQL server, a real one: `make test-postgres` asks for this file by its name."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from nbgrader.api import Gradebook
from sqlalchemy.engine import make_url

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.nbgrader.gradebook import GradebookError, write_gradebook
from grader.platforms.nbgrader.grades import read_grades
from grader.platforms.nbgrader.marks import Mark, enter_marks
from grader.submissions.tables import Line

from ...unit.render import samples
from .postgres import PASSWORD, Server, free_port, running
from .statements import written

CELL = "data-batches_shuffle_samples"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of the module's own."""
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def empty(server: Server) -> str:
    """The name of a database with the lab's cells and no student: making its tables starts a program, for seconds."""
    write_gradebook(ASSIGNMENT, [], server.create("empty"))
    return "empty"


@pytest.fixture
def url(server: Server, empty: str, request: pytest.FixtureRequest) -> str:
    """A gradebook of the test's own."""
    return server.create(request.node.name[:60], empty)


def opened(url: str) -> Gradebook:
    """nbgrader's view of it."""
    return Gradebook(make_url(url).set(drivername="postgresql+psycopg"))


def test_it_holds_what_a_gradebook_in_a_file_holds(server: Server) -> None:
    """A database without tables gets them, then scores, faults and what waits for a person are those of the reports."""
    url = server.create("new")
    write_gradebook(ASSIGNMENT, [*samples.class_of_seven(), samples.hostile()], url)
    with opened(url) as gradebook:
        assert len(gradebook.students) == 8
        for report in samples.class_of_seven():
            submission = gradebook.find_submission(ASSIGNMENT.name, report.submission)
            assert submission.score == pytest.approx(report.score)
            assert submission.max_score == 100
            assert submission.needs_manual_grade == report.needs_attention


def test_a_second_run_writes_what_changed_and_keeps_what_a_person_entered(url: str) -> None:
    """The same reports write no row; a manual grade, extra credit and a penalty outlast a change of the score."""
    write_gradebook(ASSIGNMENT, [samples.untouched("ada"), samples.solved("grace")], url)
    with opened(url) as gradebook:
        grade = gradebook.find_grade(CELL, ASSIGNMENT.name, ASSIGNMENT.name, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.5, 0.5, False
        grade.notebook.late_submission_penalty = 3.0
        gradebook.db.commit()
    with written() as tables:
        write_gradebook(ASSIGNMENT, [samples.untouched("ada"), samples.solved("grace")], url)
    assert tables == []
    write_gradebook(ASSIGNMENT, [samples.solved("ada")], url)
    with opened(url) as gradebook:
        grade = gradebook.find_grade(CELL, ASSIGNMENT.name, ASSIGNMENT.name, "ada")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (4, 1.5, 0.5)
        assert (grade.needs_manual_grade, grade.notebook.late_submission_penalty) == (True, 3.0)
        assert gradebook.find_submission(ASSIGNMENT.name, "ada").score == 98


def test_writers_take_turns(url: str) -> None:
    """Two that enter the same new class at once: nothing is doubled, and neither fails."""
    reports = samples.class_of_seven()
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(write_gradebook, ASSIGNMENT, reports, url) for _ in range(2)]:
            done.result()
    with opened(url) as gradebook:
        assert len(gradebook.students) == 7
        for report in reports:
            assert gradebook.find_submission(ASSIGNMENT.name, report.submission).score == pytest.approx(report.score)


def test_a_gradebook_that_another_program_keeps_is_one_line(url: str) -> None:
    """Waiting has an end, and says so."""
    with psycopg.connect(url) as other:
        other.execute("UPDATE course SET id = id")
        with pytest.raises(GradebookError, match="cannot be written, another program is writing it") as caught:
            write_gradebook(ASSIGNMENT, [samples.solved()], f"{url}?options=-c%20lock_timeout%3D100")
    assert "\n" not in str(caught.value)


def test_a_server_that_is_away_is_one_line() -> None:
    """It names the gradebook and what to look at, and not the password."""
    with pytest.raises(GradebookError, match="check that the server is up") as caught:
        write_gradebook(ASSIGNMENT, [samples.solved()], Server(free_port()).url("course"))
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_database_that_is_not_there_is_one_line(server: Server) -> None:
    """The server's own reason is in it."""
    with pytest.raises(GradebookError, match='"missing" does not exist') as caught:
        write_gradebook(ASSIGNMENT, [samples.solved()], server.url("missing"))
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_points_that_a_person_gives_are_entered(url: str) -> None:
    """In place of the automatic score, with extra credit, and read again as final grades."""
    write_gradebook(ASSIGNMENT, [samples.solved("ada")], url)
    enter_marks(ASSIGNMENT, url, [Mark(Line(Path("marks.csv"), 2, {}), "ada", CELL, 1.5, 2.0, "")])
    (grade,) = read_grades(url, ASSIGNMENT.name)
    assert (grade.earned, grade.by_hand[0].points, grade.by_hand[0].extra) == (99.5, 1.5, 2.0)
