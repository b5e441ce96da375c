"""What a self-check draws besides: from a trained model of the student's, in the student's own process.

These are not part of a grade. They are drawn only where a check has trained the model already.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from . import expect
from .lab import Lab, Model
from .measures import mosaic
from .outcomes import CheckResult, Picture

SAMPLING = ("vae",)  # parts whose encodings should look like draws from the prior
TILES, LIMIT = 9, 2.5  # of the latent grid
SAMPLES = 300  # encodings that are shown beside the prior


@dataclass(frozen=True)
class Drawings:
    """Pictures; the losses (steps,) of the training; two components of the encodings of unseen images, (n, 2)."""

    pictures: tuple[Picture, ...] = ()
    losses: np.ndarray = field(default_factory=lambda: np.empty(0))
    samples: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))


def drawings_of(lab: Lab, result: CheckResult, losses: Mapping[int, Sequence[np.ndarray]]) -> Drawings:
    """For a check that has shown what its trained model does: more of that model. Nothing where it cannot be drawn."""
    trained = getattr(importlib.import_module(f"{__package__}.checks.{result.part}"), "trained", None)
    if not result.pictures or trained is None:
        return Drawings()
    model: Model = lab.once(trained).model
    curve = np.concatenate([np.empty(0), *losses.get(model.number, ())])
    if result.part not in SAMPLING:
        return Drawings(losses=curve)
    try:
        return Drawings((latent_grid(lab, model),), curve, _samples(lab, model))
    except expect.Failed:
        return Drawings(losses=curve)


def latent_grid(lab: Lab, model: Model) -> Picture:
    """Decoded encodings that differ in their first two components, as the part `pictures` has it."""
    values = np.linspace(-LIMIT, LIMIT, TILES)
    codes = np.zeros((TILES, TILES, model.encoding_size), np.float32)
    codes[..., 0], codes[..., 1] = values[:, None], values[None, :]
    tiles = lab.images.look.upright(model.decode(codes.reshape(-1, model.encoding_size)))
    rows = [tiles[row * TILES : (row + 1) * TILES] for row in range(TILES)]
    caption = (
        f"What the decoder paints when the first component goes from {-LIMIT} to {LIMIT} down the rows, the second "
        "along the columns, and the others are 0"
    )
    return Picture(f"{model.origin.part}-latent-grid", caption, mosaic(*rows))


def _samples(lab: Lab, model: Model) -> np.ndarray:
    return model.encode(lab.images.held_out(SAMPLES))[:, :2]
