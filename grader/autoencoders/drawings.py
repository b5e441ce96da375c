"""What a self-check shows of a trained model beside a check's own pictures."""

import numpy as np

from ..core import expect
from ..core.outcomes import CheckResult
from .checks import vae
from .subject import Model

SAMPLING = (vae.PART,)  # parts whose encodings should look like draws from the prior
SAMPLES = 300  # encodings that are shown beside the prior


def samples_of(model: Model, result: CheckResult) -> np.ndarray:
    """Two components of the encodings of unseen images, (n, 2); none where they should not look like the prior."""
    if result.part not in SAMPLING:
        return np.empty((0, 2))
    try:
        return model.encode(model.subject.images.held_out(SAMPLES))[:, :2]
    except expect.Failed:
        return np.empty((0, 2))
