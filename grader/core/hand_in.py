"""The circumstances of a hand-in, beside what was measured: where it came from, when, and what lateness cost."""

from dataclasses import dataclass
from datetime import datetime

from .codec import Finite, Whole


@dataclass(frozen=True)
class HandIn:
    """platform: whose names the class folder had. own_id: its id of the student. entry: what lay there.

    at: when, UTC in ISO 8601, "" if not known. late_days: as the late policy counts them. penalty: the points that it
    took off. is_late_unknown: whether the platform calls it late and nothing says how late.
    """

    platform: str = ""
    own_id: str = ""
    entry: str = ""
    at: str = ""
    seconds_late: Finite = 0.0
    late_days: Whole = 0
    penalty: Finite = 0.0
    is_late_unknown: bool = False

    @property
    def time(self) -> datetime | None:
        """When it was handed in; None where that is not known."""
        try:
            return datetime.fromisoformat(self.at)
        except ValueError:  # "", or a file that somebody edited
            return None
