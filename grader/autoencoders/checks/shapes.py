"""What several parts are asked about shapes: encodings of the requested size, decodings that are images.

Hypothesis draws encoding sizes, from 1 to 64 unless a course says otherwise, and batch sizes; the least and the middle
one, 1 and 33, are always among them. A model is built once a size and serves every check of its part.
"""

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from ...core import expect
from ...core.expect import Evidence
from ...subject.properties import Case, for_all
from ..ranges import ENCODING_SIZES
from ..subject import Model, Subject

SCALES = (1, 10, 1000)  # far from 0 an activation without an upper end leaves [0, 1], also before any training


def for_sizes(subject: Subject, claim: Callable[[int, int], None], examples: int = 2) -> None:
    """Check `claim(encoding_size, batch_size)` for sizes of the range that is in force. Raises Failed as `for_all`."""
    low, high = ENCODING_SIZES.bounds
    first: list[Case] = [
        {"encoding_size": low, "batch_size": 2},
        {"encoding_size": (low + high + 1) // 2, "batch_size": 3},
    ]
    sizes = st.integers(low, high)
    for_all(subject, claim, first, examples=examples, encoding_size=sizes, batch_size=st.integers(1, 5))


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

    for_sizes(subject, claim)
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

    for_sizes(subject, claim)
    return Evidence("(B, 28, 28, 1) in [0, 1]", f"right for encoding sizes {sorted(set(seen))}")
