"""What a course tells its students in its own words, beside what the lab says."""

from dataclasses import dataclass, field
from datetime import datetime

from .attempts import Counts
from .language import SOURCE
from .lateness import LatePolicy


@dataclass(frozen=True)
class CourseTexts:
    """Texts of a course, each "" where it has none.

    greeting: above a student's results and in the bundle. contact: whom to ask. hand_in: how to hand in. lateness: what
    late work loses, and which of several hand-ins counts; late and attempt, these rules. logo: an image as the address
    of an <img>, which holds all of it. due: with its offset from UTC. language: of all that students read, as one of
    `languages`; the course's own texts are in it.
    """

    greeting: str = ""
    contact: str = ""
    hand_in: str = ""
    lateness: str = ""
    logo: str = ""
    due: datetime | None = None
    language: str = SOURCE
    late: LatePolicy = field(default_factory=LatePolicy)
    attempt: Counts = Counts.LAST

    @property
    def due_text(self) -> str:
        """When it is due, for readers: 2027-05-03 23:59 (UTC+02:00)."""
        moment = self.due.isoformat(" ", "minutes") if self.due else ""
        return f"{moment[:16]} (UTC{moment[16:]})" if moment else ""
