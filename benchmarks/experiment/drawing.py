"""What every picture of the results shares: rows of digits, colours, and files that stay small."""

import io
from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from grader.core.files import write_atomically

LARGEST = 300_000  # bytes of a picture; noise, as of untrained decoders, takes more than digits
COLOURS = {
    "autoencoder": "#0072b2",
    "upsampling": "#d55e00",
    "gaussian_vae": "#009e73",
    "vae": "#cc79a7",
    "denoising": "#e69f00",
    "classifier": "#56b4e9",
}  # Okabe and Ito's, which colour-blind readers can tell apart
NAMES = {
    "autoencoder": "autoencoder",
    "upsampling": "upsampling",
    "gaussian_vae": "VAE by hand",
    "vae": "VAE with TFP",
    "denoising": "denoising",
    "classifier": "classifier",
}
mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 110})


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, in inches."""
    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: Path) -> Path:
    """Write a PNG of at most 128 colours. Raises ValueError if it is larger than LARGEST."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    image = Image.open(buffer).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, format="PNG", optimize=True)
    if len(small.getvalue()) > LARGEST:
        raise ValueError(f"{path.name} has {len(small.getvalue())} bytes, more than {LARGEST}")
    write_atomically(path, small.getvalue())
    return path


def show_mosaic(axes: Axes, mosaic: np.ndarray, title: str = "") -> None:
    """A grey array without axes."""
    axes.imshow(mosaic, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set(xticks=[], yticks=[], frame_on=False)
    axes.set_title(title)


def mosaic(images: np.ndarray, columns: int, gap: int = 2) -> np.ndarray:
    """Images uint8 (n, 28, 28) side by side, `columns` in a row, with white lines between them."""
    rows = -(-len(images) // columns)
    side = 28 + gap
    canvas = np.full((rows * side - gap, columns * side - gap), 255, np.uint8)
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        canvas[row * side : row * side + 28, column * side : column * side + 28] = image
    return canvas


def rows_of_digits(rows: Mapping[str, np.ndarray], scale: float = 0.55) -> Figure:
    """One labelled row of digits, uint8 (n, 28, 28), for each entry."""
    count = max(len(images) for images in rows.values())
    figure = new_figure(2.1 + scale * count, 0.15 + scale * len(rows))
    axes = figure.subplots()
    show_mosaic(axes, mosaic(np.concatenate(list(rows.values())), count))
    axes.set_yticks([14 + 30 * row for row in range(len(rows))], list(rows), fontsize=9)
    axes.tick_params(length=0)
    return figure
