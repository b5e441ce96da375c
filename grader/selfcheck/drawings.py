"""What a self-check draws besides its pictures: from a trained model of the student's, in the student's own process.

These are not part of a grade. They are drawn only where a check has trained the model already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..core.assignment import Assignment
from ..core.outcomes import CheckResult
from ..core.registry import Check
from ..subject.subject import Model, Subject


@dataclass(frozen=True)
class Drawings:
    """The losses (steps,) of the training; two components of the encodings of unseen images, (n, 2)."""

    losses: np.ndarray = field(default_factory=lambda: np.empty(0))
    samples: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))


def drawings_of(
    assignment: Assignment,
    subject: Subject,
    check: Check,
    result: CheckResult,
    losses: Mapping[int, Sequence[np.ndarray]],
) -> Drawings:
    """For a check that has shown what its trained model does: more of that model. Nothing where it cannot be drawn."""
    if not result.pictures or check.trained is None:
        return Drawings()
    model: Model = subject.once(check.trained).model
    curve = np.concatenate([np.empty(0), *losses.get(model.number, ())])
    samples = assignment.samples_of(model, result) if assignment.samples_of else np.empty((0, 2))
    return Drawings(curve, samples)
