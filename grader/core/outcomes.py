"""The records that everything is rendered from: what a check found, and what a submission is worth.

Frozen, made of plain values, and independent of how a submission was measured.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

SCHEMA = 1


class Outcome(StrEnum):
    """What became of a check. `ERROR` is the grader's own fault and never costs a student points silently."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_IMPLEMENTED = "not_implemented"
    ERROR = "error"


class Status(StrEnum):
    """What became of a submission: measured, not readable as a submission, or the grader failed."""

    GRADED = "graded"
    UNREADABLE = "unreadable"
    ERROR = "error"


@dataclass(frozen=True)
class Picture:
    """Grey values measured from a submission: float32 (height, width) in [0, 1], with a caption for readers."""

    name: str
    caption: str
    pixels: np.ndarray


@dataclass(frozen=True)
class CheckResult:
    """One check of one submission. `score` lies in [0, points]; `seconds` is wall-clock time."""

    id: str
    part: str
    points: int
    score: float
    outcome: Outcome
    message: str
    hint: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    pictures: tuple[Picture, ...] = ()
    noted: dict[str, float] = field(default_factory=dict)  # quantities that were compared with a bar, by its name


@dataclass(frozen=True)
class Report:
    """One submission: its checks and the circumstances under which they were measured."""

    submission: str
    status: Status
    checks: tuple[CheckResult, ...]
    isolation: str
    seed: int
    seconds: float
    message: str = ""  # why a submission is unreadable, or what went wrong on our side
    stdout: str = ""  # what the submission printed, for display only; kept beside the record, not in it
    stderr: str = ""
    calibration: str = ""  # the version of the thresholds

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(check.score for check in self.checks)

    @property
    def max_score(self) -> int:
        """Points of all checks of the lab that are measured."""
        return sum(check.points for check in self.checks)

    @property
    def needs_attention(self) -> bool:
        """Whether an instructor should look: something is not the student's doing, or could not be read."""
        return self.status is not Status.GRADED or any(c.outcome is Outcome.ERROR for c in self.checks)

    def part_scores(self) -> dict[str, tuple[float, int]]:
        """For each part, the points earned and the points there are, in the order of the lab."""
        scores: dict[str, tuple[float, int]] = {}
        for check in self.checks:
            earned, possible = scores.get(check.part, (0.0, 0))
            scores[check.part] = (earned + check.score, possible + check.points)
        return scores
