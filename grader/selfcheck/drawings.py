"""What a self-check draws besides its pictures: from a trained model of the student's, in the student's own process.

These are not part of a grade. They are drawn only where a check has trained the model already.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..core import expect
from ..core.outcomes import CheckResult
from ..subject.subject import Model, Subject

SAMPLING = ("vae",)  # parts whose encodings should look like draws from the prior
SAMPLES = 300  # encodings that are shown beside the prior


@dataclass(frozen=True)
class Drawings:
    """The losses (steps,) of the training; two components of the encodings of unseen images, (n, 2)."""

    losses: np.ndarray = field(default_factory=lambda: np.empty(0))
    samples: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))


def drawings_of(subject: Subject, result: CheckResult, losses: Mapping[int, Sequence[np.ndarray]]) -> Drawings:
    """For a check that has shown what its trained model does: more of that model. Nothing where it cannot be drawn."""
    trained = getattr(importlib.import_module(f"grader.autoencoders.checks.{result.part}"), "trained", None)
    if not result.pictures or trained is None:
        return Drawings()
    model: Model = subject.once(trained).model
    curve = np.concatenate([np.empty(0), *losses.get(model.number, ())])
    if result.part not in SAMPLING:
        return Drawings(curve)
    try:
        return Drawings(curve, _samples(subject, model))
    except expect.Failed:
        return Drawings(curve)


def _samples(subject: Subject, model: Model) -> np.ndarray:
    return model.encode(subject.images.held_out(SAMPLES))[:, :2]
