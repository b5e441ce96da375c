"""Known causes of a failure: which of them explains what was measured.

A table of causes maps a code to the sentence that tells it and to what it would come to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Diagnosis:
    """A cause: its code, and the sentence that tells it, which is empty where no known cause fits."""

    code: str
    sentence: str = ""


def first_fit(known: Mapping[str, tuple[str, T]], fits: Callable[[T], bool], unknown: str) -> Diagnosis:
    """The first cause that fits; without one, a diagnosis of the code `unknown`."""
    found = (Diagnosis(code, sentence) for code, (sentence, wrong) in known.items() if fits(wrong))
    return next(found, Diagnosis(unknown))


def best_fit(
    known: Mapping[str, tuple[str, T]], miss: Callable[[T], float], near: float, unknown: str
) -> Diagnosis:  # fmt: skip
    """The cause that misses least, if it misses by `near` at most; without one, a diagnosis of the code `unknown`."""
    misses = {code: miss(wrong) for code, (_, wrong) in known.items()}
    code = min(misses, key=lambda known: misses[known])
    return Diagnosis(code, known[code][0]) if misses[code] <= near else Diagnosis(unknown)
