"""Writes scores into nbgrader's own gradebook, where its formgrader and exporters find them."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.assignment import Assignment
from ...core.errors import UserError
from ...core.hand_in import HandIn
from ...core.outcomes import Outcome, Report, Status
from ...core.text import login
from ...submissions.terms import Terms
from .scores import Score, score_of

if TYPE_CHECKING:
    from nbgrader.api import Assignment as Entry
    from nbgrader.api import Gradebook, Notebook
    from sqlalchemy.engine import URL

ADDRESSES = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
TIMEOUTS = {  # seconds to wait for a gradebook that another program has locked, or for a server that does not answer
    "sqlite": {"timeout": "60"},
    "postgresql": {"connect_timeout": "10", "options": "-c lock_timeout=60s"},
}


class GradebookError(UserError):
    """A gradebook that cannot be written; the text is one line that names it, without its password."""

    status = 1


class AddressError(GradebookError):
    """No gradebook can be at this address, whatever was measured."""

    status = 2


def grade_id(check_id: str) -> str:
    """The name of a check's cell: nbgrader allows no dot in it, and no name of a part has a hyphen."""
    return check_id.replace(".", "-")


def write_gradebook(
    assignment: Assignment,
    reports: Sequence[Report],
    db_url: str,
    hand_ins: Mapping[str, HandIn] | None = None,
    terms: Terms | None = None,
) -> None:
    """Enter the automatic score of every check into the gradebook at `db_url`, made if it does not exist.

    The address is one of `ADDRESSES`. The student is the report's; what is nobody's is left out. A check that could not
    be measured, or a submission that could not be read, has no score and needs a manual grade. Scores that an
    instructor entered stay as they are and, as in nbgrader itself, are flagged for review where the automatic score has
    changed. hand_ins, by student, and terms: what else nbgrader keeps of a hand-in; left as it is without them. One
    transaction writes all of it or nothing, and one writer at a time. Raises GradebookError.
    """
    # Here and not at the top: both take seconds to import, which every other command would pay.
    from nbgrader.api import Gradebook, InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    url = address_of(db_url)
    try:
        _make_tables(with_timeouts(url))
        with Gradebook(with_timeouts(url)) as gradebook:
            _enter(gradebook, assignment, reports, hand_ins or {}, terms or Terms())
    except (SQLAlchemyError, InvalidEntry) as problem:
        reason = reason_of(problem)
        raise GradebookError(f"gradebook {url} cannot be written, {_advice(url, reason)}: {reason}") from problem


def decides(course: Path | None, db_url: str | None) -> str:
    """What a run into a course or the gradebook at `db_url` records of it, without a password; "" for neither."""
    return str(course.resolve()) if course else address_of(db_url).render_as_string() if db_url else ""


