"""The terms of a class: who is on its roster, when its work is due, and what lateness costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import repeat, zip_longest
from pathlib import Path

from ..core.attempts import Attempt, Counts, counting
from ..core.course_texts import CourseTexts
from ..core.hand_in import HandIn
from ..core.lateness import LatePolicy, days_late, late_penalty, seconds_late
from ..core.outcomes import Report, Status
from .finding import NBGRADER, Found
from .handed_in import HandedIn
from .roster import Roster, read_roster
from .times import handed_in_at, is_called_late
from .whose import NAMES, Doubt, Settled, matched, read_names


@dataclass(frozen=True)
class Terms:
    """due: in UTC, None for never. attempt: which of several counts. settled: see `read_names`.

    times_of_files: whether these count where nothing else is known.
    """

    due: datetime | None = None
    policy: LatePolicy = field(default_factory=LatePolicy)
    roster: Roster = field(default_factory=Roster)
    settled: Mapping[str, Settled] = field(default_factory=dict)
    times_of_files: bool = False
    attempt: Counts = Counts.LAST

    def match(self, found: Found) -> tuple[Found, tuple[Doubt, ...]]:
        """The submissions with the logins of the roster, and what is doubtful; without a roster as they were.

        The folders of an nbgrader course are called after logins, by which its gradebook knows everybody: they stay.
        """
        if not self.roster.students:
            return found, ()
        if found.platform == NBGRADER:
            strangers = (each for each in found.submissions if each.student not in self.roster.by_login)
            return found, tuple(Doubt(each.name, ()) for each in strangers if each.student)
        people = matched(found.submissions, found.platform, self.roster, self.settled)
        return replace(found, submissions=people.submissions), people.doubts

    def hand_in(self, handed_in: HandedIn, platform: str, score: float) -> HandIn:
        """What is known of a hand-in beside its content, which earned `score` points."""
        time = handed_in_at(handed_in, platform, self.settled, of_files=self.times_of_files)
        late = seconds_late(time, self.due, self.roster.of(handed_in.student).extension)
        return HandIn(
            platform=platform,
            own_id=handed_in.own_id or handed_in.student,
            entry=handed_in.entry,
            at=time.isoformat(timespec="seconds") if time else "",
            seconds_late=late,
            late_days=days_late(self.policy, late),
            penalty=late_penalty(self.policy, score, late),
            is_late_unknown=self.due is not None and time is None and is_called_late(handed_in, platform),
        )

    def counting(self, handed_in: HandedIn, platform: str, reports: Sequence[Report] = ()) -> HandedIn:
        """The attempt that counts. reports: on each attempt, in their order, where the best one does."""
        scores = [report.score for report in reports] or [0.0] * len(handed_in.attempts)
        known = [self.hand_in(*each) for each in zip(handed_in.attempts, repeat(platform), scores, strict=False)]
        final = [_final(each, report) for each, report in zip_longest(known, reports)]
        found = [
            Attempt(each.late_days > 0 or each.is_late_unknown, score) for each, score in zip(known, final, strict=True)
        ]
        return handed_in.attempts[counting(found, self.attempt)]


def _final(hand_in: HandIn, report: Report | None) -> float | None:
    """What an attempt is worth; None where a person has to look, and less than nothing where nobody can read it."""
    if report is None or report.status is Status.UNREADABLE:
        return -1.0
    return None if report.needs_attention else report.score - hand_in.penalty


def terms_of(roster: Path | None, texts: CourseTexts | None = None, *, times_of_files: bool = False) -> Terms:
    """The terms with the roster in this file, what names.csv beside it settles, and what the course says.

    Raises TableError and OSError.
    """
    people = read_roster(roster) if roster else Roster()
    settled = read_names(roster.with_name(NAMES), people) if roster else {}
    said = texts or CourseTexts()
    return Terms(said.due, said.late, people, settled, times_of_files, said.attempt)
