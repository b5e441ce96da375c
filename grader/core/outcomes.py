"""The records that everything is rendered from: what a check found, and what a submission is worth.

Frozen, made of plain values, and independent of how a submission was measured. `codec` writes and reads them.
"""

import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from .codec import Finite, JsonObject, Number, Pixels, Whole
from .points import total
from .versions import grader_version, version_of

Points = Annotated[Finite, Field(ge=0)]


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
    """Grey values measured from a submission: float32 (height, width) in [0, 1], with a caption for readers.

    In a report `file` is the name of a PNG file beside it.
    """

    name: str
    caption: str
    pixels: Pixels


@dataclass(frozen=True)
class Missed:
    """A threshold that a failed check missed, and the odds of that for a right solution.

    side: "at most" or "at least" the limit. odds: the share of gradings in which a right solution measures this or
    worse; 1e-6 stands for all that is less, and None for what was not calibrated.
    """

    quantity: str
    side: str
    limit: Finite
    measured: Finite
    odds: Finite | None = None


@dataclass(frozen=True)
class CheckResult:
    """One check of one submission. `score` lies in [0, points]; `seconds` is wall-clock time.

    code: of the cause, set exactly where the check failed. template, parameters: what the message is made from, but for
    what concerns this submission alone. recorded: quantities that were compared with a threshold, by its name. missed:
    those on the wrong side of it, where the check failed. bonus: whether its points come on top of the total.
    """

    id: str
    part: str
    points: Annotated[Number, Field(ge=0)]
    score: Points
    outcome: Outcome
    message: str
    hint: str = ""
    code: str = ""
    template: str = ""
    parameters: JsonObject = field(default_factory=dict)
    evidence: JsonObject = field(default_factory=dict)
    seconds: Finite = 0.0
    pictures: tuple[Picture, ...] = ()
    recorded: dict[str, float] = field(default_factory=dict)
    missed: tuple[Missed, ...] = ()
    bonus: bool = False

    @property
    def possible(self) -> int | float:
        """What it adds to the total: nothing where its points are a bonus."""
        return 0 if self.bonus else self.points


@dataclass(frozen=True)
class LeftOut:
    """A part of what was handed in that is not graded: where it stands, and why."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where} was left out: {self.why}"


def now() -> str:
    """The present moment in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Provenance:
    """When a submission was graded (UTC, ISO 8601, to the second), and what its result depends on besides the seed.

    aelab, python, tensorflow: versions. calibration: the version of the thresholds. submission_sha256: a digest of what
    was handed in, "" where it could not be read. code_sha256: a digest of all of ours that the results depend on, and
    of the versions of Python and its packages; "" in records of versions that had none.
    """

    at: str
    aelab: str
    calibration: str
    python: str
    tensorflow: str
    submission_sha256: str
    code_sha256: str = ""

    @classmethod
    def here(cls, *, at: str, calibration: str, submission_sha256: str, code_sha256: str = "") -> "Provenance":
        """What was graded at that time with the versions that are installed here. TensorFlow is not imported."""
        return cls(
            at=at,
            aelab=grader_version(),
            calibration=calibration,
            python=platform.python_version(),
            tensorflow=version_of("tensorflow"),
            submission_sha256=submission_sha256,
            code_sha256=code_sha256,
        )


@dataclass(frozen=True, kw_only=True)
class Report:
    """One submission: its checks and the circumstances under which they were measured.

    student: who handed it in. attempt: which of theirs, from 1. points_by_hand: what a person added, None before that.
    left_out: what was handed in and is not graded. message: why a submission is unreadable, what was left out of it, or
    what went wrong on our side. seconds: of wall-clock time, that its checks took.
    """

    submission: str
    student: str
    attempt: Annotated[Whole, Field(ge=1)] = 1
    assignment: str
    graded: Provenance
    left_out: tuple[LeftOut, ...] = ()
    points_by_hand: Finite | None = None
    isolation: str
    seed: Whole
    seconds: Finite
    status: Status
    message: str = ""
    checks: tuple[CheckResult, ...]
    stdout: str = ""  # what the submission printed, for display only; kept beside the record, not in it
    stderr: str = ""

    @property
    def score(self) -> float:
        """Points earned."""
        return float(total(check.score for check in self.checks))

    @property
    def max_score(self) -> int | float:
        """Points of all checks of the lab that are measured, without bonuses: a score may be above it."""
        return total(check.possible for check in self.checks)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said of the submission as a whole: its message, and what was left out."""
        return (*filter(None, [self.message]), *map(str, self.left_out))

    @property
    def needs_attention(self) -> bool:
        """Whether an instructor should look: something is not the student's doing, or could not be read."""
        return self.status is not Status.GRADED or any(c.outcome is Outcome.ERROR for c in self.checks)

    def part_scores(self) -> dict[str, tuple[float, int | float]]:
        """For each part, the points earned and the points there are, in the order of the lab."""
        scores: dict[str, tuple[float, int | float]] = {}
        for check in self.checks:
            earned, possible = scores.get(check.part, (0.0, 0))
            scores[check.part] = (earned + check.score, total((possible, check.possible)))
        return scores
