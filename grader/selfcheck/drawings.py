"""Draw more of a trained model in a self-check: its losses, and samples of what it encodes.

They are not part of a grade, and are drawn only where a check has trained the model already.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..core.outcomes import CheckResult
from ..core.registry import Check
from ..subject.subject import Model, Subject

SamplesOf = Callable[[Model, CheckResult], np.ndarray]


@dataclass(frozen=True)
class Drawings:
    """The losses (steps,) of the training, and points (n, 2) that are shown beside the prior."""

    losses: np.ndarray = field(default_factory=lambda: np.empty(0))
    samples: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))


def drawings_of(
    subject: Subject,
    check: Check,
    result: CheckResult,
    losses: Mapping[int, Sequence[np.ndarray]],
    samples_of: SamplesOf | None,
) -> Drawings:
    """Drawings of the model that a check has trained and shown pictures of; empty ones for other checks.

    losses: by the number of the model. samples_of: as in `Assignment`.
    """
    if not result.pictures or check.trained is None:
        return Drawings()
    model: Model = subject.once(check.trained).model
    curve = np.concatenate([np.empty(0), *losses.get(model.number, ())])
    samples = samples_of(model, result) if samples_of else np.empty((0, 2))
    return Drawings(curve, samples)
