"""How a check says no: exceptions that carry what was expected, what was measured, and one next step.

Every comparison here is written so that NaN fails it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Evidence:
    """The two sides of a comparison, as plain values that a report can show."""

    expected: Any
    measured: Any


class Failed(Exception):
    """A submission does not do what a check claims. `credit` in [0, 1] is the share of the points it earns."""

    def __init__(self, message: str, hint: str = "", evidence: Evidence | None = None, credit: float = 0.0):
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.evidence = evidence
        self.credit = credit


class Diverged(Failed):
    """Numbers that are not finite came back, as they do after a training with steps that are too long."""


class NotImplementedYet(Exception):
    """The check ran into an untouched stub; the text names the task."""


class GraderFault(Exception):
    """Something of ours went wrong. It is reported to the instructor and never costs a student points."""


class SubmissionDied(BaseException):
    """The process of a submission is gone or was ended.

    Not an Exception, so that Hypothesis does not try to shrink the example it happened in.
    """


def that(condition: Any, message: str, hint: str = "", expected: Any = None, measured: Any = None) -> None:
    """Raise Failed unless `condition` holds."""
    if not bool(condition):
        evidence = None if expected is None and measured is None else Evidence(expected, measured)
        raise Failed(message, hint, evidence)


def finite(array: np.ndarray, what: str) -> None:
    """Raise Diverged if `array` holds NaN or an infinity."""
    bad = int(array.size - np.isfinite(array).sum())
    if bad:
        raise Diverged(
            f"{what} holds {bad} of {array.size} values that are not finite.",
            "Look for a logarithm of 0, a division by 0 or a diverging training.",
            Evidence("finite numbers", f"{bad} values are NaN or infinite"),
        )


def finite_losses(losses: np.ndarray) -> None:
    """Raise Diverged at the first loss of a training (steps,) that is NaN or infinite."""
    fine = np.isfinite(losses)
    if not fine.all():
        raise Diverged(
            f"The training diverges: the loss of step {int(np.argmin(fine)) + 1} of {len(losses)} is not finite.",
            "Look for a logarithm of 0, a division by 0, or steps that are too long.",
            Evidence("finite losses", f"{int(fine.sum())} of {len(losses)} are finite"),
        )


def close(measured: np.ndarray, expected: np.ndarray, tolerance: float) -> bool:
    """Whether two arrays of one shape differ by at most `tolerance` anywhere; NaN is close to nothing."""
    return bool(measured.shape == expected.shape and np.all(np.abs(measured - expected) <= tolerance))


def rounded(value: float, digits: int = 4) -> float:
    """`value` to so many significant digits, so that reports of equal runs are equal byte for byte."""
    return float(f"{float(value):.{digits}g}")


def not_an_answer(what: str) -> Failed:
    """An honest harness never answers like this, so it is the submission's doing."""
    return Failed(f"The submission's process answered with {what}.", "Leave the grader's own objects alone.")