def address_of(db_url: str) -> "URL":
    """The address, if a gradebook can be there. Raises AddressError."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(db_url)
    except (ArgumentError, ValueError):  # none of its text is shown: a password may be anywhere in it
        raise AddressError(f"the address of the gradebook cannot be read, it should be {ADDRESSES}") from None
    backend = url.get_backend_name()
    if backend not in DRIVERS:
        raise AddressError(f"gradebook {url}: no gradebook can be there, its address should be {ADDRESSES}")
    if backend == "postgresql" and find_spec("psycopg") is None:
        raise AddressError(f"gradebook {url} needs psycopg: pip install 'autoencoder-lab[postgres]'")
    return url


def with_timeouts(url: "URL") -> "URL":
    """The address with its driver, and with timeouts where it has none."""
    backend = url.get_backend_name()
    timeouts = {name: value for name, value in TIMEOUTS[backend].items() if name not in url.query}
    return url.set(drivername=DRIVERS[backend]).update_query_dict(timeouts)


def reason_of(problem: Exception) -> str:
    """What the database itself says, in one line."""
    return " ".join(str(getattr(problem, "orig", None) or problem).split())[:200]


def _advice(url: "URL", reason: str) -> str:
    if "is full" in reason:
        return "make room and run again"
    if "locked" in reason or "lock timeout" in reason:
        return "another program is writing it, run again when that has ended"
    if url.get_backend_name() == "sqlite":
        return "move it away and run again"
    return "check that the server is up and the address is right"


def _make_tables(url: "URL") -> None:
    """Make what tables are missing, as `Gradebook` does, which starts a program to learn their version."""
    from nbgrader.api import Base
    from sqlalchemy import create_engine

    engine = create_engine(url)
    try:
        Base.metadata.create_all(engine)
    finally:
        engine.dispose()


def _enter(
    gradebook: "Gradebook",
    assignment: Assignment,
    reports: Sequence[Report],
    hand_ins: Mapping[str, HandIn],
    terms: Terms,
) -> None:
    from .late import enter_hand_ins
    from .rows import enter_scores, lock

    lock(gradebook.db, gradebook.course_id)
    _note_version(gradebook)
    entry, notebook = _declare(gradebook, assignment.name)
    points = {check.id: check.possible for report in reports for check in report.checks}
    points = points or {check.id: check.possible for check in assignment.checks}
    cells = _cells(gradebook, notebook, points, "code") | _cells(
        gradebook, notebook, assignment.question_cells, "markdown"
    )
    _declare_answers(gradebook, notebook, assignment.question_cells)
    scores = {login(each.student): _scores(each, cells) for each in reports if each.student}
    enter_scores(gradebook.db, entry, notebook, scores)
    enter_hand_ins(gradebook.db, notebook, hand_ins, terms)
    gradebook.db.commit()


def _note_version(gradebook: "Gradebook") -> None:
    """Note the version of new tables, without which `nbgrader db upgrade` would change them, where it is missing."""
    from nbgrader.api import Assignment as Entry
    from sqlalchemy import inspect, text

    is_new = gradebook.db.query(Entry).first() is None
    if is_new and not inspect(gradebook.db.connection()).has_table("alembic_version"):
        gradebook.db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        version = {"version": _version_of_tables()}
        gradebook.db.execute(text("INSERT INTO alembic_version (version_num) VALUES (:version)"), version)


def _version_of_tables() -> str | None:
    """The version that nbgrader's tables have now: the end of its chain of migrations."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    config = Config()
    config.set_main_option("script_location", ALEMBIC_DIR.replace("%", "%%"))
    return ScriptDirectory.from_config(config).get_current_head()


def _declare(gradebook: "Gradebook", name: str) -> "tuple[Entry, Notebook]":
    """The assignment and its one notebook, which has the same name, added where they are missing."""
    from nbgrader.api import Assignment as Entry
    from nbgrader.api import Notebook

    entry = gradebook.db.query(Entry).filter_by(name=name).one_or_none()
    if entry is None:
        entry = Entry(name, course_id=gradebook.course_id)
        gradebook.db.add(entry)
    for notebook in entry.notebooks:
        if notebook.name == name:
            return entry, notebook
    notebook = Notebook(name=name, assignment=entry)
    gradebook.db.add(notebook)
    gradebook.db.flush()  # gives it the id that its cells need
    return entry, notebook


def _cells(
    gradebook: "Gradebook", notebook: "Notebook", points: Mapping[str, int | float], kind: str
) -> dict[str, str]:
    """The id of every grade cell of the notebook by name, those in `points` added or brought up to date.

    A cell that is there already keeps whatever else is in it.
    """
    from nbgrader.api import GradeCell

    cells = {cell.name: cell for cell in gradebook.db.query(GradeCell).filter_by(notebook_id=notebook.id)}
    for check_id, most in points.items():
        name = grade_id(check_id)
        if name in cells:
            cells[name].max_score, cells[name].cell_type = float(most), kind
        else:
            cells[name] = GradeCell(name=name, notebook_id=notebook.id, max_score=most, cell_type=kind)
            gradebook.db.add(cells[name])
    gradebook.db.flush()
    return {name: cell.id for name, cell in cells.items()}


def _declare_answers(gradebook: "Gradebook", notebook: "Notebook", names: Iterable[str]) -> None:
    """Let a person comment on the answers in these cells, as `nbgrader generate_assignment` does."""
    from nbgrader.api import SolutionCell

    known = {cell.name for cell in gradebook.db.query(SolutionCell).filter_by(notebook_id=notebook.id)}
    gradebook.db.add_all(SolutionCell(name=name, notebook_id=notebook.id) for name in names if name not in known)
    gradebook.db.flush()


def _scores(report: Report, cells: Mapping[str, str]) -> dict[str, Score | None]:
    """Score of each cell that this report speaks about, None where it has to be given by hand; all, if none was run."""
    if not report.checks:
        return dict.fromkeys(cells.values())
    is_graded = report.status is Status.GRADED
    return {
        cells[grade_id(check.id)]: score_of(check) if is_graded and check.outcome is not Outcome.ERROR else None
        for check in report.checks
    }
