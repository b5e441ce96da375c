"""Whether the answer for an image is the same alone and beside others."""

import numpy as np

from ...core.expect import Evidence, Failed, rounded
from ..subject import Model

SAME = 1e-3  # of the largest number: other batch sizes add up in another order
DRAWS, ALLOWED = 128, 6.0  # encodings of a random encoder; standard errors of their mean


def expect_answers_alone(model: Model, images: np.ndarray) -> None:
    """Encodings and decoded images are those of a batch of one; random encodings have the same mean."""
    codes = model.encode(images)
    expect_same(model.decode(codes[:1]), model.decode(codes)[:1])
    if np.array_equal(model.encode(images), codes):
        expect_same(model.encode(images[:1]), codes[:1])
    else:
        beside, alone = (model.encode_often(x, DRAWS)[:, 0].astype(np.float64) for x in (images, images[:1]))
        error = np.sqrt((beside.var(axis=0) + alone.var(axis=0)) / DRAWS)
        _expect(np.abs(beside.mean(axis=0) - alone.mean(axis=0)) <= ALLOWED * error, alone.mean(axis=0), beside)


def expect_same(alone: np.ndarray, beside: np.ndarray) -> None:
    """Raise Failed unless an answer is that which it is beside others."""
    _expect(np.abs(alone - beside) <= SAME * max(1.0, float(np.abs(beside).max())), alone, beside)


def _expect(same: np.ndarray, alone: np.ndarray, beside: np.ndarray) -> None:
    if not np.all(same):
        raise Failed(
            "answers.depend_on_batch",
            "The answer for an image depends on which other images are in its batch.",
            "Which layers act as in training while the model is used?",
            Evidence(
                "the same answer alone", f"{rounded(alone.ravel()[0])}, beside others {rounded(beside.ravel()[0])}"
            ),
        )
