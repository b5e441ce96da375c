"""What a student gets in the end: points with those given by hand, less what lateness costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ByHand:
    """What a person gave for a question or a check: its name in the gradebook, points, extra credit, a comment.

    points: None where the automatic score stayed.
    """

    name: str
    points: float | None = None
    possible: float = 0.0
    extra: float = 0.0
    comment: str = ""


@dataclass(frozen=True)
class FinalGrade:
    """One student's grade. student: the login. own_id: the platform's own number, "" where it has none.

    label: for readers. earned: with what was given by hand and as extra credit, before the penalty. is_final: whether
    nobody has to decide anything any more.
    """

    student: str
    label: str
    earned: float
    possible: float
    penalty: float = 0.0
    is_final: bool = True
    own_id: str = ""
    handed_in: datetime | None = None
    by_hand: tuple[ByHand, ...] = ()

    @property
    def score(self) -> float:
        """What counts, as nbgrader computes it."""
        return max(0.0, self.earned - self.penalty)


def not_final(grades: Sequence[FinalGrade]) -> list[str]:
    """Whose grade still waits for a person, for readers."""
    return [grade.label for grade in grades if not grade.is_final]
