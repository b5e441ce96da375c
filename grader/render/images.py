"""Grey pictures as PNG bytes and back."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

LARGEST_SIDE = 4096  # pixels; the 25 × 25 grid of digits has 700


def png(pixels: np.ndarray) -> bytes:
    """PNG of (height, width) grey values, clipped to [0, 1]; what is not a finite number is black.

    Raises ValueError unless there are two axes of 1 to `LARGEST_SIDE` pixels.
    """
    values = np.asarray(pixels, dtype=np.float32)
    if values.ndim != 2 or not all(1 <= side <= LARGEST_SIDE for side in values.shape):
        raise ValueError(f"a picture has (height, width) of 1 to {LARGEST_SIDE} pixels, this one {values.shape}")
    levels = np.where(np.isfinite(values), np.clip(values, 0.0, 1.0), 0.0)
    stream = BytesIO()
    Image.fromarray(np.rint(levels * 255).astype(np.uint8)).save(stream, format="PNG")
    return stream.getvalue()


def read_png(file: Path | BytesIO) -> np.ndarray:
    """Grey values of a PNG file: float32 (height, width) in [0, 1]. Raises ValueError naming it, or OSError."""
    with Image.open(file, formats=["PNG"]) as image:
        if image.mode != "L" or max(image.size) > LARGEST_SIDE:
            raise ValueError(f"{file} is not a grey picture of at most {LARGEST_SIDE} pixels a side")
        return np.asarray(image, dtype=np.float32) / np.float32(255)
