"""What several parts are asked about shapes: encodings of the requested size, decodings that are images.

Hypothesis draws encoding sizes from 1 to 64 and batch sizes; 1 and 33 are always among them. A model is built once a
size and serves every check of its part.
"""

import numpy as np
from hypothesis import strategies as st

from ...core import expect
from ...core.expect import Evidence
from ...subject.properties import for_all
from ..subject import Model, Subject

SIZES, BATCHES = st.integers(1, 64), st.integers(1, 5)
SCALES = (1, 10, 1000)  # far from 0 an activation without an upper end leaves [0, 1], also before any training
FIRST = ({"encoding_size": 1, "batch_size": 2}, {"encoding_size": 33, "batch_size": 3})


def of_size(subject: Subject, part: str, name: str, encoding_size: int) -> Model:
    """The untrained model of this part and size; made once."""

    def build(subject: Subject) -> Model:
        return subject.create(part, name, encoding_size=encoding_size)

    return subject.once_under((part, name, encoding_size), build)


def encoding_has_requested_size(subject: Subject, part: str, name: str) -> Evidence:
    """encode: (B, 28, 28, 1) -> (B, encoding_size), finite, for sizes and batches of any kind."""
    seen: list[int] = []

    def claim(encoding_size: int, batch_size: int) -> None:
        of_size(subject, part, name, encoding_size).encode(subject.images.held_out(batch_size))
        seen.append(encoding_size)

    for_all(subject, claim, FIRST, examples=2, encoding_size=SIZES, batch_size=BATCHES)
    return Evidence("(B, encoding_size)", f"right for encoding sizes {sorted(set(seen))}")


def decoding_is_an_image(subject: Subject, part: str, name: str) -> Evidence:
    """decode: (B, encoding_size) -> (B, 28, 28, 1) in [0, 1], for encodings near 0 and far from it."""
    seen: list[int] = []
    random = subject.random(f"{part} encodings")

    def claim(encoding_size: int, batch_size: int) -> None:
        near = random.normal(size=(batch_size, encoding_size))
        encodings = np.concatenate([scale * near for scale in SCALES]).astype(np.float32)
        images = of_size(subject, part, name, encoding_size).decode(encodings)
        low, high = float(images.min()), float(images.max())
        expect.that(
            low >= 0 and high <= 1,
            "decoding.out_of_range",
            "Pixels should lie in [0, 1], but decode gave values from {low:.3g} to {high:.3g}.",
            "Which activation answers between 0 and 1?",
            "[0, 1]",
            f"{low:.3g} to {high:.3g}",
            low=low,
            high=high,
        )
        seen.append(encoding_size)

    for_all(subject, claim, FIRST, examples=2, encoding_size=SIZES, batch_size=BATCHES)
    return Evidence("(B, 28, 28, 1) in [0, 1]", f"right for encoding sizes {sorted(set(seen))}")
