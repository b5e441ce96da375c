"""Late work under nbgrader: due time and extensions enter its gradebook, and its own plugin interface asks the penalty.

nbgrader counts the seconds after due time and extension, and its AssignLatePenalties enters what the plugin says.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, Notebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy import select
from sqlalchemy.orm import Session
from traitlets import Float, TraitError, Unicode, validate

from ...core.course_texts import CourseTexts
from ...core.hand_in import HandIn
from ...core.lateness import LatePolicy, late_penalty
from ...course.finding import find_in_course
from ...submissions.terms import Terms, terms_of
from ...submissions.times import parsed_stamp


class DayByDay(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Takes a share of the points that were earned for each day of lateness that has begun."""

    percent_a_day = Float(0, help="Of the points that were earned, for each day that has begun.").tag(config=True)
    grace_minutes = Float(0, help="Work that is no later than this is not late.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:  # noqa: ARG002
        """The points to take off."""
        policy = LatePolicy(self.percent_a_day, timedelta(minutes=self.grace_minutes))
        return late_penalty(policy, score, total_seconds_late)


class EnterTerms(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Comes before AssignLatePenalties: enters what this student's penalty depends on, where it is configured."""

    due = Unicode("", help="When the assignment is due, such as 2027-01-31 23:59 Europe/Berlin.").tag(config=True)
    roster = Unicode("", help="The roster with the extensions, in the course folder or elsewhere.").tag(config=True)

    @validate("due")  # type: ignore[untyped-decorator]  # as nbgrader, traitlets has no types
    def _valid_due(self, proposal: Any) -> str:
        if proposal.value and parsed_stamp(proposal.value) is None:
            raise TraitError(f"EnterTerms.due should be a time such as 2027-01-31 23:59 UTC, got {proposal.value!r}")
        return str(proposal.value)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook as it is."""
        names = resources["nbgrader"]
        root = Path(CourseDirectory(parent=self).root)
        terms = terms_of(
            root / self.roster if self.roster else None, CourseTexts(due=self.due_of(names["assignment"], root))
        )
        with Gradebook(names["db_url"]) as gradebook:
            enter_terms(gradebook.find_submission(names["assignment"], names["student"]), terms)
            gradebook.db.commit()
        return nb, resources

    def due_of(self, assignment: str, root: Path) -> datetime | None:
        """When the assignment is due, as configured, or else as the course in `root` has it."""
        return parsed_stamp(self.due) if self.due else find_in_course(assignment, root).texts.due


def enter_terms(submission: SubmittedAssignment, terms: Terms) -> None:
    """Enter due time, extension and name into nbgrader's record; what the terms do not say stays as it is."""
    student = terms.roster.by_login.get(submission.student.id)
    if terms.due:
        submission.assignment.duedate = naive(terms.due)
    if student:
        submission.extension = student.extension or None
        submission.student.first_name, submission.student.last_name = student.first_and_last
        submission.student.email = student.mail or None
    said = terms.settled.get(submission.student.id)
    if said and said.handed_in:
        submission.timestamp = naive(said.handed_in)


def enter_hand_ins(session: Session, notebook: Notebook, hand_ins: Mapping[str, HandIn], terms: Terms) -> None:
    """Enter times, penalties and what the terms say of everybody in `hand_ins`, by login. Nothing is committed."""
    if not (terms.due or terms.roster.students or any(hand_in.at for hand_in in hand_ins.values())):
        return
    query = select(SubmittedNotebook, SubmittedNotebook.score, SubmittedAssignment).join(SubmittedAssignment)
    for here, score, submission in session.execute(query.where(SubmittedNotebook.notebook_id == notebook.id)):
        hand_in = hand_ins.get(submission.student_id)
        if hand_in is None:
            continue
        if hand_in.time:
            submission.timestamp = naive(hand_in.time)
        enter_terms(submission, terms)
        if terms.due:
            here.late_submission_penalty = late_penalty(terms.policy, score, submission.total_seconds_late) or None


def naive(time: datetime) -> datetime:
    """The same time as nbgrader's tables hold it: in UTC, and without saying so."""
    return time.astimezone(UTC).replace(tzinfo=None)
