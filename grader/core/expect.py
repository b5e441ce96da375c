"""How a check says no: exceptions that carry the code of a cause, what was expected, what was measured, one next step.

Every comparison here is written so that NaN fails it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")


@dataclass(frozen=True)
class Evidence:
    """The two sides of a comparison, as plain values that a report can show."""

    expected: Any
    measured: Any


def filled(template: str, parameters: Mapping[str, Any]) -> str:
    """A template of a message with its parameters. They are values: a brace in one of them is a brace."""
    return template.format(**parameters).strip()


class _Caused:
    """The cause of a failure: its code, and the template and the parameters that its message is made from."""

    def __init__(self, code: str, template: str, parameters: Mapping[str, Any]):
        if not CODE.fullmatch(code):
            raise ValueError(f"{code!r} is no code of a failure: it must be a dotted lower-case name")
        plain = {name: v.item() if isinstance(v, np.generic) else v for name, v in parameters.items()}
        self.code, self.template, self.parameters = code, template, plain
        self.message = filled(template, plain)

    def __str__(self) -> str:
        return self.message


class Failed(_Caused, Exception):
    """A submission does not do what a check claims. `credit` in [0, 1] is the share of the points it earns.

    code: the name of the cause, such as "kl.mean_over_dimensions"; it ends in ".unknown" where no known cause fits.
    message: a template for str.format, filled with `parameters`: all messages of one code differ in nothing else.
    Raises ValueError for a code that is no dotted lower-case name, KeyError for a parameter that is missing.
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        evidence: Evidence | None = None,
        credit: float = 0.0,
        **parameters: Any,
    ):
        super().__init__(code, message, parameters)
        self.hint = hint
        self.evidence = evidence
        self.credit = credit

    def adding(self, sentence: str, **parameters: Any) -> "Failed":
        """The same failure with one more sentence, or clause, in its message, which is no part of its template."""
        more = Failed(self.code, self.template, self.hint, self.evidence, self.credit, **self.parameters, **parameters)
        end = "." if sentence[:1].isupper() and self.message[-1:] not in ".!?…" else ""
        more.message = f"{self.message}{end} {filled(sentence, parameters)}"
        return more


class Diverged(Failed):
    """Numbers that are not finite came back, as they do after a training with steps that are too long."""


class NotImplementedYet(Exception):
    """The check ran into an untouched stub; the text names the task."""


class GraderFault(Exception):
    """Something of ours went wrong. It is reported to the instructor and never costs a student points."""


class SubmissionDied(_Caused, BaseException):
    """The process of a submission is gone or was ended. code, message, parameters: as those of `Failed`.

    at: place and line of the last statement that began while it was loaded, by its own word; anything at all.
    Not an Exception, so that Hypothesis does not try to shrink the example it happened in.
    """

    at: Any = None

    def __init__(self, code: str, message: str, **parameters: Any):
        super().__init__(code, message, parameters)


def that(
    condition: Any,
    code: str,
    message: str,
    hint: str = "",
    expected: Any = None,
    measured: Any = None,
    **parameters: Any,
) -> None:
    """Raise Failed unless `condition` holds."""
    if not bool(condition):
        evidence = None if expected is None and measured is None else Evidence(expected, measured)
        raise Failed(code, message, hint, evidence, **parameters)


def finite(array: np.ndarray, what: str) -> None:
    """Raise Diverged if `array` holds NaN or an infinity."""
    bad = int(array.size - np.isfinite(array).sum())
    if bad:
        raise Diverged(
            "numbers.not_finite",
            "{what} holds {bad} of {size} values that are not finite.",
            "Look for a logarithm of 0, a division by 0 or a diverging training.",
            Evidence("finite numbers", f"{bad} values are NaN or infinite"),
            what=what,
            bad=bad,
            size=array.size,
        )


def finite_losses(losses: np.ndarray) -> None:
    """Raise Diverged at the first loss of a training (steps,) that is NaN or infinite."""
    fine = np.isfinite(losses)
    if not fine.all():
        raise Diverged(
            "training.diverged",
            "The training diverges: the loss of step {step} of {steps} is not finite.",
            "Look for a logarithm of 0, a division by 0, or steps that are too long.",
            Evidence("finite losses", f"{int(fine.sum())} of {len(losses)} are finite"),
            step=int(np.argmin(fine)) + 1,
            steps=len(losses),
        )


def close(measured: np.ndarray, expected: np.ndarray, tolerance: float) -> bool:
    """Whether two arrays of one shape differ by at most `tolerance` anywhere; NaN is close to nothing."""
    return bool(measured.shape == expected.shape and np.all(np.abs(measured - expected) <= tolerance))


def rounded(value: float, digits: int = 4) -> float:
    """`value` to so many significant digits, so that reports of equal runs are equal byte for byte."""
    return float(f"{float(value):.{digits}g}")


def not_an_answer(what: str) -> Failed:
    """An honest harness never answers like this, so it is the submission's doing."""
    return Failed(
        "process.wrong_answer",
        "The submission's process answered with {what}.",
        "Leave the grader's own objects alone.",
        what=what,
    )
